"""What all figures share: type that can be read, axes that stay put, and room for what stands beside a chart."""

from core.figures.plain import LEAST, axis, beside, label_axis, plain


def test_no_type_is_too_small_and_nothing_can_be_dragged() -> None:
    layout = plain([], 200, xaxis=axis("place"), yaxis=label_axis()).layout
    assert min(layout.xaxis.tickfont.size, layout.yaxis.tickfont.size, layout.legend.font.size) >= LEAST >= 12
    assert layout.xaxis.title.text == "place" and layout.xaxis.title.font.size >= LEAST
    assert layout.xaxis.fixedrange and layout.yaxis.fixedrange and layout.dragmode is False


def test_what_is_different_goes_before_what_is_shared() -> None:
    layout = plain([], 200, {"r": 60}, {"y": 1.5}, barmode="stack", yaxis=axis(zeroline=True)).layout
    assert (layout.height, layout.margin.r, layout.legend.y, layout.barmode) == (200, 60, 1.5, "stack")
    assert layout.yaxis.zeroline and layout.legend.orientation == "h"


def test_titles_have_room_on_their_side() -> None:
    bare, below, left = (
        plain([], 200, xaxis=axis(x), yaxis=axis(y)).layout.margin for x, y in ((None, None), ("x", None), (None, "y"))
    )
    assert below.b > bare.b and below.l == bare.l
    assert left.l > bare.l and left.b == bare.b


def test_labels_have_room_by_their_longest() -> None:
    assert beside(["a", "abc"]) == beside(["abc"]) > beside(["a"]) > beside([]) > 0
    assert beside(["ABC"]) > beside(["abc"]) > beside(["a c"])
