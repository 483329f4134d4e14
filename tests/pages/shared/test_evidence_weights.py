"""Wherever a page shows what was measured, it does so of the weights that ship alone."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from core import paths
from pages.heads.report import report_of

MARK = "the command of this copy"
# What is open where evidence is read whose command stands beside it.
SHOWN = {
    "heads": "section=measured",
    "block": "aspect=skip&section=evidence",
    "cross_attention": "section=measured",
    "cross_attention, wirings": "show=wirings&section=measured",
    "cross_attention, alignment": "show=alignment&section=measured",
    "cross_attention, explanation": "show=explanation&section=measured",
    "position": "show=beyond&section=evidence",
    "position, models": "show=models&section=evidence",
    "masks": "show=causal&section=evidence",
    "search": "section=widths",
    "non_autoregressive": "section=all_at_once_evidence",
    "teacher_forcing": "section=exposure",
    "guided_attention": "show=penalty&section=measured",
    "reinforcement_learning": "show=samples&section=measured",
    "evidence": "",
    "evidence, spelling": "model=spelling",
}


def keep_copies(folder: Path, weights: str | None) -> None:
    """Copy what ships, under another command and, if so asked, of other weights."""
    folder.mkdir()
    for path in (paths.ASSETS / "evidence").glob("*.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        if path.stem != "all-at-once-time":  # it depends on no weights
            data["command"] = MARK
        if weights is not None:
            data["weights"] = dict.fromkeys(data["weights"], weights)
        (folder / path.name).write_text(json.dumps(data), encoding="utf-8")


def everything_on(page) -> str:
    """Return all that a page says, in sentences and in tables."""
    tables = [table.value.to_csv() for table in page.at.dataframe]
    return "\n".join((page.said, page.told, *(code.value for code in page.at.code), *tables, json.dumps(page.sent)))


@pytest.mark.parametrize("place", SHOWN)
def test_evidence_of_other_weights_is_nowhere_on_screen(visit, tmp_path, monkeypatch, place):
    keep_copies(tmp_path / "same", None)
    keep_copies(tmp_path / "other", "0" * 32)
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path / "same")
    page = visit().enter(place.split(",")[0], dict(parse_qsl(SHOWN[place])))
    assert MARK in everything_on(page)
    monkeypatch.setattr(paths, "EVIDENCE", tmp_path / "other")
    report_of.cache_clear()
    page.at.run()
    report_of.cache_clear()
    assert not page.at.exception and MARK not in everything_on(page)


def test_what_is_shown_without_a_command_is_of_the_shipped_weights_too(visit, tmp_path, monkeypatch):
    """Scores beside the wirings, a sentence below the formula of the causal mask, examples that a search found."""
    asked = {
        "cross_attention": ("show=wirings", "right, ± "),
        "masks": ("show=causal&section=formula", "A small model that was trained this way"),
        "search": ("", "not measured yet"),
    }
    for other in (False, True):
        if other:
            keep_copies(tmp_path / "other", "0" * 32)
            monkeypatch.setattr(paths, "EVIDENCE", tmp_path / "other")
        for name, (query, sentence) in asked.items():
            page = visit().enter(name, dict(parse_qsl(query)))
            said = everything_on(page) + "".join(each.placeholder or "" for each in page.at.selectbox)
            assert (sentence in said) == (other if name == "search" else not other), name
