"""The editor of an own network: its layers as a row of blocks, and the same as text. Each changes the other.

The visitor's session holds the network. What the widgets show is set from it before each run, so that a change that
would be no network leaves all as it was, and one sentence says why.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import streamlit as st

from mnist_demo.errors import UserError
from mnist_demo.models import architecture, registry
from mnist_demo.models.architecture import ACTIVATIONS, Architecture, Layer, Stage
from mnist_demo.models.registry import Model
from mnist_demo.ui.help import glossary
from mnist_demo.ui.network import editing, facts

NETWORK = "network"  # in the visitor's session: its text
PROBLEM = "network_problem"  # why the last change was refused
TEXT = "network_text"  # the field
PRESET = "network_preset"
ANCHOR = "your-network"  # of the editor, on its page
FIELDS = {"filters": "Filters", "side": "Side", "units": "Units", "share": "Share"}  # of a layer that are numbers


def network(first: str = registry.FIRST_NETWORK) -> str:
    """The text of the visitor's network, which begins as `first`."""
    return str(st.session_state.setdefault(NETWORK, first))


def set_network(text: str) -> None:
    """Make this text, which describes a network, the visitor's; for a callback."""
    _set(architecture.parse(text))


def model() -> Model:
    """What is known of the visitor's network."""
    return registry.model_of(dataclasses.replace(registry.OWN.recipes[0], network=network()))


def show_way() -> None:
    """Where the editor is not in sight of the form: the way to it."""
    with st.container(key="network_below"):
        st.markdown(f":material/arrow_downward: [Its layers are below](#{ANCHOR})")


def show() -> None:
    """The presets, the blocks, what can be added, the text, and a sentence: about the network or what is wrong."""
    shown = architecture.parse(network())
    with st.container(border=True, gap="small", key="network"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader("Your network", anchor=ANCHOR, width="content")
            _choose_preset(shown)
        with st.container(horizontal=True, gap="small", key="network_blocks"):
            st.html(facts.image())
            for place, stage in enumerate(shown.stages[:-1]):
                _block(shown, place, stage)
            st.html(facts.scores(shown))
        with st.container(horizontal=True, gap="small", key="network_add"):
            for layer in editing.FIRST:
                title = editing.TITLES[type(layer)]
                st.button(
                    title, icon=":material/add:", key=f"add_{title}", on_click=_change, args=(editing.added, layer)
                )
        _text(shown)
        with st.container(key="network_note"):
            if problem := st.session_state.get(PROBLEM):
                st.markdown(f":material/error: {problem} The blocks stay as they are.")
            else:
                st.markdown(facts.sentence(shown), help=glossary.meanings("Parameter"))


def _choose_preset(shown: Architecture) -> None:
    texts = dict(registry.PRESETS)
    st.session_state[PRESET] = next((title for title, text in texts.items() if text == str(shown)), None)

    def choose() -> None:
        title = st.session_state[PRESET]
        if title in texts:
            _set(architecture.parse(texts[title]))

    st.pills("Begin with", list(texts), key=PRESET, on_change=choose, label_visibility="collapsed", width="content")


def _block(shown: Architecture, place: int, stage: Stage) -> None:
    """One layer: its settings, what comes out of it, and the buttons that move and remove it."""
    layer, title = stage.layer, editing.TITLES[type(stage.layer)]
    with st.container(border=True, gap="xsmall", key=f"block_{place}"):
        st.markdown(f"**{place + 1} {title}**", help=glossary.meanings(title))
        numbers = [field.name for field in dataclasses.fields(layer) if field.name in FIELDS]
        with st.container(horizontal=True, key=f"fields_{place}"):
            for field in numbers:
                _number(place, layer, field)
        if hasattr(layer, "activation"):
            key = f"layer_{place}_activation"
            st.session_state[key] = layer.activation
            st.selectbox(
                "Activation",
                ACTIVATIONS,
                key=key,
                on_change=_change_setting,
                args=(place, "activation"),
                label_visibility="collapsed",
            )
        st.html(facts.of_layer(shown, stage))
        with st.container(horizontal=True, gap="xsmall", key=f"buttons_{place}"):
            _icon_button(f"Remove layer {place + 1}", "delete", f"remove_{place}", _remove, place, len(shown.layers))
            for name in editing.moves(shown)[place : place + 1]:
                _icon_button(name, "swap_horiz", f"swap_{place}", _change, editing.swapped, place)


def _number(place: int, layer: Layer, field: str) -> None:
    key = f"layer_{place}_{field}"
    value = getattr(layer, field)
    st.session_state[key] = value
    st.number_input(
        FIELDS[field],
        value=value,
        step=0.05 if field == "share" else 1,
        format="%g" if field == "share" else "%d",
        key=key,
        on_change=_change_setting,
        args=(place, field),
    )


def _icon_button(name: str, icon: str, key: str, then: Callable[..., None], *given: Any) -> None:
    """A button of which one sees the icon alone."""
    st.button(name, icon=f":material/{icon}:", type="tertiary", key=key, on_click=then, args=given)


def _text(shown: Architecture) -> None:
    if TEXT not in st.session_state:  # the visitor comes to the page, or back to it
        st.session_state.pop(PROBLEM, None)
    if PROBLEM not in st.session_state:
        st.session_state[TEXT] = str(shown)

    def read() -> None:
        typed = st.session_state[TEXT] or ""
        try:
            _set(architecture.parse(typed))
        except UserError as error:
            st.session_state[PROBLEM] = _sentence(error)

    forms = "\n\n".join(f"`{form}`" for form in architecture.FORMS.values())
    st.text_input(
        "The same as text",
        key=TEXT,
        on_change=read,
        placeholder="no layer: the affine model",
        help=f"The layers from the image to the scores, with commas between them. Each is one of\n\n{forms}\n\n"
        f"An activation is one of {', '.join(ACTIVATIONS)}.\n\n" + glossary.meanings("Network", "Activation"),
    )


def _change_setting(place: int, field: str) -> None:
    value = st.session_state.get(f"layer_{place}_{field}")
    if value is not None:
        _change(editing.changed, place, **{field: value})


def _remove(place: int, count: int) -> None:
    """Remove a layer of a network that has so many: the second click of a double one removes no other."""
    if len(architecture.parse(network()).layers) == count:
        _change(editing.removed, place)


def _change(change: Callable[..., Architecture], *given: Any, **settings: Any) -> None:
    try:
        _set(change(architecture.parse(network()), *given, **settings))
    except UserError as error:
        st.session_state[TEXT] = network()  # no longer what somebody typed before
        st.session_state[PROBLEM] = _sentence(error)


def _set(new: Architecture) -> None:
    st.session_state[NETWORK] = str(new)
    st.session_state.pop(PROBLEM, None)


def _sentence(error: UserError) -> str:
    text = str(error)
    return text[0].upper() + text[1:]
