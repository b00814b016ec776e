"""Parts of the Train page: several values of a setting tried together, and all runs, best first."""
