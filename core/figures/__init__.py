"""Figures: arrays and labels in, plotly figures out. Nothing here knows streamlit or the model."""
