"""Drawings and votes from and to files."""
