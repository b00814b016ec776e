"""`teacher`: the key by which a server knows its teacher."""

import click

from mnist_demo.classroom import teacher
from mnist_demo.commands.common.output import as_json_option, to_json


@click.command("teacher")
@as_json_option
def command(as_json: bool) -> None:
    """Print the teacher's key, which opens and leads classes: let no pupil see it."""
    key = teacher.key()
    if as_json:
        click.echo(to_json({"key": key}))
    else:
        click.echo(key)
        click.echo('Type it on the Class page of the app, under "I am the teacher".')
