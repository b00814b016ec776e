"""The Streamlit app: pages, and a folder of parts for each."""
