"""From lines that a training prints to points.

A line counts only if it holds a number with the name of a metric, and nothing that sentences,
settings or program code hold: a curve too few is better than one of nonsense.
"""

import re

from tuimon.metrics.printed import is_charted, is_configuration, is_metric, may_hold_metrics
from tuimon.metrics.splits import EVALUATIONS, SPLITS
from tuimon.recorder.console_metrics.bars import (
    DRAWN,
    TQDM,
    CentredCounts,
    Evaluations,
    MetricLine,
    ProgressBars,
)
from tuimon.recorder.console_metrics.pairs import Pair, find_pairs, numbers_of, unwrapped
from tuimon.recorder.console_metrics.positions import (
    find_epoch,
    find_position,
    find_step,
    spelled_out,
    without_prefix,
)
from tuimon.recorder.console_metrics.printed_tables import ConsoleBlock, ConsoleTable
from tuimon.recorder.console_metrics.prose import has_function_word, unknown_words
from tuimon.recorder.console_metrics.steps import Position, Stepper, TagNames
from tuimon.recorder.console_metrics.tags import LONGEST_TAG, last_split, line_split, tag_of
from tuimon.recorder.event_file import TagPoint

LONGEST_LINE = 4096
MOST_TAGS = 512

_MOST_UNKNOWN_WORDS = 2
_FEW_CELLS = 5
_STEP_LIMIT = 2**62

_REFUSED = re.compile(
    r"^\s*(?:>>>|\$|#|@|//|[-+]{3}\s)|\w(?:Error|Exception|Warning)\b|\w\(\s*\w+\s?="
    r"|\s--?[a-z]\w+[ =]|^\W*(?:WARN|WARNING|ERROR|CRITICAL|FATAL)\b|https?://|[\[(]\s*['\"]"
    r"|\w\[['\"]|[{}]|;(?! )|<\w|\)\s*->|(?<![=\[])==(?![=\]>])|[<>]="
)

_HEADER = re.compile(r"^\W*epoch\W{0,3}(\d{1,9})(?:\s*/\s*\d{1,9})?\W*$", re.IGNORECASE)
_STEP_KEYS = ("num_updates", "global_step", "step", "iter", "iteration", "total_steps")


