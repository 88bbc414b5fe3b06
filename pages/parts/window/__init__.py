"""The public window: plain pages for phones, kiosks and posters, beside the Streamlit pages and without them."""
