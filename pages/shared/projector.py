"""Projector mode: a page for a class, larger and with nothing around it."""

import streamlit as st

from pages.shared.state import AppState
from pages.shared.widgets.controls import pressed

# Charts know where a pointer is if they are scaled, not if they are zoomed; zoomed, Streamlit’s tables are too wide.
STYLE = """<style>
:root { --projector: 1; }
@media (min-width: 1000px) { :root { --projector: 1.25; } }
@media (min-width: 1700px) { :root { --projector: 1.5; } }
:is([data-testid="stSidebar"], [data-testid="stHeader"]) { display: none; }
.stApp [data-testid="stMain"] .block-container { zoom: var(--projector); padding: 1rem 1.25rem; }
.stApp [data-testid="stMain"] h3 { padding-left: 0 !important; }
[data-testid="stElementContainer"]:has([data-testid="stDataFrame"]) { zoom: calc(1 / var(--projector)); }
[data-testid="stFullScreenFrame"]:has([data-testid="stPlotlyChart"]) {
  width: calc(100% / var(--projector)) !important; height: calc(100% / var(--projector)) !important;
}
[data-testid="stPlotlyChart"] .js-plotly-plot {
  zoom: calc(1 / var(--projector)); transform: scale(var(--projector)); transform-origin: 0 0;
}
.st-key-projector-place { position: absolute; top: -0.6rem; right: 0; width: auto !important; z-index: 2; }
.st-key-projector-place kbd { display: none; }
</style>"""


def projector(current: AppState) -> None:
    """Give the page its looks where the mode is on, with the button that leaves it."""
    with st.container(key="projector-place"):
        if current.projector:
            st.html(STYLE)
            look = {"shortcut": "Escape", "type": "tertiary"}
            pressed("leave_projector", lambda: turn(current), prefetch=False, look=look)


def projector_control(current: AppState) -> None:
    """Draw the button that turns the mode on; its key turns it off as well."""
    pressed("projector", lambda: turn(current), prefetch=False, look={"shortcut": "P"})


def turn(current: AppState) -> None:
    """Turn the mode on or off."""
    current.projector = not current.projector
