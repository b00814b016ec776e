"""Small pictures to choose from."""

from collections.abc import Callable, Sequence

from mnist_demo.ui.common.components import component

_thumbnails = component("data", "thumbnails")


def thumbnails(
    sheet: str,
    captions: Sequence[str],
    labels: Sequence[str],
    *,
    columns: int,
    selected: int | None,
    key: str,
    on_chosen: Callable[[], None],
) -> None:
    """Small pictures to choose from, cut from one PNG sheet (a data address) of `columns` pictures a row.

    `labels` are read out where captions are shown. `on_chosen` is called when one is chosen; its position is
    `st.session_state[key].chosen` then.
    """
    names = [list(captions), list(labels)]
    data = {"sheet": sheet, "names": names, "columns": columns, "selected": selected}
    _thumbnails(data=data, key=key, on_chosen_change=on_chosen)
