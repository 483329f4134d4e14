"""The Masks page: every number again in NumPy, every control used, drawn masks in links and taken back."""

import base64
from functools import cache
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
import torch

from core.model import Transformer
from core.run import models, runs
from core.run.runs import RunSpec
from core.switches import BlockedCell, Switches, full_pass
from core.taps import Recorder
from core.vocab import BEGIN, END, PAD
from pages.masks.choices import MasksChoices
from pages.masks.padding import batch_mates
from tests.pages.board_arithmetic import values

SOURCE = "3 mars 2001"
DATES = RunSpec(model="dates", source=SOURCE, reference="2001-03-03")
PATTERN_BUTTONS = {
    "only_past": lambda row, key: key > row,
    "neighbours": lambda row, key: abs(row - key) > 1,
    "block_column": lambda row, key: key == 2,
}
BAD_LINKS = {
    "drawn": ("zz", "“zz”, which does not fit"),
    "place": ("1", "place=1"),
    "instead": ("-1", "instead=-1"),
    "behind": ("99", "behind=99"),
    "show": ("all", "show=all"),
}


def masks(visit, **choices):
    """Open the page with choices from its address."""
    page = visit()
    page.at.query_params.clear()
    for name, value in choices.items():
        page.at.query_params[name] = str(value)
    page.at.switch_page("pages/masks/page.py").run()
    assert not page.at.exception
    return page


def summary(page) -> str:
    """Return the sentence below the board."""
    return next(data["summary"] for data in page.sent if "panels" in data)


def titles(page) -> list[str]:
    """Return the titles of the board's lines."""
    return [line["title"] for data in page.sent if "panels" in data for line in data["lines"]]


