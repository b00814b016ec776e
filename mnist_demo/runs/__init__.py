"""The run directory, what people ask of a run, and the process that trains, seen from the server."""
