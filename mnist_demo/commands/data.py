"""`data`: which data set is used."""

import click

from mnist_demo.commands.common import progress
from mnist_demo.commands.common.output import as_json_option, to_json
from mnist_demo.data import datasets, download

MEGABYTE = 1_000_000


@click.command("data")
@click.option("--download", "fetch", is_flag=True, help="Fetch the full MNIST (11 MB) first, if it is not here.")
@as_json_option
def command(fetch: bool, as_json: bool) -> None:
    """Say which data set is used, and how it is split."""
    if fetch and datasets.sound_mnist() is None:
        _download()
    dataset = datasets.load(datasets.find_source())
    sizes = {name: len(dataset.split(name)) for name in datasets.SPLITS}
    if as_json:
        click.echo(to_json({"source": dataset.source, **sizes}))
    else:
        click.echo(f"{dataset.source}: " + ", ".join(f"{size:,} {name}" for name, size in sizes.items()))


def _download() -> None:
    with progress.bar("MNIST", None, "B", unit_scale=True) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total  # of this file; there may be several
            bar.update(done - bar.n)
            if bar.disable and (done // MEGABYTE != (done - 1) // MEGABYTE or done == total):
                click.echo(f"fetched {done / MEGABYTE:.1f} of {total / MEGABYTE:.1f} MB", err=True)

        download.download_mnist(show)
