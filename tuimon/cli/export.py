"""`tuimon export`: scalar points as a table for other programs."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from tuimon.cli.common import Refused
from tuimon.cli.selection import pattern, select, tell, tell_damage
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.export import TableWriter

FORMATS = ("csv", "jsonl", "parquet")


@click.command()
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: as FILE ends, or csv.")
@click.option("--run", "runs", callback=pattern, metavar="RE", help="Only runs that match.")
@click.option("--tag", "tags", callback=pattern, metavar="RE", help="Only tags that match.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE, complete or not at all.")
@click.option(
    "--all", "every", is_flag=True, help="Also points that later ones of the same tag superseded."
)
@click.argument("source", metavar="LOGDIR|RUN")
def command(
    source: str,
    kind: str | None,
    runs: re.Pattern[str] | None,
    tags: re.Pattern[str] | None,
    output: str | None,
    every: bool,
) -> int:
    """Write all scalar points of LOGDIR, or of the run RUN, as a table.

    Columns: run, tag, step, wall_time (Unix s), value, in full precision. RE is searched for, as
    grep does. Points that a resume wrote again are left out, as on the screen; --all writes what
    TensorBoard's EventAccumulator keeps.
    """
    from tuimon.events.logdir import LogdirScan
    from tuimon.export import MissingLibraryError, chunks
    from tuimon.store.loading import load_runs

    scan = LogdirScan(select(source).sources)
    files = scan.scan()
    if not files:
        raise Refused(f"{safe(source)}: no event files there")
    if kind is None:
        kind = next((known for known in FORMATS if str(output).endswith(f".{known}")), "csv")
    complete = not scan.truncated
    if scan.truncated:
        tell(f"{safe(source)}: too large: not all of it was looked at")
    points = 0
    try:
        with _opened(output, kind) as file, _writer(kind, file) as table:
            for run, statuses in load_runs(
                [file for file in files if runs is None or runs.search(file.run)]
            ):
                complete &= tell_damage(statuses)
                for tag, series in run.series.items() if run is not None else ():
                    if tags is not None and not tags.search(tag):
                        continue
                    for chunk in chunks(series, every=every):
                        points += len(chunk.steps)
                        table.write(chunk)
    except MissingLibraryError as error:
        raise Refused(str(error)) from None
    if not points:
        tell("no scalar points were found" + (" that match" if runs or tags else ""))
    elif output is not None:
        tell(f"{points:,} points written to {safe(output)}")
    return 0 if complete else 1


@contextmanager
def _opened(output: str | None, kind: str) -> Iterator[BinaryIO]:
    """The file to write to; a new one takes its name when it is complete."""
    if output is None:
        if kind == "parquet" and sys.stdout.isatty():
            raise Refused("Parquet is no text for a terminal: give -o FILE")
        yield sys.stdout.buffer
        return
    path = Path(output)
    device = path.exists() and not path.is_file()
    part = path if device else path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            yield file
        if not device:
            part.replace(path)
    except OSError as error:
        raise Refused(f"{safe(output)}: {error.strerror}") from None
    finally:
        if not device:
            part.unlink(missing_ok=True)


def _writer(kind: str, file: BinaryIO) -> "TableWriter":
    from tuimon.export import CsvWriter, JsonlWriter, ParquetWriter

    if kind == "parquet":
        return ParquetWriter(file)
    if kind == "jsonl":
        return JsonlWriter(file)
    return CsvWriter(file, safe if file.isatty() else str)