def cells(panel) -> np.ndarray:
    """Return why each cell of a panel is closed, 0 where it is open."""
    return np.frombuffer(base64.b64decode(panel["mask"]), "u1").reshape(panel["shape"])


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def kl(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    one, other = softmax(before), softmax(after)
    return (one * (np.log(one) - np.log(other))).sum(-1)


def logits(built: Transformer, ids: list[int], read: list[int], switches: Switches) -> np.ndarray:
    """Run once over all that is read, in 64 bits."""
    return full_pass(built, torch.tensor([ids]), torch.tensor([read]), switches)[0].double().numpy()


@cache
def dates() -> tuple[Transformer, list[int], list[int]]:
    """Return the model of dates, the ids of the source with its PADs, and what the decoder reads of its own output."""
    return models.model("dates"), runs.source_ids(DATES), runs.trace(DATES).read().tolist()


@pytest.mark.parametrize("head", [1, 4])
@pytest.mark.parametrize(("attention", "drawn"), [("encoder", "e1-5:2-4,e14:1-11"), ("self", "s3:1-2,s5-7:1.3")])
def test_the_weights_under_a_drawn_mask_are_a_softmax_over_what_is_left(visit, attention, drawn, head):
    """The first layer's queries and keys know no mask: mask and normalise them here."""
    page = masks(visit, attention=attention, drawn=drawn, layer=1, head=head, step=3)
    shown = page.board["with"]
    blocked = {
        (row - 1, key - 1)
        for line in drawn.split(",")
        for rows, keys in [line[1:].split(":")]
        for row in unrolled(rows)
        for key in unrolled(keys)
    }
    built, ids, _ = dates()
    vocab = models.catalogue()["dates"].target_vocab
    names = [name.split(" (")[0] for name in shown["col_names"]]
    read = [BEGIN, *vocab.encode(names[1:])] if attention == "self" else dates()[2]
    site = "encoder.0.self_attn." if attention == "encoder" else "decoder.0.self_attn."
    recorder = Recorder(lambda name: name.startswith(site))
    full_pass(built, torch.tensor([ids]), torch.tensor([read]), Switches(), recorder)
    query, key = (recorder.records[site + name][0, head - 1].double().numpy() for name in ("query", "key"))
    scores = query @ key.T / np.sqrt(query.shape[1])
    closed = np.zeros(scores.shape, int)
    for row, column in blocked:
        closed[row, column] = 3
    if attention == "encoder":
        closed[:, np.array(ids) == PAD] = 2
    else:
        closed[np.triu_indices(len(closed), 1)] = 1
    assert np.array_equal(cells(page.board["mask"]), closed) and np.array_equal(cells(shown), closed)
    expected = np.zeros(scores.shape)
    for row, may in enumerate(closed == 0):
        if may.any():
            expected[row, may] = softmax(scores[row, may])
    assert np.abs(values(shown) - expected).max() < 1e-5


def unrolled(text: str) -> list[int]:
    """Return the numbers of spans such as 1-3.6."""
    found = []
    for span in text.split("."):
        first, _, last = span.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def test_probabilities_of_what_was_written_before_and_under_the_mask(visit):
    page = masks(visit, attention="cross", drawn="c1-16:3-6.8-11")
    built, ids, read = dates()
    blocked = frozenset(BlockedCell("cross", row, key) for row in range(16) for key in (2, 3, 4, 5, 7, 8, 9, 10))
    tokens = runs.trace(DATES).tokens
    for row, switches in enumerate((Switches(), Switches(blocked=blocked))):
        shares = softmax(logits(built, ids, read, switches))
        expected = [shares[position, token] for position, token in enumerate(tokens)]
        assert np.abs(values(page.board["same0"])[row] - expected).max() < 1e-4
    free = runs.trace(DATES, Switches(blocked=blocked))
    shares = softmax(logits(built, ids, free.read().tolist(), Switches(blocked=blocked)))
    written = [shares[position, token] for position, token in enumerate(free.tokens)]
    assert np.abs(values(page.board["alone0"])[0] - written).max() < 1e-4
    text = "".join(models.catalogue()["dates"].target_vocab.decode(free.tokens))
    assert text != "2001-03-03"
    assert titles(page)[1] == f"Output without your mask: 2001-03-03; with it: {text}"


@pytest.mark.parametrize("source", ["antidisestablishmentarianism", "knight"])
def test_long_targets_are_cut_into_panels_that_together_hold_every_token(visit, source):
    page = masks(visit, model="spelling", source=source, show="draw")
    parts = [values(panel) for name, panel in page.board.items() if name.startswith("same")]
    steps = runs.trace(RunSpec(model="spelling", source=source)).steps
    assert max(part.shape[1] for part in parts) <= 18
    assert np.allclose(np.concatenate(parts, 1)[0], [step.probability for step in steps], atol=1e-5)


@pytest.mark.parametrize(("place", "instead"), [(2, 0), (7, 9), (11, 5)])
def test_how_far_a_changed_token_moves_each_position_counted_again(visit, place, instead):
    page = masks(visit, show="causal", place=place, instead=instead)
    built, ids, read = dates()
    token = page.control("selectbox", "instead").value
    edited = [*read[: place - 1], token, *read[place:]]
    assert token != read[place - 1] and token == (instead or token)
    for row, causal in enumerate((True, False)):
        before, after = (built(torch.tensor([ids]), torch.tensor([x]), causal=causal)[0] for x in (read, edited))
        before, after = before.double().numpy(), after.double().numpy()
        moves, divergence = values(page.board["moves0"])[row], values(page.board["kl0"])[row]
        assert np.abs(moves - np.abs(after - before).max(-1)).max() < 1e-4
        assert np.abs(divergence - kl(before, after)).max() < 1e-4
        assert (not moves[: place - 1].any()) == causal
        name = models.catalogue()["dates"].target_vocab.name
        pairs = zip(before.argmax(-1), after.argmax(-1), strict=True)
        said = [name(a) if a == b else f"{name(a)}→{name(b)}" for a, b in pairs]
        count = len(read)
        assert page.board["predicts0"]["texts"][row * count : (row + 1) * count] == said


def test_a_causal_mask_that_one_draws_keeps_as_much_in_as_the_models_own(visit):
    page = masks(visit, show="draw", attention="self", causal="off")
    page.control("button", "only_past").click().run()
    page.control("button_group", "show").set_value("causal").run()
    moves = values(page.board["moves0"])
    place = page.control("selectbox", "changed").value
    assert not moves[0, :place].any() and not moves[2, :place].any() and moves[1, :place].all()
    assert np.allclose(moves[0], moves[2], atol=1e-5)
    assert "With your mask instead: 0 of 6 move." in summary(page)


def test_a_pattern_that_changes_nothing_cannot_be_pressed(visit):
    """The decoder sees the past alone as it is: only where the causal mask is off does the pattern do anything."""

    def disabled(**choices) -> bool:
        return masks(visit, show="draw", **choices).control("button", "only_past").disabled

    assert disabled(attention="self") and not disabled(attention="self", causal="off")
    assert not disabled(attention="encoder")
    page = masks(visit, show="draw", attention="encoder")
    page.control("button", "only_past").click().run()
    assert page.control("button", "only_past").disabled and not page.control("button", "neighbours").disabled


def test_padding_has_one_slider(visit):
    sliders = lambda page: [each for each in page.at.slider if "PAD" in each.label]  # noqa: E731
    assert [len(sliders(masks(visit, show=show))) for show in MasksChoices.param("show").options] == [1] * 4


def test_the_position_and_the_token_can_be_chosen(visit):
    page = masks(visit, show="causal")
    page.control("selectbox", "changed").set_value(3).run()
    page.control("selectbox", "instead").set_value(8).run()
    assert (page.at.query_params["place"], page.at.query_params["instead"]) == ("4", "8")
    changed = page.board["reads0"]["texts"]
    count = len(changed) // 2
    different = [place for place in range(count) if changed[place] != changed[count + place]]
    assert different == [3]
    page.control("selectbox", "changed").set_value(5).run()
    assert "instead" not in page.at.query_params


@pytest.mark.parametrize("count", [0, 3, 16])
def test_how_far_padding_moves_everything_counted_again(visit, count):
    page = masks(visit, show="padding", behind=count)
    built, ids, read = dates()
    real = [number for number in ids if number != PAD]
    for row, padding in enumerate((True, False)):
        switches = Switches(padding=padding)
        alone = logits(built, real, read, switches)
        for pads in (0, 5, count):
            moved = np.abs(logits(built, real + [PAD] * pads, read, switches) - alone).max(-1)
            assert abs(values(page.board["counts"])[row, pads] - moved.max()) < 1e-4
        assert np.abs(values(page.board["logits0"])[row] - moved).max() < 1e-4
        memory = [encoded(built, real + [PAD] * pads, padding)[: len(real)] for pads in (0, count)]
        assert np.abs(values(page.board["memory0"])[row] - np.abs(memory[1] - memory[0]).max(-1)).max() < 1e-4


def encoded(built: Transformer, ids: list[int], padding: bool) -> np.ndarray:
    """Encode by layers."""
    x = built.embed(built.source_embedding, torch.tensor([ids]), built.source_positions(len(ids)))
    mask = torch.tensor([number != PAD for number in ids])[None, None, None] if padding else None
    for layer in built.encoder:
        x = layer(x, mask)
    return x[0].double().numpy()


@pytest.mark.parametrize("model", ["dates", "spelling"])
def test_a_batch_is_padded_to_its_longest_and_what_is_written_under_the_mask_is_as_alone(visit, model):
    page = masks(visit, model=model, show="padding")
    spec = RunSpec(model=model, source=page.at.session_state["app"].spec.source, pads=0)
    sources = (spec.source, *batch_mates(spec))
    lengths = [len(spec.task.source_tokens(source)) for source in sources]
    assert len(set(lengths)) > 1 and len(set(sources)) == len(sources) == 4
    expected = np.array([[2 * (place >= length) for place in range(max(lengths))] for length in lengths])
    assert np.array_equal(cells(page.board["batch"]), expected)
    texts = np.array(page.board["batch-written"]["texts"]).reshape(4, 3)
    for row, source in zip(texts, sources, strict=True):
        alone = runs.trace(RunSpec(model=model, source=source, pads=0))
        assert row[0] == row[1] == spec.task.target_text(models.catalogue()[model].target_vocab.decode(alone.tokens))
    assert any(row[2] != row[0] for row in texts)


def test_the_slider_chooses_the_number_of_pads(visit):
    page = masks(visit, show="padding")
    page.control("slider", "behind").set_value(9).run()
    assert page.at.query_params["behind"] == "9"
    assert titles(page)[-1].startswith("With 9 PAD tokens after the source")
    full = masks(visit, show="padding", source="3" * 64)
    assert "no room for PAD tokens" in full.said and full.board["counts"]["shape"] == [2, 1]


@pytest.mark.parametrize("attention", ["encoder", "self", "cross"])
def test_three_ways_to_mask_a_row_that_may_attend_to_nothing(visit, attention):
    page = masks(visit, show="nothing", attention=attention, layer=2, head=3, step=4, row=4)
    built, ids, read = dates()
    site = {"encoder": "encoder.1.self_attn", "self": "decoder.1.self_attn", "cross": "decoder.1.cross_attn"}[attention]
    recorder = Recorder(lambda name: name.startswith(site))
    full_pass(built, torch.tensor([ids]), torch.tensor([read]), Switches(), recorder)
    query, key = (recorder.records[f"{site}.{name}"][0, 2].double().numpy() for name in ("query", "key"))
    scores = query[3] @ key.T / np.sqrt(query.shape[1])
    keys = len(scores)
    assert np.abs(values(page.board["score"])[:, 0] - scores).max() < 1e-4
    assert not values(page.board["ours"]).any()
    assert np.isnan(values(page.board["infinity"])).all() and set(page.board["infinity"]["texts"]) == {"NaN"}
    assert np.allclose(values(page.board["large"]), 1 / keys)
    outputs = np.array(page.board["outputs"]["texts"]).reshape(len(read), 4)
    blocked = frozenset(BlockedCell(attention, 3, key) for key in range(keys))
    name = models.catalogue()["dates"].target_vocab.name
    for column, switches in ((0, Switches()), (1, Switches(blocked=blocked))):
        shares = softmax(logits(built, ids, read, switches))
        said = [f"{name(int(row.argmax()))} · {row.max():.0%}" for row in shares]
        assert outputs[:, column].tolist() == said
        assert np.abs(values(page.board["outputs"])[:, column] - shares.max(-1)).max() < 1e-4
    assert set(outputs[:, 2]) == {"NaN"} and "NaN" not in outputs[:, 3]
    assert f"{len(read)} of {len(read)} positions have no number left" in summary(page)


def test_the_row_can_be_chosen_and_a_model_without_a_softmax_says_so(visit):
    page = masks(visit, show="nothing", attention="self")
    page.control("selectbox", "masked_row").set_value(7).run()
    assert page.at.query_params["step"] == "8"
    page.control("button_group", "attention").set_value("encoder").run()
    page.control("selectbox", "masked_row").set_value(2).run()
    assert page.at.query_params["row"] == "3"
    page.control("selectbox", "model").set_value("small-relu").run()
    assert "normalises by relu" in summary(page) and "infinity" not in page.board


def test_an_option_that_is_no_more_when_its_press_arrives_changes_nothing(visit):
    """Another source came in between: Streamlit then hands on the option's text in place of what it stands for."""
    page = masks(visit, show="nothing", attention="self")
    box = page.control("selectbox", "masked_row")
    row = box.value
    box.options.append("9: gone")
    box.select("9: gone").run()
    assert not page.at.exception
    assert page.control("selectbox", "masked_row").value == row


def test_an_option_that_reads_otherwise_when_its_press_arrives_is_still_taken(visit):
    page = masks(visit, show="nothing", attention="encoder")
    text = page.control("selectbox", "masked_row").options[3]
    page.control("text_input", "source").set_value("March 3rd, 2001").run()
    box = page.control("selectbox", "masked_row")
    assert text not in box.options
    box.options.append(text)
    box.select(text).run()
    assert page.control("selectbox", "masked_row").value == 3


def test_options_that_read_otherwise_are_another_control_to_the_browser(visit):
    """A browser holds the text of what is chosen, and would go on showing that of the earlier run."""
    page = masks(visit, show="nothing", attention="encoder", row=2)
    box = page.control("selectbox", "masked_row")
    before, value, text = box.key, box.value, box.options[box.index]
    page.control("toggle", "padding").set_value(False).run()
    assert page.control("selectbox", "masked_row").key == before
    page.control("text_input", "source").set_value("March 3rd, 2001").run()
    again = page.control("selectbox", "masked_row")
    assert again.value == value and again.options[again.index] != text
    assert again.key != before


@pytest.mark.parametrize("attention", ["encoder", "self", "cross"])
@pytest.mark.parametrize("name", PATTERN_BUTTONS)
def test_each_pattern_closes_what_its_name_says_and_can_be_taken_back(visit, name, attention):
    page = masks(visit, attention=attention, causal="off", padding="off", column=3)
    open_cells = cells(page.board["mask"])
    assert not open_cells.any()
    page.control("button", name).click().run()
    closed = cells(page.board["mask"])
    expected = np.fromfunction(np.vectorize(PATTERN_BUTTONS[name]), closed.shape, dtype=int)
    assert np.array_equal(closed == 3, expected)
    page.control("button", "undo_mask").click().run()
    assert "drawn" not in page.at.query_params and not cells(page.board["mask"]).any()


def test_clear_frees_every_attention_and_undo_brings_them_back(visit):
    page = masks(visit, attention="self", drawn="e1:1,s2:1,c3:4")
    assert "Cells blocked by hand here: 1. In the other attentions: 2." in summary(page)
    page.control("button", "clear_mask").click().run()
    assert "drawn" not in page.at.query_params and page.control("button", "clear_mask").disabled
    page.control("button", "undo_mask").click().run()
    assert page.at.query_params["drawn"] == "e1:1,s2:1,c3:4"
    assert page.control("button", "undo_mask").disabled


def test_a_drawn_mask_is_a_link_and_outlives_other_pages_and_sources(visit):
    page = masks(visit, attention="cross", drawn="c1-16:8", show="draw")
    before = page.board
    page.at.switch_page("pages/decode/page.py").run()
    assert "drawn" not in page.at.query_params
    page.at.switch_page("pages/masks/page.py").run()
    assert page.board == before
    again = masks(visit, **dict(parse_qsl(urlencode(page.at.query_params, doseq=True))))
    assert again.board == before
    page.read("1 gennaio 1984")
    assert page.at.query_params["drawn"] == "c1-16:8" and (cells(page.board["mask"])[:, 7] == 3).all()


def test_the_view_is_this_pages_own(visit):
    """The page before it in the menu calls its views by the same word."""
    page = masks(visit, show="causal")
    page.at.switch_page("pages/self_attention/page.py").run()
    page.control("button_group", "show").set_value("layers").run()
    page.at.switch_page("pages/masks/page.py").run()
    assert page.control("button_group", "show").value == "causal" and "moves0" in page.board
    page.control("button_group", "show").set_value("nothing").run()
    page.at.switch_page("pages/self_attention/page.py").run()
    assert page.control("button_group", "show").value == "layers"


def test_a_row_that_may_attend_to_nothing_is_named(visit):
    assert "May attend to nothing: 2 → 0." in summary(masks(visit, attention="self", drawn="s2:1-2"))


@pytest.mark.parametrize("name", BAD_LINKS)
def test_nonsense_in_a_link_is_answered_with_a_sentence(visit, name):
    text, sentence = BAD_LINKS[name]
    page = masks(visit, **{name: text})
    assert sentence in page.said and page.board


@pytest.mark.parametrize("model", ["dates", "spelling", "small-sigmoid", "small-additive"])
@pytest.mark.parametrize("show", MasksChoices.param("show").options)
def test_every_section_of_every_view_opens(visit, show, model):
    page = masks(visit, show=show, model=model, drawn="s2-4:1,c3:1-5,e1:2")
    for section in MasksChoices.param("section").options:
        page.control("button_group", "section").set_value(section).run()
        assert not page.at.exception
    page.control("button_group", "section").set_value("code").run()
    ran = {"draw": "def attend", "causal": "def causal_mask", "padding": "def padding_mask"}
    assert ran.get(show, "def masked_softmaxes") in page.at.code[0].value


def test_the_formula_holds_the_numbers_of_the_board(visit):
    page = masks(visit, attention="self", layer=1, head=1, step=4, drawn="s4:1")
    weights = values(page.board["without"])[3]
    best = int(weights.argmax())
    without, after = (element.value for element in page.at.latex[1:3])
    assert rf"\alpha_{{4,{best + 1}}}" in without and f"{weights[best]:.4f}" in without
    assert best != 0 and f"{values(page.board['with'])[3, best]:.4f}" in after


def test_the_evidence_shows_the_kept_table_and_its_command(visit):
    page = masks(visit, section="evidence", show="causal")
    shown = "\n".join(element.value for element in page.at.markdown)
    assert "python -m core.experiments.causal_mask dates spelling small" in shown
    assert shown.count("trained without the causal mask") == 2


def test_what_the_decoder_shall_predict_stands_one_place_to_the_right(visit):
    page = masks(visit, show="causal", section="formula")
    (found,) = [element.value for element in page.at.markdown if "visible at" in element.value]
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in found.splitlines()[2:]]
    read = [models.catalogue()["dates"].target_vocab.name(number) for number in dates()[2]]
    assert len(rows) >= 4
    for position, reads, label, where in rows:
        assert (read[int(position) - 1], read[int(position)]) == (reads, label)
        assert where == f"position {int(position) + 1}"
    assert END not in dates()[2]
