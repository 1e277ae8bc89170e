"""From lines that a training prints to points.

A line counts only if it holds a number with the name of a metric, and nothing that sentences,
settings or program code hold: a curve too few is better than one of nonsense.
"""

import json
import re
from typing import NamedTuple

from tuimon.recorder.console_metrics.pairs import NUMBER, Pair, find_pairs, to_number, unwrapped
from tuimon.recorder.console_metrics.steps import Position, Stepper, TagNames
from tuimon.recorder.console_metrics.words import (
    SPLITS,
    has_function_word,
    is_charted,
    is_configuration,
    is_metric,
    may_hold_metrics,
    unknown_words,
    words,
)
from tuimon.recorder.event_file import Point

LONGEST_LINE = 4096
LONGEST_TAG = 128
MOST_TAGS = 512

_MOST_UNKNOWN_WORDS = 2
_FEW_CELLS = 5
_STEP_LIMIT = 2**62
_INT = r"\d{1,15}(?![\d.])"
_SPLIT = r"(?i:train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|eval(?:uation)?|dev)"

_PREFIX = re.compile(
    r"\s*(?:"
    r"\[[^\[\]]{0,60}\d\d:\d\d[^\[\]]{0,60}\]:?"
    r"|\[(?i:info|debug|rank ?\d+|default\d|__main__)\]:?|\(\w+ pid=\d+[^)]*\)"
    r"|\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?\]?"
    r"|\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"|[IWE]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.]+:\d+\]"
    r"|(?:INFO|DEBUG)\b(?::[\w.]+:)?"
    r"|[\w.]{1,40} (?=[|-] )|[a-z_]\w{0,40}\.[\w.]{1,60}:\d*"
    r")(?:\s*[-|:](?=\s)|\s|$)"
)
_REFUSED = re.compile(
    r"^\s*(?:>>>|\$|#|@|//|[-+]{3}\s)|\w(?:Error|Exception|Warning)\b|\w\(\s*\w+\s?="
    r"|\s--?[a-z]\w+[ =]|^\W*(?:WARN|WARNING|ERROR|CRITICAL|FATAL)\b|https?://|[\[(]\s*['\"]"
    r"|\w\[['\"]|[{};]|<\w|\)\s*->|(?<![=\[])==(?![=\]>])|[<>]="
)
_EPOCH = re.compile(
    rf"(?:\b(?:start|end) of (?:training )?)?\bep(?:och)?\b\s*[:=#]?\s*[\[(]?\s*"
    rf"(?P<epoch>\d{{1,9}}(?:\.\d{{1,9}})?)(?![\w.]*\w)"
    rf"\s*(?:(?:/|of|out of)\s*\d{{1,9}}\b)?\s*[\])]?"
    rf"(?:[\s:,|\-]*[\[(]\s*(?P<count>\d{{1,15}})\s*/\s*(?P<total>{_INT})"
    rf"\s*(?:\(\s*[\d.]+\s*%\))?\s*[\])]"
    rf"|\s*[:|]\s*(?P<count2>\d{{1,15}})\s*/\s*(?P<total2>{_INT})(?!\w)(?:\s*batches)?)?",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"(?<![\w.@/\-])(?P<name>(?:global|total|train|training)[_ ]?steps?|num_updates|steps?"
    r"|iter(?:ation)?s?|it|episodes?|(?:mini-?)?batch(?:es)?|update)\b"
    rf"\s*[:=#]?\s*[\[(]?\s*(?P<count>\d{{1,15}})(?!\.?\w)\s*(?:(?:/|of)\s*(?P<total>{_INT}))?"
    r"\s*(?:\(\s*[\d.]+\s*%\))?\s*[\])]?",
    re.IGNORECASE,
)
_COUNT_FIRST = re.compile(
    rf"^\W{{0,3}}(?:(?P<split>{_SPLIT})\b[\s:]*)?"
    rf"[\[(]?\s*(?P<count>\d{{1,15}})\s*/\s*(?P<total>{_INT})\s*(?:\(\s*[\d.]+\s*%\))?[\])]?(?=\s|$)"
)
_COUNT_LAST = re.compile(rf"\[\s*(?P<count>\d{{1,15}})\s*/\s*(?P<total>{_INT})\s*\]\s*$")
_EPOCH_AND_COUNT = re.compile(rf"^\[\s*(?P<epoch>\d{{1,9}}),\s*(?P<count>{_INT})\]")
_SPELLED = (
    (re.compile(rf"^\W{{0,3}}Epoch\(({_SPLIT})\)"), r"\1: Epoch"),  # mmengine
    (re.compile(rf"^({_SPLIT}): (\d{{1,9}})\s+(?=\[)"), r"\1: Epoch \2 "),  # timm
    (re.compile(r"^(?=\[\d{1,9}/\d{1,9}\]\s?\[\s?\d{1,9}/\d)"), "Epoch "),  # DCGAN
    (re.compile(r"^\[(\d{1,9})\]\s"), r"iteration \1 | "),  # XGBoost, LightGBM
)
"""What some programs leave out: what the numbers in front are."""

