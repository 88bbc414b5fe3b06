"""A bare Streamlit page with the charts and the tables of one of ours, from ready data: what ours is measured against.

`streamlit run bench/bare_page.py -- FOLDER` shows what bench/pages.py has put into FOLDER/NAME.json under `?page=NAME`.
It computes nothing, has no look of its own, and must not import anything of ours.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import plotly.io
import streamlit as st

ready = json.loads((Path(sys.argv[1]) / f"{st.query_params['page']}.json").read_text(encoding="utf-8"))
st.set_page_config(layout="wide")
st.title(ready["title"])
for index, spec in enumerate(ready["charts"]):
    st.plotly_chart(plotly.io.from_json(spec, skip_invalid=True), theme=None, key=f"chart_{index}")
for rows in ready["tables"]:
    st.dataframe(pd.DataFrame(rows))
