"""Times as people say them."""


def duration(seconds: float) -> str:
    """As "7 s", "2 min 05 s", "1 h 04 min"."""
    minutes, seconds = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{minutes} min {seconds:02d} s" if minutes else f"{seconds} s"