_TQDM = re.compile(
    r"^(?P<name>.{0,400}?)(?:\d{1,3}%\|.{0,400}?\|\s*|(?<![\w.]))(?P<count>\d{1,15})"
    r"(?:/(?P<total>\d{1,15})|it) "
    r"\[(?P<elapsed>\d+:\d\d(?::\d\d)?)(?:<[^,\]]*)?(?P<rest>,[^\]]*)?\]"
)
_DRAWN = re.compile(r"(?:━|\[=*>?\.*\]|\s-\s)")
_RICH = re.compile(rf"[━╸╺]\s+(?P<count>\d{{1,15}})/(?P<total>{_INT})")
_HEADER = re.compile(r"^\W*epoch\W{0,3}(\d{1,9})(?:\s*/\s*\d{1,9})?\W*$", re.IGNORECASE)
_LINE_SPLIT = re.compile(rf"^\W{{0,8}}(?P<split>{_SPLIT})\b(?![\w/.@=])(?:\s+set\b)?")
_INNER_SPLIT = re.compile(rf"(?<![\w/]){_SPLIT}(?![\w/])")
_QUOTED = re.compile(
    rf"(['\"])(?P<key>[^'\"]{{1,100}})\1\s*:\s*(?P<value>['\"][^'\"]*['\"]|{NUMBER}|[^,{{}}\[\]]+)"
)
_STEP_KEYS = ("num_updates", "global_step", "step", "iter", "iteration", "total_steps")


class _Line(NamedTuple):
    """What a line says, before it is known which steps these are."""

    position: Position
    values: tuple[tuple[str, str, float], ...]
    """(split, name, value)."""


class _Bar:
    """Thins out the states of a progress bar: one a second and a hundred besides."""

    def __init__(self) -> None:
        self.shown: tuple[int, int | None] = (-1, None)
        self.line: _Line | None = None
        self.held: _Line | None = None

    def is_due(self, count: int, total: int | None, elapsed: int | None) -> bool:
        shown, at = self.shown
        if count < shown or count == total or shown < 0:
            return True
        if elapsed is not None and elapsed != at:
            return True
        return count - shown >= max(1, (total or 0) / 100)


