"""What models say of a picture: for the pages, and without them in a process of its own while the pen moves."""
