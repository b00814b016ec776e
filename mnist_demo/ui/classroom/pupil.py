"""The Class page as a pupil sees it."""


def show(key: str) -> None:
    """All of it, below the title; `key` is what this browser says is its pupil's, "" where it has none."""
    assert isinstance(key, str)
