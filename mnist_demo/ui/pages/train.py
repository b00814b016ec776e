"""The Train page: start a run, watch it, compare it with earlier ones. All viewers see the same runs."""

import streamlit as st

from mnist_demo.ui.common import notices, services
from mnist_demo.ui.help import explain
from mnist_demo.ui.train import recipe_form, watching

st.title("Train a model")
notices.data_set(services.current_dataset())
form, view = st.columns([2, 5], gap="large")
with form:
    recipe_form.show()
with view:
    watching.show()
explain.learning(st.session_state["model"])
