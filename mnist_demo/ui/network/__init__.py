"""A network as a row of layers: its editor on the Train page, its picture, how long it takes to train."""
