"""Runs of pages: that none loses what another has heard or said, and that many at once take turns."""
