"""`drawings`: those of the classes, and from and to files."""

import sys
from pathlib import Path

import click

from mnist_demo.commands.common import progress
from mnist_demo.commands.common.output import as_json_option, to_json
from mnist_demo.data.images import CLASSES
from mnist_demo.errors import UserError


@click.group("drawings")
def command() -> None:
    """List, export or import drawings, of all classes and imported."""


@command.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@as_json_option
def import_(path: Path, as_json: bool) -> None:
    """Store the digits of PATH, each once, however often it is imported.

    PATH is a folder with subfolders 0 to 9 of PNG or JPEG pictures, whose names up to the first "-" are their writers;
    or an .npz with images, labels and, if you like, writers. Images of 28 x 28 in it are taken as they are.
    """
    from mnist_demo.classroom import database  # noqa: PLC0415 (SQLAlchemy takes 0.4 s)
    from mnist_demo.classroom.exchange import importing  # noqa: PLC0415

    source = importing.find_pictures(path)
    with progress.bar("drawings", source.count, " pictures", leave=False) as bar:

        def tell(picture: importing.Picture) -> None:
            if picture.image is None and as_json:
                bar.write(to_json({"path": picture.name, "error": picture.reason}))
            elif picture.image is None:
                bar.write(f"{picture.name}: {picture.reason}", sys.stderr)
            bar.update()

        done = importing.store(database.open_database(), source, tell)
    if done.refused == source.count:
        raise UserError(f"None of the {source.count:,} pictures of {path} can be read.")
    if as_json:
        click.echo(to_json(vars(done)))
    else:
        click.echo(f"{done.stored:,} stored, {done.known:,} known already, {done.refused:,} refused.")
        click.echo(_by_digit(done.counts))
    if sum(map(bool, done.counts)) == 1:
        digit = next(digit for digit in range(CLASSES) if done.counts[digit])
        click.echo(f"All of these are of the digit {digit}: a model learns little from one digit alone.", err=True)


@command.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@as_json_option
def export(path: Path, as_json: bool) -> None:
    """Write all drawings that are not hidden to PATH: an .npz, or, without a suffix, a folder of PNGs by digit."""
    from mnist_demo.classroom import database, drawings  # noqa: PLC0415
    from mnist_demo.classroom.exchange import exporting  # noqa: PLC0415

    collected = drawings.collect(database.open_database())
    with progress.bar("drawings", len(collected.labels), " drawings", leave=False) as bar:
        exporting.export(collected, path, bar.update)
    writers = len(set(collected.writers.tolist()))
    if as_json:
        click.echo(to_json({"path": str(path), "drawings": len(collected.labels), "writers": writers}))
    else:
        click.echo(f"{path}: {len(collected.labels):,} drawings by {writers:,} writers")


@command.command("list")
@as_json_option
def list_(as_json: bool) -> None:
    """Say who has drawn how many of each digit, and how many there are in all."""
    from mnist_demo.classroom import database, drawings  # noqa: PLC0415

    writers = drawings.list_writers(database.open_database())
    for writer in writers:
        count = sum(writer.counts)
        if as_json:
            facts = {"writer": writer.name, "drawings": count, "counts": writer.counts, "hidden": writer.hidden}
            click.echo(to_json(facts))
        else:
            click.echo(f"{writer.name}: {count:,} ({_by_digit(writer.counts)}), {writer.hidden:,} hidden")
    counts = [sum(writer.counts[digit] for writer in writers) for digit in range(CLASSES)]
    hidden = sum(writer.hidden for writer in writers)
    total = {"drawings": sum(counts), "writers": len(writers), "counts": counts, "hidden": hidden}
    if as_json:
        click.echo(to_json(total))
    else:
        click.echo(f"{sum(counts):,} drawings by {len(writers):,} writers ({_by_digit(counts)}), {hidden:,} hidden")


def _by_digit(counts: list[int]) -> str:
    return ", ".join(f"{digit}: {count:,}" for digit, count in enumerate(counts))
