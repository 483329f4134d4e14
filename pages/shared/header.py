"""The first text of a page: title and claim. Imports nothing heavy, so that a cold start shows it at once."""

import sys
import time

import streamlit as st

from pages.shared.text import t

HEADER_SECONDS = 0.3
STYLE = """<style>
.block-container { padding: 1.5rem 2rem 2rem; max-width: none; }
[data-testid="stHeader"] { height: 2.6rem; min-height: 0; background: transparent; pointer-events: none; }
[data-testid="stHeader"] div { pointer-events: none; }
[data-testid="stHeader"] button { pointer-events: auto; background: var(--st-background-color, transparent); }
[data-testid="stSidebarCollapseButton"] { display: block; visibility: visible; }
[data-testid="stMain"] h3 { padding-right: 1.5rem !important; }
.stApp:has([data-testid="stExpandSidebarButton"]) [data-testid="stMain"] h3 { padding-left: 1.75rem; }
[data-testid="stSidebarHeader"] { height: 2.5rem; }
[data-testid="stSidebarNavItems"] > div {
  display: flex; flex-wrap: wrap; align-items: center; margin: 0; padding: 0; gap: 0 2px;
}
[data-testid="stNavSectionHeader"] {
  flex: 0 0 100%; padding-block: 0; margin: 0.2rem 0 0; min-height: 0; font-size: 0.8rem; line-height: 1.3;
}
[data-testid="stSidebarNavLink"] { padding: 0 0.4rem; min-height: 1.5rem; height: 1.5rem; margin: 0; }
[data-testid="stSidebarNavLink"] > span:first-child:not(:last-child) { display: none; }
[data-testid="stSidebarUserContent"] { padding-block: 0.25rem 1rem; }
[data-testid="stSidebarContent"] [data-testid="stVerticalBlock"] { gap: 0.3rem; }
[data-testid="stSidebarNav"] { margin-top: -1.6rem; }
[data-testid="stSidebarNavSeparator"] { margin-block: 0.5rem; }
[data-testid="stMain"] [data-testid="stVerticalBlock"] { gap: 0.4rem; }
[data-testid="stMain"] :is([data-testid="stMarkdownContainer"], [data-testid="stCaptionContainer"]) code {
  font-size: max(0.85em, 12px);
}
[data-testid="stMain"] h3 { font-size: 1.15rem; padding: 0 0 0.4rem; position: relative; top: -5px; }
[data-testid="stButtonGroup"] > [role="radiogroup"] { flex-wrap: wrap; overflow: visible; }
[class*="st-key-examples-row"] [data-testid="stButtonGroup"] > div {
  flex-wrap: nowrap; overflow-x: auto; scrollbar-width: thin;
}
[class*="st-key-examples-row"] button { min-height: 1.7rem; padding: 0 0.6rem; flex: none; }
[data-testid="stPageLink"] :is(a, p, [data-testid="stMarkdownContainer"]) {
  white-space: normal; overflow: visible; height: auto;
}
[data-testid="stMain"] td code { white-space: nowrap; }
[data-testid="stSelectbox"] input { text-overflow: ellipsis; }
[class*="st-key-names-table"] td:first-child { white-space: nowrap; }
[class*="st-key-names-table"] :is(th, td) { padding: 0.25rem 0.6rem; }
[data-testid="stMain"] .katex-display { margin: 0.3em 0; padding: 0.3em 3px; }
[data-testid="stMain"] [data-testid="stMarkdownContainer"]:has(> .katex-display) { margin-bottom: -0.5rem; }
[data-testid="stPlotlyChart"] :is(:is([class$="tick"], [class$="title"]) > text, .annotation-text) {
  fill: currentColor !important;
}
[data-testid="stMain"] [data-testid="stMarkdownContainer"] > table {
  display: block; width: max-content; max-width: 100%; overflow-x: auto; scrollbar-width: thin;
}
[data-testid="stMain"] .katex-display { max-width: 100%; overflow: auto hidden; scrollbar-width: thin; }
[class*="st-key-wide-chart"] { overflow: auto hidden; scrollbar-width: thin; }
@media (max-width: 640px) {
  [class*="st-key-wide-chart"] > * { min-width: 600px; }
  .block-container { padding: 0.9rem 0.75rem 1.5rem; }
  .stApp:has([data-testid="stExpandSidebarButton"]) [data-testid="stMain"] h3 { padding-left: 2.1rem; }
  [data-testid="stMain"] h3 { padding-right: 2.5rem !important; }
  [data-testid="stMain"] [data-testid="stHorizontalBlock"] { gap: 0.4rem 0.75rem; }
  [data-testid="stMain"] :is(th, td) { padding: 0.25rem 0.4rem; }
}
@media (max-width: 1500px) { [data-testid="stMain"] .katex-display > .katex { font-size: 1.06em; } }
:is([data-testid="stSidebarNavLink"], [data-testid="stPageLink-NavLink"]):focus-visible,
[data-testid="stElementToolbar"] button:focus-visible, [data-testid="stCheckbox"] label:has(:focus-visible),
[data-testid="stSlider"] div:has(> div > input:focus-visible) {
  outline: 2px solid currentColor; outline-offset: 1px;
}
[role="tooltip"] [data-testid="stTooltipContent"] { pointer-events: none; animation: tooltip 0.15s 0.5s both; }
@keyframes tooltip { from { opacity: 0; } }
[class*="st-key-top-aligned"] .s2s-b-flow { align-items: flex-start; }
[class*="st-key-dense-table"] :is(th, td) { padding: 0.15rem 0.6rem; }
.st-key-lesson-door { position: absolute; top: -12px; right: 22px; width: auto !important; z-index: 2; }
.stMainBlockContainer:has(.st-key-lesson-door) > .stVerticalBlock { position: relative; }
.stMainBlockContainer:has(.st-key-lesson-door) h3 { padding-right: 13rem !important; }
@media (max-width: 900px) {
  .st-key-lesson-door { position: static; }
  .stMainBlockContainer:has(.st-key-lesson-door) h3 { padding-right: 2.5rem !important; }
}
[class*="st-key-problem-"] { padding: 0.35rem 0.75rem; border-left: 3px solid #d9480f; }
</style>"""


def header(page: str) -> None:
    """Draw a page's title and its claim; a page is named as in its address, which is its file's name."""
    st.html(STYLE)
    st.markdown(f"### {t(f'{page}.title')} :gray[· {t(f'{page}.claim')}]")


def flush_header() -> None:
    """On a cold start, give the browser a moment to fetch what shows the header.

    What comes next imports torch, which holds the interpreter, and so the server, for a second.
    """
    if "torch" not in sys.modules:
        time.sleep(HEADER_SECONDS)