class MetricParser:
    """Reads lines one after the other; what it makes of one depends on those before alone.

    Never raises, and keeps a bounded memory of the lines it has seen.
    """

    def __init__(self) -> None:
        self._steps = Stepper()
        self._names = TagNames()
        self._tags: set[str] = set()
        self._bars = ProgressBars()
        self._centred = CentredCounts()
        self._evaluations = Evaluations()
        self._unnamed: dict[int, int] = {}  # total → count of bars without a name
        self._main_total: int | None = None
        self._in_traceback = False
        self._table = ConsoleTable()
        self._block = ConsoleBlock()

    def feed(self, text: str) -> list[TagPoint]:
        """The points of one line, or of one state of a progress bar."""
        if len(text) > LONGEST_LINE or self._is_traceback(text) or self._table.begin(text):
            return []
        if (tabled := self._table.row(text) or self._block.feed(text)) is not None:
            return self._points(tabled)
        counted = self._centred.counted(text)
        return [] if counted is None else self._line(counted)

    def _line(self, text: str) -> list[TagPoint]:
        if not may_hold_metrics(text):
            return []
        if not any(char.isdigit() for char in text) and "nan" not in text.lower():
            return []
        line = unwrapped(text.rstrip())
        if (bar := TQDM.match(line)) is not None:
            return self._tqdm(bar)
        body = without_prefix(line)
        if (header := _HEADER.match(body)) is not None:
            self._steps.enter(float(header[1]))
            return []
        if body.rstrip().endswith("}"):
            return self._points(self._dictionary(body.strip()))
        return self._plain(body)

    def finish(self) -> list[TagPoint]:
        """The last states of progress bars that were held back."""
        points = [point for line in self._bars.finish() for point in self._points(line)]
        return points + [
            point for line in self._evaluations.finish() for point in self._placed(line)
        ]

    def _is_traceback(self, text: str) -> bool:
        if text.lstrip().startswith("Traceback (most recent call last)"):
            self._in_traceback = True
        elif self._in_traceback and not text[:1].isspace():
            self._in_traceback = False
            return True  # the exception itself
        return self._in_traceback

    def _tqdm(self, bar: re.Match[str]) -> list[TagPoint]:
        count, total = int(bar["count"]), int(bar["total"]) if bar["total"] else None
        name, rest = bar["name"].strip(), bar["rest"] or ""
        if "B/s" in rest.partition(" ")[0]:
            return []
        if not name and total and (len(self._unnamed) < 64 or total in self._unnamed):
            self._unnamed[total] = count
        if (row := self._table.bar(name, count, total)) is not None:
            return self._bar((name, total), row, None)
        position = Position(find_epoch(name), count, total)
        split = line_split(name)
        pairs = [pair for pair in find_pairs(name) if is_metric(pair.key, pair.text, pair.sign)]
        _, _, postfix = rest[1:].partition(",")
        pairs += find_pairs(postfix.strip())
        values = _values(pairs, split)
        if is_configuration([pair.key for pair in pairs]):
            return []
        elapsed = sum(
            int(part) * 60**power for power, part in enumerate(reversed(bar["elapsed"].split(":")))
        )
        label = re.sub(r"\d+(?:\.\d+)?", "", name)
        return self._bar((label, total), MetricLine(position, values), elapsed) if values else []

    def _bar(
        self, key: tuple[str, int | None], line: MetricLine, elapsed: int | None
    ) -> list[TagPoint]:
        lines = self._bars.thin(key, line, elapsed)
        return [point for line in lines for point in self._points(line)]

    def _dictionary(self, body: str) -> MetricLine | None:
        before, _, inside = body.partition("{")
        if has_function_word(before) or unknown_words(before) > _MOST_UNKNOWN_WORDS:
            return None
        if re.search(r"\w\s*\($|[=\"']\s*$", before):
            return None
        found = numbers_of("{" + inside)
        if is_configuration(list(found)) or not any(
            is_metric(key, f"{value}", ":") for key, value in found.items()
        ):
            return None
        position = self._dictionary_position(found, before)
        split = line_split(before)
        values = tuple(
            (split, key, value)
            for key, value in found.items()
            if is_charted(key) and key.rpartition("_")[2] != "updates"
        )
        return MetricLine(position, values)

    def _dictionary_position(self, found: dict[str, float], before: str) -> Position:
        epoch = found.get("epoch")
        for key in found:
            if key in _STEP_KEYS or key.endswith("_num_updates"):
                count = found[key]
                if 0 <= count < 1e15:
                    return Position(epoch, int(count), is_global=True)
        if (step := find_step(before)) is not None:
            return Position(epoch, step, is_global=True)
        if epoch is None:
            epoch = find_epoch(before)
        if epoch is not None and not 0 <= epoch < 1e9:
            return Position()
        if epoch is not None and (count_ := self._main_bar()) is not None:
            return Position(epoch, count_, is_global=True)
        return Position(epoch)

    def _main_bar(self) -> int | None:
        """Steps of the bar that a trainer draws over the whole training.

        The bar of an evaluation is full when its results come, and that of the training is not.
        """
        if self._main_total is None:
            for total, count in self._unnamed.items():
                if 0 < count < total:
                    self._main_total = total
                    break
        return None if self._main_total is None else self._unnamed.get(self._main_total)

    def _plain(self, body: str) -> list[TagPoint]:
        if _REFUSED.search(body):
            return []
        position, rest = find_position(spelled_out(body).replace("'s ", " "))
        rest = _telling_cells(rest)
        if not (pairs := find_pairs(rest)):
            if position.epoch is not None and not has_function_word(rest):
                self._steps.enter(position.epoch)
            return []
        anchors = [pair for pair in pairs if is_metric(pair.key, pair.text, pair.sign)]
        if position.known and not anchors:  # "Epoch: 10, Train: 0.81, Test: 0.79"
            anchors = [one for one in pairs if one.key.lower() in SPLITS and not _is_whole(one)]
        if not anchors or is_configuration([pair.key for pair in pairs]):
            return []
        between = _between(rest, pairs)
        unknown = unknown_words(between)
        names = " ".join(pair.key for pair in pairs)
        if has_function_word(rest) or has_function_word(names) or unknown > _MOST_UNKNOWN_WORDS:
            return []
        split = line_split(rest)
        if not position.known and not split:
            vague = len(pairs) == 1 and (body[:1].isspace() or _is_whole(pairs[0]))
            if unknown or vague or not all(pair.sign or not _is_whole(pair) for pair in anchors):
                return []
        line = MetricLine(position, _values(pairs, split, rest))
        if not position.known and not split and body.lstrip().startswith("*"):
            line = self._evaluations.summed_up(line)
        if position.total and DRAWN.search(body):
            return self._bar(("", position.total), line, None)
        return self._points(line)

    def _points(self, line: MetricLine | None) -> list[TagPoint]:
        if line is None:
            return []
        if self._steps.trained is None:
            return self._placed(line)
        return [point for one in self._evaluations.follow(line) for point in self._placed(one)]

    def _placed(self, line: MetricLine) -> list[TagPoint]:
        points: dict[str, TagPoint] = {}
        for split, key, value in line.values:
            tag = tag_of(split, key)
            if tag in points or not self._is_welcome(tag):
                continue
            step = self._steps.resolve(line.position, split)
            name, number = self._names.place(tag, step, self._steps.epoch)
            if 0 <= number < _STEP_LIMIT:
                points[tag] = TagPoint(name, number, value)
        return list(points.values())

    def _is_welcome(self, tag: str) -> bool:
        if len(self._tags) < MOST_TAGS and len(tag) <= LONGEST_TAG:
            self._tags.add(tag)
        return tag in self._tags


def _telling_cells(text: str) -> str:
    """Drop the cells of a row that need whole phrases as names, "number of nan iterations: 0"."""
    cells = text.split("|")
    if len(cells) < _FEW_CELLS:
        return text
    return "|".join(cell for cell in cells if not has_function_word(cell))


def _between(text: str, pairs: list[Pair]) -> str:
    """What remains of a text without its pairs."""
    parts, end = [], 0
    for pair in pairs:
        parts.append(text[end : pair.start])
        end = pair.end
    return " | ".join([*parts, text[end:]])


def _is_whole(pair: Pair) -> bool:
    return pair.text.lstrip("+-").isdigit()


def _values(pairs: list[Pair], split: str, text: str = "") -> tuple[tuple[str, str, float], ...]:
    """The pairs worth a curve, each with the part of the data that was named last before it."""
    values, end = [], 0
    for pair in pairs:
        split = last_split(text[end : pair.start], split)
        end = pair.end
        if pair.measured and is_charted(pair.key):
            value = pair.average if split in EVALUATIONS else pair.value
            values.append((split, pair.key, value))
    return tuple(values)
