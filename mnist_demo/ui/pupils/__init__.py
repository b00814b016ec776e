"""Parts of the Class page: what a pupil sees and does."""
