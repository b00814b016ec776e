"""The command line: `python -m mnist_demo --help`. The commands are in `mnist_demo/commands/`.

Results go to standard output, progress to standard error. What a person can mend is one line on standard error and
exit status 1.
"""

import sys

import click
from click.exceptions import NoArgsIsHelpError

from mnist_demo.commands import data, drawings, evaluate, explain, mistakes, predict, runs, teacher, train
from mnist_demo.errors import UserError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Handwritten digits: data, training, evaluation and prediction without a browser."""


for module in (data, train, evaluate, predict, explain, mistakes, runs, drawings, teacher):
    main.add_command(module.command)


def run() -> None:
    """Run the command line; turns what a person can mend into one line and exit status 1."""
    try:
        main(standalone_mode=False)
    except NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except (UserError, click.ClickException) as error:
        message = error.format_message() if isinstance(error, click.ClickException) else str(error)
        click.echo(f"mnist_demo: {' '.join(message.split())}", err=True)
        sys.exit(1)
    except click.Abort:
        sys.exit(1)


if __name__ == "__main__":
    run()
