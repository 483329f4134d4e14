"""The Evidence page: what every model scores, and what the spelling model gets wrong, all from kept measurements."""

import json

import numpy as np
import pandas as pd
import pytest

from core import checkpoint, paths

SHIPPED = {path.stem: checkpoint.read_metadata(path) for path in paths.CHECKPOINTS.glob("*.safetensors")}
VARIANTS = json.loads((paths.EVIDENCE / "variants.json").read_text())["variants"]
SCORES_ALONE = [row for row in VARIANTS if row["name"] not in SHIPPED]


@pytest.fixture
def evidence(visit):
    """Return a function that opens the page with a model chosen."""

    def open_page(model: str):
        page = visit(f"model={model}")
        page.at.switch_page("pages/evidence/page.py").run()
        return page

    return open_page


def tables(page) -> list[pd.DataFrame]:
    return [element.value for element in page.at.dataframe]


def table_with(page, column: str) -> pd.DataFrame:
    """Return the first table that has a column."""
    return next(table for table in tables(page) if column in table.columns)


def test_every_shipped_model_is_a_row_with_its_commands_and_held_out_scores(evidence):
    table = tables(evidence("dates"))[0]
    trained = table[table["experiment"] == "as trained"].set_index("model")
    alone = {row["title"]: row["exact"][0] for row in SCORES_ALONE}
    assert set(trained.index) == {metadata.title for metadata in SHIPPED.values()} | set(alone)
    assert all(trained.loc[title]["exact match"] == exact for title, exact in alone.items())
    for metadata in SHIPPED.values():
        row = trained.loc[metadata.title]
        assert row["exact match"] == metadata.scores["conditions"]["as trained"]
        assert all(row[f"{kind} command"].startswith("python -m core.") for kind in ("training", "scoring"))
        assert metadata.scores["split"] == "test"


def test_every_measurement_is_a_row(evidence):
    table = tables(evidence("dates"))[0]
    switched = sum(len(metadata.scores["conditions"]) - 1 for metadata in SHIPPED.values())
    taken = sum(len(json.loads(path.read_text())["results"]) - 1 for path in paths.EVIDENCE.glob("ablation-*.json"))
    assert len(table) == len(SHIPPED) + switched + taken + len(SCORES_ALONE) and taken > 0
    rows = table.set_index(["model", "condition"])
    for variant in VARIANTS:
        row = rows.loc[(variant["title"], "as trained")]
        assert (row["mean of seeds"], row["spread of seeds"]) == (variant["mean"], variant["spread"])


def test_the_table_is_narrowed_down_kept_in_the_address_and_taken_along(evidence):
    page = evidence("dates")
    page.control("button_group", "experiment").set_value("taken").run()
    page.control("button_group", "task").set_value("dates").run()
    table = tables(page)[0]
    assert set(table["experiment"]) == {"removed"} and set(table["task"]) == {"dates"}
    assert (page.at.query_params["experiment"], page.at.query_params["task"]) == ("taken", "dates")
    assert len(page.at.get("download_button")) == 1


def test_models_and_tasks_are_called_in_the_visitor_s_language_in_every_table_and_heading(visit):
    page = visit("model=dates&lang=zh")
    page.at.switch_page("pages/evidence/page.py").run()
    headings = [each.value for each in page.at.markdown if each.value.startswith("#####")]
    assert len(headings) > 2 and not any("Dates" in heading for heading in headings)
    table = tables(page)[0]
    assert not set(table["任务"]) & {"dates", "spelling", "sentences"} and "Dates → ISO" not in set(table["模型"])


def test_no_command_names_a_place_on_somebodys_machine():
    for metadata in SHIPPED.values():
        told = json.dumps([metadata.training, metadata.scores])
        assert "/tmp" not in told and "/home" not in told and "/work" not in told


def test_the_chosen_models_groups_are_those_of_its_task(evidence):
    assert table_with(evidence("dates"), "locale") is not None
    groups = table_with(evidence("spelling"), "length of the word")
    assert list(groups["length of the word"]) == sorted(groups["length of the word"])
    assert len(groups) > 15


