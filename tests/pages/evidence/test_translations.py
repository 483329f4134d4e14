"""The Evidence page of a model of sentences: BLEU and chrF by language, and sentences that nobody picked."""

import pytest

from pages.evidence import translations

SCORES = {"greedy": {"all": 21.0, "short": 30.0}, "beam": {"all": 23.0, "short": 33.0}}
FOUND = {
    "command": "python -m core.evaluation.translate sentences --pairs pairs.tsv",
    "beam": 4,
    "scores": [
        {
            "language": language, "how": how, "kind": kind, "sentences": 1000 if kind == "all" else 700,
            "bleu": bleu, "chrf": bleu + 20, "word_cutter": "13a",
        }
        for language in ("fr", "de") for how, kinds in SCORES.items() for kind, bleu in kinds.items()
    ],
    "shown": [{"source": "→fr I agree.", "output": "Je suis d'accord.", "references": ["D'accord.", "J'en conviens."]}],
}  # fmt: skip


def lines(page) -> list[list[str]]:
    """Return the cells of every line of the tables written as Markdown."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.told.splitlines() if line.startswith("|")
    ]


def test_every_language_is_a_column_with_all_its_scores(visit, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(translations, "read_evidence", lambda name: asked.append(name) or FOUND)
    page = visit("model=dates", page="evidence")
    assert asked == ["translations-dates"] and FOUND["command"] in page.told
    found = lines(page)
    assert ["measure", "French", "German"] in found
    assert ["sentences", "1,000", "1,000"] in found and ["short sentences", "700", "700"] in found
    assert [row[1:] for row in found if row[0] == "BLEU, greedy"] == [["21.0", "21.0"], ["30.0", "30.0"]]
    assert [row[1:] for row in found if row[0] == "chrF, beam"] == [["43.0", "43.0"], ["53.0", "53.0"]]
    assert any("Je suis d" in line and "conviens" in line for line in (x.value for x in page.at.markdown))


def test_a_model_that_translates_nothing_has_no_such_table(visit) -> None:
    assert "BLEU" not in visit("model=dates", page="evidence").told
