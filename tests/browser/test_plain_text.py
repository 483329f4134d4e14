"""Foreign text in a real browser: Streamlit shows what `as_plain` makes of it as it is, and loads nothing for it."""

import json
import random
from pathlib import Path

from tests.browser import harness

NASTY = [
    "![x](http://foreign.test/p.png)", "**b**", "__b__", "*i*", "a_b_c", "$x^2$", "$$x^2$$", "5 $ and 6 $", ":red[a]",
    ":red-background[a]", ":small[a]", ":color[a]{foreground=red}", ":material/home:", ":material_home:", ":smile: x",
    ":streamlit:", ":+1:", "12:30:45", "<b>x</b>", "<img src=http://foreign.test/p.png>", "<!-- x -->", "# h", "## h",
    "1. a", "1) a", "- a", "+ a", "* a", "> q", "`c`", "``` c", "~~s~~", "~s~", "http://foreign.test", "a/b", "%d",
    "https://a.test/b", "www.foreign.test", "WWW.foreign.test", "me@foreign.test", "mailto:me@foreign.test", "{x}",
    "<http://foreign.test>", "[a](javascript:alert(1))", "[a]: http://foreign.test", "[^1]", "[x] a", "- [x] a", "'q'",
    "a\\", "\\*a\\*", "a\nb", "a\n\nb", "a\n- b", "a\n===", "a\r\nb", "a\tb", "\ta", "    a", " a", "a ", "&amp;",
    "&#42;", "&copy; x", "--", "a -- b", "->", "a -> b", "<-", "<->", ">=", "a <= b", "~=", "---", "***", "| a | b |",
    "a|b", "😀 b", "😀", "1️⃣ b", "zero\u200bwidth", "\u2028a", "\u3000a", "a\u00a0", "ﷺ", "é\u0301", '"q"', "2001-03-03",
]  # fmt: skip
PIECES = [*"*_`~$:[]()<>#!|\\-+=&;@./ \na1😀\u2060", "www", "http", "material", "smile", "x.test", "red"]
APP = """
import json
from pathlib import Path
import streamlit as st
from pages.shared.text import as_code, as_css, as_plain, table

texts = json.loads(Path(__file__).with_name("texts.json").read_text())
for place, text in enumerate(texts):
    with st.container(key=f"case-{place}"):
        plain = as_plain(text)
        st.markdown(plain)
        st.caption(f"a model, {plain}, is **bold**")
        st.markdown(f"**{plain}**")
        st.markdown(f"##### {plain}")
        st.markdown(table(["x", "y"], [[plain, "z"]]))
        st.button(plain, key=f"button-{place}")
        st.progress(0.5, text=plain)
        with st.expander(plain, key=f"expander-{place}"):
            st.text("in it")
    st.pills("p", [text, "other"], format_func=as_plain, key=f"pills-{place}")
    st.segmented_control("s", [text, "other"], format_func=as_plain, key=f"segments-{place}")
    st.html(f"<style>.st-key-css-{place} p::after {{ content: {as_css(text)}; }}</style>")
    with st.container(key=f"css-{place}"):
        st.markdown("styled")
st.html("<div data-painted></div>")
"""
# What stands in the parts of a case, without what has no width, and with a single space for what is drawn as one.
READ = r"""(count) => [...Array(count).keys()].map((place) => {
  const seen = (box) => box.textContent.replace(/[\u200b\u2060]/g, '').split(/\s+/).join(' ').trim();
  const all = (selector) => [...document.querySelectorAll(selector)];
  const first = (kind) => all(`.st-key-${kind}-${place} [data-testid=stButtonGroup] button`)[0];
  const inner = (box) => box.querySelector('summary [data-testid=stMarkdownContainer], td') ?? box;
  const parts = all(`.st-key-case-${place} > :is([data-testid=stElementContainer], [data-testid=stLayoutWrapper])`);
  return [...parts.map(inner), first('pills'), first('segments')].map(seen);
})"""
# What Markdown can make of a text; a heading has a link to itself.
MARKS = (
    "img, a[href]:not([href^='#']), em, code, del, .katex, h1, h2, h3, h4, ul, ol, blockquote, hr, input, "
    "[role=img], [style*=color]"
)
# Streamlit draws what it has been sent in its own time.
DRAWN = """(count) => document.querySelectorAll('[class*=st-key-segments-] button').length === 2 * count
  && document.querySelectorAll('[class*=st-key-pills-] button').length === 2 * count
  && document.querySelectorAll('[class*=st-key-css-] p').length === count"""
# What style draws beside a text, as a style sheet would write it.
STYLED = """(count) => [...Array(count).keys()].map((place) =>
  getComputedStyle(document.querySelector(`.st-key-css-${place} p`), '::after').content)"""


def styled(text: str) -> str:
    """Write a text as browsers write a string of a style sheet."""
    characters = {'"': r"\"", "\\": r"\\"}
    return '"' + "".join(characters.get(each, each if ord(each) > 31 else f"\\{ord(each):x} ") for each in text) + '"'


def spaced(text: str) -> str:
    """Return a text as it is read off a page: what has no width is gone, what is drawn as one space is one."""
    return " ".join(text.replace("\u200b", "").replace("\u2060", "").split())


def test_whatever_text_it_is_it_is_shown_as_it_is(browser, tmp_path: Path):
    draw = random.Random(1)
    texts = NASTY + ["".join(draw.choices(PIECES, k=draw.randint(2, 9))) for _ in range(40)]
    texts = [text for text in dict.fromkeys(texts) if spaced(text)]
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    (tmp_path / "plain_app.py").write_text(APP)
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    quiet = {"PYTHONPATH": str(harness.ROOT), "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    with harness.serve(tmp_path / "plain_app.py", **quiet) as address:
        page.goto(f"{address}/decode")
        page.wait_for_selector("[data-painted]", state="attached")
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
        page.wait_for_function(DRAWN, arg=len(texts))
        read = page.evaluate(READ, len(texts))
        wanted = [{spaced(text), spaced(f"a model, {text}, is bold")} for text in texts]
        assert all(len(seen) == 10 for seen in read)
        assert {text: seen for text, seen, want in zip(texts, read, wanted, strict=True) if set(seen) != want} == {}
        assert page.evaluate(STYLED, len(texts)) == [styled(text) for text in texts]
        assert page.locator("[class*=st-key-case-]").locator(MARKS).all_text_contents() == []
        assert not [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    page.close()
