"""The Glossary page: every term of the app on one long page, to read or to print."""

import streamlit as st

from mnist_demo.ui.help import glossary

st.title("Glossary")
st.markdown("The words of this app, each with an example. Where a formula says it more exactly, it comes last.")
for heading, words in glossary.groups().items():
    st.header(heading)
    for word in words:
        with st.container(gap="xsmall", key=f"word_{word.title.lower().replace(' ', '_').replace('-', '_')}"):
            st.subheader(word.title, anchor=word.title.lower().replace(" ", "-"))
            st.markdown(word.meaning)
            if word.formula:
                st.latex(word.formula, width="content")
