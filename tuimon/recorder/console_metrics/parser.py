"""From lines that a training prints to points.

A line counts only if it holds a number with the name of a metric, and nothing that sentences,
settings or program code hold: a curve too few is better than one of nonsense.
"""

import re

from tuimon.metrics.printed import is_metric
from tuimon.recorder.console_metrics.output_reader import OutputReader
from tuimon.recorder.console_metrics.prefixes import printer_of
from tuimon.recorder.console_metrics.prose import unknown_words
from tuimon.recorder.console_metrics.trainings import PrintedPoint, Trainings

LONGEST_LINE = 4096
_MOST_PRINTERS = 256
_PID = re.compile(r"(\d{2,9})\t")
_TAG = re.compile(r"([A-Za-z][\w.\-]{0,40})\t(?=\S)")
_LABEL = re.compile(r"\s{0,4}(\d{1,5}):(?: (?=\S)|(?=[A-Za-z\[{]))")


class MetricParser:
    """Reads lines one after the other; what it makes of one depends on those before alone.

    What several processes print (``[rank1]:``, ``1: `` of ``srun --label``) is read apart: rank 0
    is the run itself, each other one a part of it. Never raises, and keeps a bounded memory of the
    lines it has seen.
    """

    def __init__(self) -> None:
        self._trainings: dict[str, Trainings] = {}
        self._readers: dict[str, OutputReader] = {}
        self._main = self._reader("0")
        self._names: dict[str, str] = {}
        self._are_labels = False
        """Whether bare numbers in front are known to be labels of tasks."""

    def feed(self, text: str) -> list[PrintedPoint]:
        """The points of one line, or of one state of a progress bar."""
        if len(text) > LONGEST_LINE:
            return []
        name, begin = printer_of(text)
        if begin:
            return self._reader(self._printer(name)).feed(text[begin:])
        if (label := _LABEL.match(text)) and self._is_label(text[label.end() :]):
            return self._reader(str(int(label[1]))).feed(text[label.end() :])
        if (tag := _TAG.match(text)) and self._is_tag(tag[1], text[tag.end() :]):
            return self._reader(self._printer(tag[1])).feed(text[tag.end() :])
        if (pid := _PID.match(text)) and self._main.form(text[pid.end() :]).has_position:
            return self._reader(self._printer(f"pid {pid[1]}")).feed(text[pid.end() :])
        return self._main.feed(text)

    def finish(self) -> list[PrintedPoint]:
        """The last states of progress bars and evaluations that were held back."""
        points = [point for reader in self._readers.values() for point in reader.finish()]
        return points + [point for one in self._trainings.values() for point in one.finish()]

    def _is_tag(self, word: str, rest: str) -> bool:
        """Whether a word and a tab in front name a job, as by GNU parallel."""
        is_known = unknown_words(word) == 0 or is_metric(word, "0.5", ":")
        return not is_known and self._main.form(rest).has_position

    def _is_label(self, rest: str) -> bool:
        """Whether a number in front is that of a task: the line tells where it is besides."""
        self._are_labels = self._are_labels or self._main.form(rest).has_position
        return self._are_labels

    def _printer(self, name: str) -> str:
        """The rank of a process, or its name; the first that has a name is taken for rank 0."""
        if name.isdigit():
            return name
        return self._names.setdefault(name, name if self._names else "0")

    def _reader(self, printer: str) -> OutputReader:
        if printer not in self._readers and len(self._readers) < _MOST_PRINTERS:
            self._readers[printer] = OutputReader(self._of(printer), self._of)
        return self._readers[printer if printer in self._readers else "0"]

    def _of(self, printer: str) -> Trainings:
        """The trainings of a process; those of ranks beyond the first 256 are rank 0's."""
        if printer not in self._trainings and len(self._trainings) < _MOST_PRINTERS:
            number = printer.lstrip("0") if printer.isdigit() else ""
            part = printer if not printer.isdigit() else f"rank {number}" if number else ""
            self._trainings[printer] = Trainings(part)
        return self._trainings[printer if printer in self._trainings else "0"]
