"""The steps. One that was released is never changed: a change of `tables.py` is a new step."""
