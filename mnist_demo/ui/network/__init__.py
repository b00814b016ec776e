"""A network as a row of layers: its editor on the Train page, how long it takes to train, what others reached."""