class MetricParser:
    """Reads lines one after the other; what it makes of one depends on those before alone.

    Never raises, and keeps a bounded memory of the lines it has seen.
    """

    def __init__(self) -> None:
        self._steps = Stepper()
        self._names = TagNames()
        self._tags: set[str] = set()
        self._bars: dict[tuple[str, int | None], _Bar] = {}
        self._unnamed: dict[int, int] = {}  # total → count of bars without a name
        self._main_total: int | None = None
        self._in_traceback = False
        self._columns: list[str] = []

    def feed(self, text: str) -> list[Point]:
        """The points of one line, or of one state of a progress bar."""
        if len(text) > LONGEST_LINE or self._is_traceback(text) or not may_hold_metrics(text):
            return []
        if not any(char.isdigit() for char in text) and "nan" not in text.lower():
            if len(found := text.split()) > 3 and "epoch" in text.lower():
                self._columns = found if found[0].lower() == "epoch" else []
            return []
        line = unwrapped(text.rstrip())
        if (bar := _TQDM.match(line)) is not None:
            return self._tqdm(bar)
        body = _without_prefix(line)
        if (header := _HEADER.match(body)) is not None:
            self._steps.enter(float(header[1]))
            return []
        if body.rstrip().endswith("}"):
            return self._points(self._dictionary(body.strip()))
        return self._plain(body)

    def finish(self) -> list[Point]:
        """The last states of progress bars that were held back."""
        return [point for bar in self._bars.values() for point in self._release(bar)]

    def _is_traceback(self, text: str) -> bool:
        if text.lstrip().startswith("Traceback (most recent call last)"):
            self._in_traceback = True
        elif self._in_traceback and not text[:1].isspace():
            self._in_traceback = False
            return True  # the exception itself
        return self._in_traceback

    def _tqdm(self, bar: re.Match[str]) -> list[Point]:
        count, total = int(bar["count"]), int(bar["total"]) if bar["total"] else None
        name, rest = bar["name"].strip(), bar["rest"] or ""
        if "B/s" in rest.partition(" ")[0]:
            return []
        if not name and total:
            self._note_unnamed(count, total)
        if self._columns:
            line = self._row(name, count, total)
            if line is not None:
                return self._bar((name, total), line, None)
        epoch = _EPOCH.search(name)
        position = Position(float(epoch["epoch"]) if epoch else None, count, total)
        split = _line_split(name)
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
        return self._bar((label, total), _Line(position, values), elapsed) if values else []

    def _note_unnamed(self, count: int, total: int) -> None:
        if len(self._unnamed) < 64 or total in self._unnamed:
            self._unnamed[total] = count

    def _bar(self, key: tuple[str, int | None], line: _Line, elapsed: int | None) -> list[Point]:
        count, total = line.position.done or 0, line.position.total
        if len(self._bars) > 256:
            self._bars.clear()
        bar = self._bars.setdefault(key, _Bar())
        if line == bar.line and count == bar.shown[0]:
            bar.held = None
            return []
        points: list[Point] = []
        if bar.held is not None and count < (bar.held.position.done or 0):
            points = self._release(bar)
        if not bar.is_due(count, total, elapsed):
            bar.held = line
            return points
        bar.shown, bar.line, bar.held = (count, elapsed), line, None
        return points + self._points(line)

    def _release(self, bar: _Bar) -> list[Point]:
        line, bar.held = bar.held, None
        return self._points(line)

    def _row(self, name: str, count: int | None, total: int | None) -> _Line | None:
        """A row of a table as YOLO's, which has a header above and a bar behind it."""
        cells = name.rstrip(": ").split()
        if len(cells) != len(self._columns) or not (epoch := re.match(r"(\d{1,9})/\d+$", cells[0])):
            return None
        values = tuple(
            ("train", key, value)
            for key, text in zip(self._columns[1:], cells[1:], strict=True)
            if is_metric(key, text, ":") and (value := to_number(text)) is not None
        )
        return _Line(Position(float(epoch[1]), count, total), values) if values else None

    def _dictionary(self, body: str) -> _Line | None:
        before, _, inside = body.partition("{")
        if has_function_word(before) or unknown_words(before) > _MOST_UNKNOWN_WORDS:
            return None
        if re.search(r"\w\s*\($|[=\"']\s*$", before):
            return None
        found = _items("{" + inside)
        if is_configuration(list(found)) or not any(
            is_metric(key, f"{value}", ":") for key, value in found.items()
        ):
            return None
        position = self._dictionary_position(found, before)
        split = _line_split(before)
        keys = {key for key in found if key.rpartition("_")[2] in ("updates",)}
        values = tuple(
            (split, key, value)
            for key, value in found.items()
            if is_charted(key) and key not in keys
        )
        return _Line(position, values)

    def _dictionary_position(self, found: dict[str, float], before: str) -> Position:
        epoch = found.get("epoch")
        for key in found:
            if key in _STEP_KEYS or key.endswith("_num_updates"):
                count = found[key]
                if 0 <= count < 1e15:
                    return Position(epoch, int(count), is_global=True)
        if step := _STEP.search(before):
            return Position(epoch, int(step["count"]), is_global=True)
        if epoch is None and (named := _EPOCH.search(before)):
            epoch = float(named["epoch"])
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

    def _plain(self, body: str) -> list[Point]:
        if _REFUSED.search(body):
            return []
        for pattern, spelled in _SPELLED:
            body = pattern.sub(spelled, body)
        position, rest = _position(body.replace("'s ", " "))
        rest = _telling_cells(rest)
        if not (pairs := find_pairs(rest)):
            self._note_epoch(position, rest)
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
        split = _line_split(rest)
        if not position.known and not split:
            vague = len(pairs) == 1 and (body[:1].isspace() or _is_whole(pairs[0]))
            if unknown or vague or not all(pair.sign or not _is_whole(pair) for pair in anchors):
                return []
        line = _Line(position, _values(pairs, split, rest))
        if position.total and _DRAWN.search(body):
            return self._bar(("", position.total), line, None)
        return self._points(line)

    def _note_epoch(self, position: Position, rest: str) -> None:
        if position.epoch is not None and not has_function_word(rest):
            self._steps.enter(position.epoch)

    def _points(self, line: _Line | None) -> list[Point]:
        if line is None:
            return []
        points: dict[str, Point] = {}
        for split, key, value in line.values:
            tag = _tag(split, key)
            if tag in points or not self._is_welcome(tag):
                continue
            step = self._steps.resolve(line.position, split)
            name, number = self._names.place(tag, step, self._steps.epoch)
            if 0 <= number < _STEP_LIMIT:
                points[tag] = Point(name, number, value)
        return list(points.values())

    def _is_welcome(self, tag: str) -> bool:
        if len(self._tags) < MOST_TAGS and len(tag) <= LONGEST_TAG:
            self._tags.add(tag)
        return tag in self._tags


