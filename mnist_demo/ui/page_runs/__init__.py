"""Runs of pages: they take turns, and lose nothing that was heard or said."""
