"""Every visible string comes from the catalogue, and the catalogue holds nothing that nobody shows."""

import re
from pathlib import Path

import pytest

from core import paths
from core.run.runs import SWITCHES
from core.screen.scripts import join_view
from core.screen.texts import speaking
from pages.questions.entries import entries
from pages.shared import text
from tests import app_pages

ROOT = Path(__file__).parents[3]
PAGES = "\n".join(path.read_text() for path in (ROOT / "app.py", *(ROOT / "pages").rglob("*.py")))
CORE = "\n".join(path.read_text() for path in (ROOT / "core").rglob("*.py"))
VIEWS = sorted(path.parent.name for path in (ROOT / "assets" / "components").glob("*/main.js"))
TITLES = [f"{page}.{name}" for page in app_pages.PAGES for name in ("title", "claim")]
MOST_WORDS = 25
# A sentence ends before a capital, a Greek letter or a place to fill in, at an empty line, a row of a table, a bullet.
ENDS = re.compile(r"(?<=[.!?])[\"”)*]*\s+(?=[\"“(*_`]*[A-ZΑ-Ωα-ω{])|\n\s*\n|\n\||\n- | · ")
NO_END = re.compile(r"\b(et al|eq|self-attn|cross-attn)\.")
ONE_WORD = re.compile(r"`[^`]*`|\$[^$]*\$")
WORD = re.compile(r"\S*[^\W_]\S*")
# A private word, and the one of the field or of everyday English that stands for it.
PRIVATE = {
    r"foretold|foretells?|told": "predicted",
    r"heed\w*|(left|leave|leaves|leaving) aside": "ignored",
    r"overrul\w*": "override",
    r"let go|lets? all": "unpin, undo, release, turn on",
    r"at once": "in parallel (positions), together (heads, parts)",
    r"anew": "again, new",
    r"but for|alike but": "except for",
    r"goes in\b(?! the )": "input",
    r"led nowhere": "dropped",
    r"(taken?|takes|taking) out": "removed",
    r"goes on|go on|going on": "continues",
    r"finds? back": "recovers",
    r"mends?|mended": "corrects",
    r"whoever|whom|nobody may": "a noun",
    r"is no (wrong|part|head|softmax|word)": "is not a",
    r"weighs": "weights",
    r"by the pace": "like your last run",
    r"under way": "in progress",
    r"as many values": "42 values",
}  # fmt: skip


def texts() -> dict[str, str]:
    """Return every text of the catalogue by its key or its file's name."""
    longer = {path.stem: path.read_text(encoding="utf-8") for path in (paths.TEXT / "en").glob("*.md")}
    asked = {
        f"{entry.name}.{place}": sentence
        for entry in entries()
        for place, sentence in enumerate((entry.question, entry.label, entry.topic, *entry.sentences))
    }
    named = {key: string for key, string in text.catalogue("en").items() if not key.startswith("model.")}
    return named | longer | asked


def sentences(string: str) -> list[str]:
    """Cut a text into its sentences; code and a formula count as a word each."""
    plain = NO_END.sub(r"\1", ONE_WORD.sub("x", string))
    return [" ".join(sentence.split()) for sentence in ENDS.split(plain) if sentence.strip()]


def prefix_of(view: str) -> str:
    """Return where the catalogue keeps the strings that a view's script asks for, which lib has none of."""
    return {"decode": "view"}.get(view, view)


def strings_of(view: str) -> set[str]:
    """Return the strings that a view is sent; one with a transport has those of Decode's too."""
    return set(text.under(prefix_of(view))) | (set(text.under("view")) if view == "whole_model" else set())


def test_every_string_asked_for_is_there():
    asked = set(re.findall(r"\bt\(\s*\"([\w.]+)\"", PAGES + CORE))
    assert asked
    assert asked <= set(text.catalogue("en"))


@pytest.mark.parametrize("view", VIEWS)
def test_every_string_the_scripts_ask_for_is_there(view: str):
    script, _ = join_view(view)
    asked = set(re.findall(r"say\(\s*'(\w+)'", script)) - {"head_title"}
    assert asked <= strings_of(view)


