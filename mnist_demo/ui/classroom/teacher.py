"""The Class page as its teacher sees it."""


def show() -> None:
    """All of it, below the title."""
