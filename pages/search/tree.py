"""The tree in the browser, and the link between what is looked at there and the visitor's choices."""

from typing import Any

from pages.search.choices import LAST, SearchChoices
from pages.search.searches import Search, forced_for, plain
from pages.shared.browser.callbacks import mount
from pages.shared.browser.replies import new_messages, reply_to
from pages.shared.state import AppState
from pages.shared.text import under

FOLLOW_KEY = "search-follow"


def tree_view(payload: dict[str, Any], found: Search, current: AppState) -> bool:
    """Mount the tree; tell whether the visitor goes on from a hypothesis, which the run then writes.

    Equal searches are sent as equal data, and only once.
    """

    def penalise(sent: dict[str, Any]) -> None:
        asked = sent.get("penalty")
        if isinstance(asked, int | float) and 0 <= asked <= 2:
            current.choose(SearchChoices, penalty=round(float(asked), 2))

    def go_on(sent: dict[str, Any]) -> None:
        asked = found.known.get(sent.get("node"))
        if asked is not None:
            go_on_from(current, found.tokens(asked))

    data = {"search": payload, "text": under("tree")}
    shown = mount("tree", "search-tree", data, {"penalty": penalise, "go": go_on})
    return shown.get("go") is not None


def go_on_from(current: AppState, tokens: tuple[int, ...]) -> None:
    """Make the run write these tokens, and look at the last of them."""
    spec = current.shown or current.spec
    current.keep()
    forced = forced_for(plain(spec), tokens)
    current.change(source=spec.source, reference=spec.reference, forced=forced, teacher=False)
    current.look(step=len(tokens))


def tree_follow(current: AppState) -> None:
    """Mount the link between the tree and the state, on its own, so that a step need not send the search again."""

    def look(sent: dict[str, Any]) -> None:
        for asked in new_messages(current, FOLLOW_KEY, sent):
            upto, node = asked.get("upto"), asked.get("node")
            if isinstance(node, int) and (upto is None or isinstance(upto, int)):
                kept = LAST if upto is None else max(0, min(LAST, upto))
                current.choose(SearchChoices, upto=kept, node=max(0, min(9999, node)))

    choices = current.chosen(SearchChoices)
    data = {
        "upto": None if choices.upto >= LAST else choices.upto,
        "node": choices.node,
        "reply_to": reply_to(current, FOLLOW_KEY),
    }
    mount("tree_follow", FOLLOW_KEY, data, {"look": look})
