"""The editor of an own network on the Train page: blocks and text are the same network, whoever changes which."""

import pytest
from streamlit.testing.v1 import AppTest

from mnist_demo.models import architecture, registry
from mnist_demo.models.architecture import Conv, Dense, Dropout, Pool
from mnist_demo.runs import store
from mnist_demo.ui.network import editing
from mnist_demo.ui.train import recipe_form
from tests.architectures import generated
from tests.ui.test_pages import open_page, press, start, start_button, texts

LENET = dict(registry.PRESETS)["LeNet-5"]


def editor(**query: str) -> AppTest:
    app = open_page("Train", model="own", **query)
    assert not app.exception
    return app


def text(app: AppTest) -> str:
    """The network as the field says, which the blocks say too."""
    assert not app.exception
    assert app.session_state["network"] == app.text_input(key="network_text").value
    return str(app.text_input(key="network_text").value)


def blocks(app: AppTest) -> str:
    """The network as the blocks' widgets say."""
    widgets = {widget.key: widget.value for widget in (*app.number_input, *app.selectbox)}
    layers = []
    for place in range(sum(str(button.key).startswith("remove_") for button in app.button)):
        begin = f"layer_{place}_"
        own = {key.removeprefix(begin): value for key, value in widgets.items() if key.startswith(begin)}
        kind = {"filters": Conv, "units": Dense, "share": Dropout}.get(next(iter(own)), Pool)
        layers.append(kind(**own))
    return ", ".join(map(str, layers))


def test_three_presses_train_a_first_own_network() -> None:
    app = open_page("Train")
    app.button_group(key="model").set_value("own").run()
    assert text(app) == blocks(app) == registry.FIRST_NETWORK
    start(app)
    assert store.list_runs()[0][0].recipe.network == registry.FIRST_NETWORK


def test_a_text_changes_the_blocks_and_a_block_changes_the_text() -> None:
    app = editor()
    app.text_input(key="network_text").set_value("CONV 8 5 tanh,pool 2, dropout .5 , dense 32").run()
    assert text(app) == blocks(app) == "conv 8 5 tanh, pool 2, dropout 0.5, dense 32"
    app.number_input(key="layer_0_filters").set_value(12).run()
    app.number_input(key="layer_2_share").set_value(0.2).run()
    app.selectbox(key="layer_3_activation").set_value("sigmoid").run()
    assert text(app) == blocks(app) == "conv 12 5 tanh, pool 2, dropout 0.2, dense 32 sigmoid"
    app.number_input(key="layer_0_side").set_value(3)
    app.number_input(key="layer_1_side").set_value(4)
    app.run()  # two changes in one message, as when one leaves a field by pressing a button
    assert text(app) == blocks(app) == "conv 12 3 tanh, pool 4, dropout 0.2, dense 32 sigmoid"


def test_layers_are_added_where_they_fit_moved_and_removed() -> None:
    app = editor(network="dense 32")
    for title in ("Pooling", "Convolution", "Dropout"):
        app.button(key=f"add_{title}").click().run()
    assert text(app) == blocks(app) == "pool 2, conv 16 3, dense 32, dropout 0.25"
    app.button(key="swap_0").click().run()
    assert text(app) == blocks(app) == "conv 16 3, pool 2, dense 32, dropout 0.25"
    app.button(key="remove_2").click().run()
    assert text(app) == blocks(app) == "conv 16 3, pool 2, dropout 0.25"
    for _ in range(3):
        app.button(key="remove_0").click().run()
    assert text(app) == blocks(app) == ""
    assert "No layer of your own" in texts(app)