def _without_prefix(line: str) -> str:
    """Drop time stamps, levels and names of loggers from the beginning of a line."""
    for _ in range(8):
        match = _PREFIX.match(line)
        if match is None or not match.end():
            break
        line = line[match.end() :].lstrip()
    return line


def _position(body: str) -> tuple[Position, str]:
    """What a line tells of its position, and the line with that left blank."""
    epoch = count = total = None
    is_global = False
    if match := _EPOCH_AND_COUNT.match(body):
        epoch, count = float(match["epoch"]), int(match["count"])
        body = _blanked(body, match)
    if epoch is None and (match := _EPOCH.search(body)):
        epoch = float(match["epoch"])
        if text := match["count"] or match["count2"]:
            count, total = int(text), int(match["total"] or match["total2"])
        body = _blanked(body, match)
    for match in list(_STEP.finditer(body)):
        name = match["name"].lower().replace(" ", "_")
        overall = name.startswith(("global", "total")) or name == "num_updates"
        if count is None or (overall and not is_global):
            count, is_global = int(match["count"]), overall
            total = int(match["total"]) if match["total"] else None
        body = _blanked(body, match)
    counts = _RICH.search(body) or _COUNT_FIRST.match(body) or _COUNT_LAST.search(body)
    if count is None and (match := counts):
        count, total = int(match["count"]), int(match["total"])
        split = match.groupdict().get("split")
        body = (f"{split}: " if split else "") + _blanked(body, match)
    return Position(epoch, count, total, is_global), body


def _telling_cells(text: str) -> str:
    """Drop the cells of a row that need whole phrases as names, "number of nan iterations: 0"."""
    cells = text.split("|")
    if len(cells) < _FEW_CELLS:
        return text
    return "|".join(cell for cell in cells if not has_function_word(cell))


def _blanked(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} | {text[match.end() :]}"


def _between(text: str, pairs: list[Pair]) -> str:
    """What remains of a text without its pairs."""
    parts, end = [], 0
    for pair in pairs:
        parts.append(text[end : pair.start])
        end = pair.end
    return " | ".join([*parts, text[end:]])


def _is_whole(pair: Pair) -> bool:
    return pair.text.lstrip("+-").isdigit()


def _line_split(text: str) -> str:
    match = _LINE_SPLIT.match(text)
    return SPLITS[match["split"].lower()] if match else ""


def _values(pairs: list[Pair], split: str, text: str = "") -> tuple[tuple[str, str, float], ...]:
    """The pairs worth a curve, each with the part of the data that was named last before it."""
    values, end = [], 0
    for pair in pairs:
        for match in _INNER_SPLIT.finditer(text[end : pair.start]):
            split = SPLITS[match[0].lower()]
        end = pair.end
        if pair.measured and is_charted(pair.key):
            values.append((split, pair.key, pair.value))
    return tuple(values)


def _tag(split: str, key: str) -> str:
    """``train loss`` → ``train/loss``; a split within the name makes that of the line needless."""
    key = key.strip(" .:-/")
    first, _, rest = key.partition(" ")
    if rest and first.lower() in SPLITS:
        return f"{SPLITS[first.lower()]}/{rest.removeprefix('set ')}"
    if not split or words(key) & SPLITS.keys():
        return key
    return f"{split}/{key}"


def _items(text: str) -> dict[str, float]:
    """The numbers of a flat dictionary, as JSON or as Python prints it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        if text.count("{") > 1:
            return {}
        found = {item["key"]: item["value"].strip("'\" ") for item in _QUOTED.finditer(text)}
    if not isinstance(found, dict):
        return {}
    flat = dict(found)
    for key, value in found.items():
        if isinstance(value, dict):
            flat |= {f"{key}/{name}": inner for name, inner in value.items()}
    items = ((key, to_number(value)) for key, value in flat.items())
    return {key: value for key, value in items if value is not None and _is_sane(key)}


def _is_sane(key: str) -> bool:
    return 0 < len(key) <= LONGEST_TAG and key.isprintable()
