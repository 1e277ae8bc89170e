"""`tuimon export`: scalar points as a table, other summaries as files, for other programs."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import click

from tuimon.cli.shared.common import CommandError, complete_file
from tuimon.cli.shared.targets import (
    EventLogs,
    select_all,
    sources_argument,
    tell,
    which_runs,
    which_tags,
)
from tuimon.text import described, safe

if TYPE_CHECKING:
    from tuimon.export.summary_files import ExportSummary, FilesWriter, UnreadableSummary
    from tuimon.export.tables import CsvWriter, JsonlWriter, ParquetWriter
    from tuimon.store.store import Store

FORMATS = ("csv", "jsonl", "parquet")
KINDS = ("histogram", "image", "audio", "text", "mesh", "pr-curve", "graph", "hparams")


class ExportOptions(NamedTuple):
    """What was typed."""

    source: tuple[str, ...]
    kind: str | None
    kinds: tuple[str, ...]
    runs: re.Pattern[str] | None
    tags: re.Pattern[str] | None
    output: str | None
    every: bool

    @property
    def format(self) -> str:
        """Of a table: as its file ends where none was named."""
        return self.kind or next(
            (one for one in FORMATS if str(self.output).endswith(f".{one}")), "csv"
        )

    def takes(self, tag: str) -> bool:
        """Whether a tag matches."""
        return self.tags is None or self.tags.search(tag) is not None


@click.command()
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Default: as FILE ends, or csv.")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(KINDS),
    multiple=True,
    help="Write data of this kind instead; may be repeated.",
)
@which_runs
@which_tags
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    shell_complete=complete_file,
    help="Write to FILE, complete or not at all; with --kind to the new directory DIR.",
)
@click.option("--all", "every", is_flag=True, help="Also points that were overwritten by a resume.")
@sources_argument("LOGDIR|PLACE|RUN...", required=True)
def command(**typed: Any) -> int:
    """Write all scalar points of each LOGDIR or run RUN as a table; or media as files.

    Columns: run, tag, step, wall_time (Unix s), value, in full precision. RE is searched for, as
    grep does. Points that were overwritten by a resume are left out, as on the screen; --all writes
    what TensorBoard's EventAccumulator keeps.

    \b
    --kind writes what is no scalar, one file a step (JSON lines: one file a tag):
      image       as it was logged: PNG, JPEG, GIF
      audio       as it was logged: WAV
      mesh        OBJ, with the colours of vertices
      text        Markdown, tables as CSV
      graph       JSON
      histogram, pr-curve, hparams   JSON lines
    DIR/hparams.csv is the table of all runs, with the last and the best value of each metric.
    DIR/manifest.jsonl tells run, tag, step and wall time of each file.
    """
    return export(ExportOptions(**typed))


def export(options: ExportOptions) -> int:
    """Write what was asked for; returns the exit code. Raises CommandError."""
    if options.kinds and (options.kind or options.every):
        other = "--format" if options.kind else "--all"
        raise CommandError(f"--kind and {other} do not go together")
    if options.kinds and options.output is None:
        raise CommandError("--kind writes a directory of files: give -o DIR")
    if options.output == "":
        raise CommandError("-o names no file")
    logs = EventLogs(select_all(options.source), options.runs)
    if options.output is not None and options.kinds:
        complete = _write_files(Path(options.output), logs, options)
    else:
        _write_table(logs, options)
        complete = True
    return 0 if complete and logs.complete else 1


def _write_table(logs: EventLogs, options: ExportOptions) -> None:
    from tuimon.export.orphans import find_orphans
    from tuimon.export.tables import MissingLibraryError, chunks

    points = 0
    try:
        with (
            _opened(options.output, options.format) as file,
            _writer(options.format, file) as table,
        ):
            for run in logs.read():
                orphans = find_orphans(run.files) if options.every else {}
                for tag, series in run.series.items():
                    if not options.takes(tag):
                        continue
                    for chunk in chunks(series, every=options.every, orphans=orphans.get(tag)):
                        points += len(chunk.steps)
                        table.write(chunk)
    except MissingLibraryError as error:
        raise CommandError(str(error)) from None
    if not points:
        matching = " that match" if options.runs or options.tags else ""
        tell(f"no scalar points were found{matching}")
    elif options.output is not None:
        tell(f"{points:,} points written to {safe(options.output)}")


def _write_files(directory: Path, logs: EventLogs, options: ExportOptions) -> bool:
    """Write summaries of the kinds; whether all of them could be."""
    from tuimon.export.summary_files import (
        ExportSummary,
        FilesWriter,
        summaries,
    )

    complete = True
    try:
        with FilesWriter(directory) as writer:
            store = logs.store() if "hparams" in options.kinds else None
            for run in logs.read() if store is None else store.runs.values():
                for kind in dict.fromkeys(options.kinds):
                    for one in summaries(run, kind, options.takes):
                        bad = _written(writer, one) if isinstance(one, ExportSummary) else one
                        if bad is not None:
                            where = f"{safe(bad.run)}: {safe(bad.tag)}: step {bad.step}"
                            tell(f"{where}: {safe(bad.reason)}: left out")
                            complete = False
            if store is not None:
                _write_hparams(writer, store)
    except OSError as error:
        raise CommandError(f"{safe(str(error.filename or directory))}: {error.strerror}") from None
    found = f"{writer.files:,} file{'s'[: writer.files != 1]}"
    tell(f"{found} written to {safe(str(directory))}" if writer.files else "nothing was found")
    return complete


def _write_hparams(writer: "FilesWriter", store: "Store") -> None:
    """Write what all runs were given and what came of it: a row for each, as on the screen."""
    from tuimon.summaries.reader import SummaryReader
    from tuimon.views.hparams.sessions import read_table

    table = read_table(store, SummaryReader())
    if table.sessions:
        columns = ["run", "name", "status", *(column.name for column in table.columns)]
        rows = [(one.run, one.name, one.status, *one.values) for one in table.sessions]
        writer.write_table("hparams", columns, rows)


def _written(writer: "FilesWriter", one: "ExportSummary") -> "UnreadableSummary | None":
    """Write a summary; why it could not be made into a file, if so. Raises OSError."""
    from tuimon.export.summary_files import UnreadableSummary

    try:
        writer.write(one)
    except OSError:
        raise
    except Exception as error:
        return UnreadableSummary(one.run, one.tag, one.step, described(error))
    return None


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


def _writer(kind: str, file: BinaryIO) -> "CsvWriter | JsonlWriter | ParquetWriter":
    from tuimon.export.tables import CsvWriter, JsonlWriter, ParquetWriter

    if kind == "parquet":
        return ParquetWriter(file)
    if kind == "jsonl":
        return JsonlWriter(file)
    return CsvWriter(file, safe if file.isatty() else str)
