"""The Evidence page of a model of sentences: BLEU and chrF by language, and sentences that nobody picked."""

import pandas as pd
import pytest

from pages.evidence import translations

SCORES = {"greedy": {"all": 21.0, "short": 30.0}, "beam": {"all": 23.0, "short": 33.0}}
FOUND = {
    "command": "python -m core.evaluation.translate sentences --pairs pairs.tsv",
    "scores": [
        {
            "language": language, "how": how, "kind": kind, "sentences": 1000 if kind == "all" else 700,
            "bleu": bleu, "chrf": bleu + 20, "word_cutter": "13a",
        }
        for language in ("fr", "de") for how, kinds in SCORES.items() for kind, bleu in kinds.items()
    ],
    "shown": [{"source": "→fr I agree.", "output": "Je suis d'accord.", "references": ["D'accord.", "J'en conviens."]}],
}  # fmt: skip


def tables(page) -> list[pd.DataFrame]:
    return [element.value for element in page.at.dataframe]


def test_every_language_is_a_row_with_all_its_scores(visit, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(translations, "read_evidence", lambda name: asked.append(name) or FOUND)
    page = visit("model=dates", page="evidence")
    assert asked == ["translations-dates"] and FOUND["command"] in page.told
    scores, drawn = tables(page)[-2:]
    assert list(scores["language"]) == ["French", "German"] and set(scores["sentences"]) == {1000}
    assert set(scores["BLEU, greedy"]) == {21.0} and set(scores["short: chrF, beam"]) == {53.0}
    assert list(drawn["by translators"]) == ["D'accord. / J'en conviens."] and list(drawn["source"]) == ["→fr I agree."]


def test_a_model_that_translates_nothing_has_no_such_table(visit) -> None:
    page = visit("model=dates", page="evidence")
    assert not any("BLEU, greedy" in table.columns for table in tables(page))
