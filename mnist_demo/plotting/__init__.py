"""Data in, figure or chart out, for screens, projectors and print."""
