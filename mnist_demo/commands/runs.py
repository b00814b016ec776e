"""`runs`: what the home holds."""

import click

from mnist_demo.commands.common.output import as_json_option, summary, to_json
from mnist_demo.runs import store
from mnist_demo.words import percent


@click.command("runs")
@as_json_option
def command(as_json: bool) -> None:
    """List all runs, newest first: id, state, test accuracy, directory."""
    readable, damaged = store.list_runs()
    for run in readable:
        if as_json:
            facts = {"state": run.status.state, "message": run.status.message, "directory": str(run.directory)}
            click.echo(to_json({**summary(run), **facts}))
        else:
            accuracy = percent(run.evaluations[-1].test_accuracy or 0) if run.evaluations else "-"
            click.echo(f"{run.id}  {run.status.state}  {accuracy}  {run.directory}  {run.status.message}".rstrip())
    for directory in damaged:
        click.echo(f"{directory} cannot be read: delete it.", err=True)
