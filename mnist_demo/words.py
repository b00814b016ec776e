"""How numbers are written, on pages, on charts and in the terminal alike."""


def percent(share: float, decimals: int = 1) -> str:
    """A share in [0, 1] as "99.2 %"; one that is less than 1 and would be rounded to 100 % as "> 99.9 %".

    One decimal is enough for accuracies: on 10,000 test images chance alone moves them by about 0.1 %.
    """
    text = f"{100 * share:.{decimals}f}"
    return f"> {100 - 10**-decimals:.{decimals}f} %" if share < 1 and float(text) == 100 else f"{text} %"


def a_digit(digit: int) -> str:
    """A digit with its article: "a 7", but "an 8"."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def surety(probability: float) -> str:
    """A softmax probability in [0, 1] as `percent` writes it, but never as 100 %.

    A softmax does not reach 1, which is only how float32 rounds it; a class would take it for certainty.
    """
    return percent(min(probability, 1 - 1e-9))


def counted(number: int, one: str) -> str:
    """So many of what is called `one`: "no drawings", "1 drawing", "1,024 drawings"."""
    return f"{f'{number:,}' if number else 'no'} {one}{'' if number == 1 else 's'}"
