"""seq2see: configuration, frame and navigation; nothing else."""

import streamlit as st

from pages.shared.guard import coming_via_app
from pages.shared.header import header, let_it_be_shown
from pages.shared.press_order import keep_press_order
from pages.shared.uploads import bound_uploads

bound_uploads()
keep_press_order()
st.set_page_config(page_title="seq2see", page_icon="assets/icon.png", layout="wide")
page = st.navigation(
    {
        "Run it": [
            st.Page("pages/decode.py", title="Decode", icon=":material/play_circle:", default=True),
            st.Page("pages/search.py", title="Search", icon=":material/account_tree:", url_path="search"),
            st.Page("pages/all_at_once.py", title="All at once", icon=":material/bolt:", url_path="all_at_once"),
            st.Page(
                "pages/teacher_forcing.py",
                title="Teacher forcing",
                icon=":material/school:",
                url_path="teacher_forcing",
            ),
        ],
        "Look inside": [
            st.Page("pages/by_hand.py", title="By hand", icon=":material/calculate:", url_path="by_hand"),
            st.Page("pages/heads.py", title="Heads", icon=":material/view_column:", url_path="heads"),
            st.Page("pages/position.py", title="Position", icon=":material/pin:", url_path="position"),
            st.Page("pages/masks.py", title="Masks", icon=":material/grid_off:", url_path="masks"),
            st.Page("pages/block.py", title="Block", icon=":material/layers:", url_path="block"),
            st.Page(
                "pages/cross_attention.py",
                title="Cross-attention",
                icon=":material/compare_arrows:",
                url_path="cross_attention",
            ),
        ],
        "Train it": [
            st.Page("pages/training_lab.py", title="Training lab", icon=":material/science:", url_path="training_lab"),
            st.Page(
                "pages/guided_attention.py",
                title="Guided attention",
                icon=":material/south_east:",
                url_path="guided_attention",
            ),
            st.Page("pages/rewards.py", title="Rewards", icon=":material/paid:", url_path="rewards"),
        ],
        "Compare": [
            st.Page("pages/evidence.py", title="Evidence", icon=":material/table_chart:", url_path="evidence"),
        ],
    },
    expanded=True,
)
coming_via_app()
header(page.url_path or "decode")
let_it_be_shown()
page.run()