def test_a_preset_is_named_while_the_network_is_it() -> None:
    app = editor()
    assert app.button_group(key="network_preset").value in (None, [])
    app.button_group(key="network_preset").set_value("LeNet-5").run()
    assert text(app) == blocks(app) == LENET
    app.number_input(key="layer_0_filters").set_value(7).run()
    assert app.session_state["network_preset"] is None


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("conv", "Layer 1: write conv FILTERS SIDE"),
        ("dense 0", "Layer 1: the number of units"),
        ("dense -5", "Layer 1: the number of units"),
        ("dense 99999999999", "Layer 1: the number of units"),
        ("pool 4, pool 4, pool 4", "Layer 3: pool 4 needs at least 4 × 4 pixels, and only 1 × 1 are left"),
        ("dense 8, pool 2", "put it before"),
        ("dense 4000", "3,180,010 parameters"),
        ("dense 9 <script>", "activation"),
        ("dense 8, " * 1250, "at most 500 characters"),
        (", ".join(["dense 8"] * 9), "at most 8"),
    ],
)
def test_a_text_that_cannot_be_read_stays_beside_the_blocks_and_one_sentence_says_why(typed: str, word: str) -> None:
    app = editor()
    app.text_input(key="network_text").set_value(typed).run()
    assert not app.exception
    assert word in texts(app)
    assert app.text_input(key="network_text").value == typed
    assert blocks(app) == app.session_state["network"] == registry.FIRST_NETWORK
    assert not start_button(app).disabled
    app.number_input(key="layer_2_units").set_value(65).run()
    assert text(app) == blocks(app) == "conv 16 3, pool 2, dense 65"
    assert word not in texts(app)


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [("filters", 10**12, "number of filters"), ("filters", -1, "number of filters"), ("side", 12, "side of a filter")],
)
def test_a_forged_number_leaves_the_block_as_it_was(field: str, value: int, word: str) -> None:
    app = editor()
    app.number_input(key=f"layer_0_{field}").set_value(value).run()
    assert f"Layer 1: the {word}" in texts(app)
    assert text(app) == blocks(app) == registry.FIRST_NETWORK


def test_a_press_that_would_break_the_network_is_refused_in_a_sentence_however_often() -> None:
    app = editor()
    app.button(key="swap_1").click().run()
    assert "put it before" in texts(app)
    assert text(app) == blocks(app) == registry.FIRST_NETWORK
    for _ in range(30):
        app.button(key="add_Dense layer").click().run()
    assert text(app) == blocks(app)
    assert len(architecture.parse(text(app)).layers) == architecture.MOST_LAYERS
    assert "at most 8" in texts(app)


def test_a_link_carries_the_network_and_a_visit_elsewhere_keeps_it() -> None:
    app = editor(network=LENET)
    assert text(app) == blocks(app) == LENET
    app.number_input(key="layer_0_filters").set_value(7).run()
    app.switch_page("mnist_demo/ui/pages/glossary.py").run()
    app.switch_page("mnist_demo/ui/pages/train.py").run()
    assert text(app).startswith("conv 7 5 tanh")
    press(app, "Link to these settings")
    assert any("network=conv+7+5+tanh%2C+pool+2" in code.value for code in app.code)


@pytest.mark.parametrize("seed", range(4))
def test_any_network_goes_through_a_link(seed: int) -> None:
    recipe = registry.get_recipe("own", "fast", network=str(generated(seed)))
    link = {key: [value] for key, value in recipe_form.settings_of(recipe).items()}
    assert recipe_form.recipe_from_link(link) == recipe


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"network": "x" * 10_000}, "at most 500 characters"),
        ({"network": "dense 99999"}, "number of units"),
        ({"network": "pool 28, pool 2"}, "only 1 × 1"),
        ({"network": "<script>"}, "none of conv, pool"),
        ({"model": "cnn", "network": "dense 8"}, "has a network of its own"),
    ],
)
def test_a_link_with_no_network_is_refused_in_one_line(query: dict[str, str], word: str) -> None:
    app = open_page("Train", **query)
    assert not app.exception
    (warning,) = app.warning
    assert word in warning.value
    assert len(warning.value) < 250


def test_a_change_of_a_layer_that_is_not_there_changes_nothing() -> None:
    for place in (-1, 5):
        assert str(editing.removed(architecture.parse("dense 8"), place)) == "dense 8"
        assert str(editing.swapped(architecture.parse("dense 8"), place)) == "dense 8"
        assert str(editing.changed(architecture.parse("dense 8"), place, units=1)) == "dense 8"
