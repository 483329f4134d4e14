"""seq2see: configuration, frame and navigation; nothing else."""

import streamlit as st

from pages.shared.header import header, let_it_be_shown

st.set_page_config(page_title="seq2see", page_icon="assets/icon.png", layout="wide")
page = st.navigation(
    {
        "Run it": [
            st.Page("pages/decode.py", title="Decode", icon=":material/play_circle:", default=True),
            st.Page(
                "pages/teacher_forcing.py", title="Teacher forcing", icon=":material/school:",
                url_path="teacher_forcing",
            ),
        ],
        "Look inside": [
            st.Page("pages/by_hand.py", title="By hand", icon=":material/calculate:", url_path="by_hand"),
            st.Page("pages/heads.py", title="Heads", icon=":material/view_column:", url_path="heads"),
            st.Page("pages/position.py", title="Position", icon=":material/pin:", url_path="position"),
            st.Page("pages/masks.py", title="Masks", icon=":material/grid_off:", url_path="masks"),
        ],
        "Compare": [
            st.Page("pages/evidence.py", title="Evidence", icon=":material/table_chart:", url_path="evidence"),
        ],
    },
    expanded=True,
)  # fmt: skip
header(page.url_path or "decode")
let_it_be_shown()
page.run()
