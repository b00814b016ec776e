"""Parts of the Train page: what a run is to learn from, several values of a setting, and all runs, best first."""