def test_every_page_has_a_title_and_a_claim():
    assert set(TITLES) <= set(text.catalogue("en"))


def test_every_control_has_a_label_and_help():
    for name in (
        *SWITCHES,
        "model",
        "reference",
        "layer",
        "head",
        "pads",
        "source",
        "examples",
        "pin",
        "unpin",
        "copy",
        "section",
    ):
        assert text.t(f"control.{name}")
        assert len(text.t(f"help.{name}")) > 10


def test_the_catalogue_holds_nothing_that_nobody_shows():
    shown = set(re.findall(r"[\"']([a-z_]+\.[a-z_]+)[\"']", PAGES + CORE))
    built = (
        *re.findall(r"(?:t(?:_or)?|Sentence|CheckpointError)\(f[\"'](\w+\.\w*)\{", PAGES + CORE),
        *(f"{prefix}_" for prefix in re.findall(r"texts=\"(\w+\.\w+)\"", PAGES)),
        *(f"{prefix_of(view)}." for view in VIEWS),
        *(f"{kind}." for kind in re.findall(r"called\(\"(\w+)\"", PAGES + CORE)),
    )
    unused = [
        key for key in text.catalogue("en") if key not in shown and key not in TITLES and not key.startswith(built)
    ]
    assert unused == []


def test_a_missing_place_in_a_template_is_noticed():
    filled = text.t("problem.too_long", longest=64, got="70", over="6")
    assert "{" not in filled and "64" in filled and "70" in filled


def test_a_string_that_is_missing_is_replaced_and_its_places_filled():
    assert text.t_or("evidence.task_dates", "evidence.task_other", task="x") == "dates"
    assert text.t_or("evidence.task_poetry", "evidence.task_other", task="poetry") == "poetry"


def test_what_is_kept_with_its_sentences_is_kept_for_each_language():
    made = []

    @text.cached_by_language(maxsize=4)
    def sentence(number: int) -> str:
        """Say it."""
        made.append(number)
        return f"{text.language()} {number}"

    assert sentence.__doc__ == "Say it." and sentence(1) == sentence(1) == "en 1" and made == [1]
    with speaking("de"):
        assert sentence(1) == "de 1" and made == [1, 1]
        sentence.cache_clear()
        assert sentence(1) == "de 1" and len(made) == 3


def test_sentences_are_cut_where_a_reader_stops():
    cut = sentences(
        "Wu et al. 2016, eq. 14. α is the penalty, 0.6 of `a. B c`. {rule} Right?\n\n**Try it.** Press Step"
    )
    assert cut == ["Wu et al 2016, eq 14.", "α is the penalty, 0.6 of x.", "{rule} Right?", "**Try it.", "Press Step"]


def test_no_sentence_is_longer_than_one_breath():
    found = {
        key: [each for each in sentences(string) if len(WORD.findall(each)) > MOST_WORDS]
        for key, string in texts().items()
    }
    assert {key: long for key, long in found.items() if long} == {}


@pytest.mark.parametrize("private", PRIVATE)
def test_the_catalogue_speaks_the_words_of_the_field(private: str):
    pattern = re.compile(rf"\b(?:{private})\b", re.IGNORECASE)
    found = {key: each[0] for key, string in texts().items() if (each := pattern.search(string))}
    assert found == {}, f"better: {PRIVATE[private]}"


def test_no_label_or_heading_is_a_clause_that_begins_with_what():
    labels = {key: string for key, string in text.catalogue("en").items() if not re.search(r"[.?!:…]", string)}
    assert [key for key, label in labels.items() if re.match(r"(what|whether|whose|who)\b", label, re.IGNORECASE)] == []


def test_pages_are_called_as_textbooks_call_their_subject():
    names = {
        "self_attention": "Self-attention",
        "non_autoregressive": "Non-autoregressive",
        "reinforcement_learning": "Reinforcement learning",
    }
    for page, name in names.items():
        assert text.t(f"{page}.title") == text.t(f"menu.{page}") == name
        assert f"| **{name}** |" in (ROOT / "README.md").read_text(encoding="utf-8")
