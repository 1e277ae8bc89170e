"""`tuimon export`: scalar points as a table, other summaries as files, for other programs."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from tuimon.cli.shared.common import CommandError, complete_run_or_logdir
from tuimon.cli.shared.requested import pattern, select_all, tell, tell_damage
from tuimon.text import safe

if TYPE_CHECKING:
    from tuimon.events.logdir import FoundFile
    from tuimon.export.tables import TableWriter

FORMATS = ("csv", "jsonl", "parquet")
KINDS = ("histogram", "image", "audio", "text", "mesh", "pr-curve", "graph", "hparams")


@click.command()
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: as FILE ends, or csv.")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(KINDS),
    multiple=True,
    help="Write data of this kind instead; may be repeated.",
)
@click.option("--run", "runs", callback=pattern, metavar="RE", help="Only runs that match.")
@click.option("--tag", "tags", callback=pattern, metavar="RE", help="Only tags that match.")
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    help="Write to FILE, complete or not at all; with --kind to the new directory DIR.",
)
@click.option(
    "--all", "every", is_flag=True, help="Also points that later ones of the same tag superseded."
)
@click.argument(
    "source",
    nargs=-1,
    required=True,
    metavar="LOGDIR|RUN...",
    shell_complete=complete_run_or_logdir,
)
def command(
    source: tuple[str, ...],
    kind: str | None,
    kinds: tuple[str, ...],
    runs: re.Pattern[str] | None,
    tags: re.Pattern[str] | None,
    output: str | None,
    every: bool,
) -> int:
    """Write all scalar points of each LOGDIR or run RUN as a table; or other data as files.

    Columns: run, tag, step, wall_time (Unix s), value, in full precision. RE is searched for, as
    grep does. Points that a resume wrote again are left out, as on the screen; --all writes what
    TensorBoard's EventAccumulator keeps.

    \b
    --kind writes what is no scalar, one file a step (JSON lines: one file a tag):
      image       as it was logged: PNG, JPEG, GIF
      audio       as it was logged: WAV
      mesh        OBJ, with the colours of vertices
      text        Markdown, tables as CSV
      graph       JSON
      histogram, pr-curve, hparams   JSON lines
    DIR/manifest.jsonl tells run, tag, step and wall time of each file.
    """
    from tuimon.events.logdir import LogdirScan
    from tuimon.export.tables import MissingLibraryError, chunks
    from tuimon.store.loading import load_runs

    if kinds and (kind or every):
        raise CommandError(f"--kind and {'--format' if kind else '--all'} do not go together")
    if kinds and output is None:
        raise CommandError("--kind writes a directory of files: give -o DIR")
    if output == "":
        raise CommandError("-o names no file")
    scan = LogdirScan(select_all(source).sources)
    files = scan.scan()
    if not files:
        raise CommandError(f"{safe(' '.join(source))}: no event files there")
    if kind is None:
        kind = next((known for known in FORMATS if str(output).endswith(f".{known}")), "csv")
    complete = not scan.truncated
    if scan.truncated:
        tell(f"{safe(' '.join(source))}: too large: not all of it was looked at")
    chosen = [file for file in files if runs is None or runs.search(file.run)]
    if output is not None and kinds:
        complete &= _write_files(Path(output), kinds, chosen, tags)
        return 0 if complete else 1
    points = 0
    try:
        with _opened(output, kind) as file, _writer(kind, file) as table:
            for run, statuses in load_runs(chosen):
                complete &= tell_damage(statuses)
                for tag, series in run.series.items() if run is not None else ():
                    if tags is not None and not tags.search(tag):
                        continue
                    for chunk in chunks(series, every=every):
                        points += len(chunk.steps)
                        table.write(chunk)
    except MissingLibraryError as error:
        raise CommandError(str(error)) from None
    if not points:
        tell("no scalar points were found" + (" that match" if runs or tags else ""))
    elif output is not None:
        tell(f"{points:,} points written to {safe(output)}")
    return 0 if complete else 1


def _write_files(
    directory: Path,
    kinds: Iterable[str],
    files: "Sequence[FoundFile]",
    tags: re.Pattern[str] | None,
) -> bool:
    """Write summaries of these kinds; whether all could be read."""
    from tuimon.export.summary_files import FilesWriter, UnreadableSummary, summaries
    from tuimon.store.loading import load_runs

    complete = True
    try:
        with FilesWriter(directory) as writer:
            for run, statuses in load_runs(files):
                complete &= tell_damage(statuses)
                if run is None:
                    continue
                for kind in dict.fromkeys(kinds):
                    for one in summaries(run, kind, lambda tag: not tags or tags.search(tag)):
                        if isinstance(one, UnreadableSummary):
                            where = f"{safe(one.run)}: {safe(one.tag)}: step {one.step}"
                            tell(f"{where}: {safe(one.reason)}: left out")
                            complete = False
                        else:
                            writer.write(one)
    except OSError as error:
        raise CommandError(f"{safe(str(error.filename or directory))}: {error.strerror}") from None
    found = f"{writer.files:,} file{'s'[: writer.files != 1]}"
    tell(f"{found} written to {safe(str(directory))}" if writer.files else "nothing was found")
    return complete


@contextmanager
def _opened(output: str | None, kind: str) -> Iterator[BinaryIO]:
    """The file to write to; a new one takes its name when it is complete."""
    if output is None:
        if kind == "parquet" and sys.stdout.isatty():
            raise CommandError("Parquet is not text for a terminal: give -o FILE")
        try:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CommandError(f"standard output: {error.strerror}") from None
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
        raise CommandError(f"{safe(output)}: {error.strerror}") from None
    finally:
        if not device:
            part.unlink(missing_ok=True)


def _writer(kind: str, file: BinaryIO) -> "TableWriter":
    from tuimon.export.tables import CsvWriter, JsonlWriter, ParquetWriter

    if kind == "parquet":
        return ParquetWriter(file)
    if kind == "jsonl":
        return JsonlWriter(file)
    return CsvWriter(file, safe if file.isatty() else str)
