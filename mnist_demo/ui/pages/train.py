"""The Train page: start a run, watch it, compare it with earlier ones. All viewers see the same runs."""

import streamlit as st

from mnist_demo.models import registry
from mnist_demo.ui.common import components, notices, projector, services
from mnist_demo.ui.help import explain
from mnist_demo.ui.network import editor, zoo
from mnist_demo.ui.train import recipe_form, watching

TITLE = "Train a model"

st.html(components.assets("train") / "train.css")
st.html(components.assets("experiments") / "experiments.css")
st.html(components.assets("network") / "network.css")
if projector.is_on():
    st.title(TITLE)
    services.current_dataset()  # stops here where it cannot be read
    watching.show_large()
else:
    form, view = st.columns([2, 5], gap="medium")
    with form:
        st.title(TITLE)
        notices.data_set(services.current_dataset())
        recipe_form.show()
        watching.show_queue()
    with view:
        if is_own := st.session_state["model"] == registry.OWN.name:
            editor.show()
        watching.show()
    explain.learning(editor.model() if is_own else registry.get_model(st.session_state["model"]))
    if is_own:  # who builds one asks; elsewhere it would only move while the first run's results come
        zoo.show()