def test_the_spelling_models_errors_stand_beside_those_of_published_systems(evidence):
    kept = json.loads((paths.EVIDENCE / "phone-errors-spelling.json").read_text())
    peers = json.loads((paths.EVIDENCE / "peers.json").read_text())
    systems = table_with(evidence("spelling"), "system")
    own, others = systems.iloc[:2], systems.iloc[2:]
    assert list(own["word error rate"]) == [kept["greedy"]["wer"], kept["beam"]["wer"]]
    assert set(others["system"]) == {row["system"] for row in peers["systems"] if not row["system"].startswith("ours")}
    assert kept["beam"]["words"] == 12_604 == sum(row["words"] for row in kept["by_length"])
    assert kept["oracle"][0] == pytest.approx(kept["beam"]["wer"], abs=0.005)
    assert (own["model, MB"] <= 5).all()


def test_greedy_errors_and_exact_match_are_two_sides_of_one_figure():
    kept = json.loads((paths.EVIDENCE / "phone-errors-spelling.json").read_text())
    exact = SHIPPED["spelling"].scores["conditions"]["as trained"]
    assert 1 - exact == pytest.approx(kept["greedy"]["wer"], abs=2e-4)


def test_a_table_without_a_row_is_drawn_all_the_same(visit):
    """No model of this task was measured with a part switched off."""
    page = visit("task=reverse&experiment=switched", "evidence")
    assert not page.at.exception and page.at.dataframe


def test_dates_have_no_table_of_phones(evidence):
    page = evidence("dates")
    assert not any("system" in table.columns for table in tables(page))


def test_variants_stand_with_the_mean_and_spread_of_their_seeds(evidence):
    table = table_with(evidence("dates"), "spread").set_index("model")
    kept = json.loads((paths.EVIDENCE / "variants.json").read_text())
    assert set(table.index) == {row["title"] for row in kept["variants"]}
    for row in kept["variants"]:
        assert table.loc[row["title"], "mean"] == pytest.approx(np.mean(row["exact"]))
        assert table.loc[row["title"], "spread"] == pytest.approx(np.std(row["exact"], ddof=1))
        if row not in SCORES_ALONE:
            assert SHIPPED[row["name"]].scores["conditions"]["as trained"] == row["exact"][0]


@pytest.mark.parametrize("model", ["dates", "spelling", "spelling-all-at-once"])
def test_how_far_probabilities_can_be_believed_is_drawn_and_said(evidence, model):
    kept = json.loads((paths.EVIDENCE / f"calibration-{model}.json").read_text())
    page, last = evidence(model), kept["bins"][-1]
    table = table_with(page, "answers")
    assert list(table["answers"]) == [row["count"] for row in kept["bins"]] and len(table) == 10
    share = last["right"] / max(1, last["count"])
    sure = f"Of the {last['count']:,} answers with a probability of 90 to 100 %, **{share:.1%}**"
    assert (sure if last["count"] else "None of its answers has a probability of 90 %") in page.told
    assert f"All {kept['examples']:,} test examples" in page.told and kept["command"] in page.told


def test_calibration_of_other_weights_is_not_shown(evidence, monkeypatch):
    monkeypatch.setattr("pages.evidence.calibration.read_evidence", lambda name: None)
    assert not any("answers" in table.columns for table in tables(evidence("dates")))


def test_the_score_by_the_corrected_dictionary_stands_below_the_other(evidence):
    kept = json.loads((paths.EVIDENCE / "dictionary-errors-spelling.json").read_text())
    assert f"{kept['wrong_corrected']:,} of the 12,604 words are wrong" in evidence("spelling").told
    assert kept["wrong"] - kept["wrong_corrected"] in (0, 1) and kept["corrections"] == 18
    assert "Corrections are proposed" not in evidence("dates").told


def test_kinds_of_dates_that_people_type_stand_with_their_scores(evidence):
    kept = json.loads((paths.EVIDENCE / "date-kinds-dates.json").read_text())
    page = evidence("dates")
    assert len(kept["by_kind"]) == 10
    assert all(f"| {share:.1%} |" in page.told for share in kept["by_kind"].values())
    assert "the fourth of July 2020" in page.told and "of July 2020" not in evidence("spelling").told
    assert ("was never trained on these kinds" in page.told) != kept["trained"]
