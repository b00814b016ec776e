"""What a class votes on: asking it, and which images are worth a vote."""
