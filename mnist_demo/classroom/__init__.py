"""What a class leaves behind: its pupils, drawings and votes, in a database; no web page and no TensorFlow."""
