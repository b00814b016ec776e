"""The one exception that a person can do something about."""


class UserError(Exception):
    """Bad input or a fault outside the program; the message is one sentence that says what to do.

    The command line prints it and exits with status 1, a page shows it in a box. Anything else that is
    raised is a bug.
    """
