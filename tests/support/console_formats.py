"""Consoles of public trainers beside the points that they tell, and the judge over a parser.

The format of the files is told in `tests/unit/recorder/console_corpus/README.md`.
"""

import math
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tuimon.recorder.console_metrics.feed import SegmentReader
from tuimon.recorder.console_metrics.parser import MetricParser


class Printed(NamedTuple):
    """A point as a parser reads it; the part is a fold, a rank or another training."""

    part: str
    tag: str
    step: int
    value: float


def read_console(data: bytes) -> list[Printed]:
    """All points that the product reads of a console: the only place that knows its parser."""
    reader, parser = SegmentReader(), MetricParser()
    texts = [*reader.feed(data), *reader.finish()]
    points = [point for text in texts for point in parser.feed(text)] + list(parser.finish())
    return [
        Printed(getattr(one, "part", ""), one.tag, one.step, float(one.value)) for one in points
    ]


class Allowed(NamedTuple):
    """A point of a file: one of these steps, and whether it has to be found."""

    steps: tuple[int, ...]
    value: float
    needed: bool

    def fits(self, step: int, value: float) -> bool:
        return step in self.steps and same(self.value, value)


def same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))


Curves = dict[str, list[Allowed]]


@dataclass(frozen=True)
class ConsoleFormat:
    """A file of the corpus."""

    name: str
    about: str
    text: str
    parts: dict[str, Curves]
    names: dict[str, str]
    """Other name → tag."""

    @property
    def expected(self) -> int:
        """Points that have to be found."""
        curves = [points for part in self.parts.values() for points in part.values()]
        return sum(point.needed for points in curves for point in points)


@dataclass
class Verdict:
    """What a parser has made of one format."""

    expected: int
    found: int = 0
    wrong_values: list[str] = field(default_factory=list)
    wrong_tags: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.wrong_values or self.wrong_tags)

    def __str__(self) -> str:
        kinds = {name: getattr(self, name) for name in ("wrong_values", "wrong_tags", "missed")}
        told = (f"{name} {len(one)}: {'; '.join(one[:6])}" for name, one in kinds.items() if one)
        return " | ".join([f"{self.found} of {self.expected}", *told])


def load_format(path: Path) -> ConsoleFormat:
    """A file of the corpus."""
    data = tomllib.loads(path.read_text("utf-8"))
    parts = {part["name"]: _curves(part) for part in data.get("part", [])}
    if "points" in data or "optional" in data:
        parts[""] = _curves(data)
    names = {other: tag for tag, others in data.get("also", {}).items() for other in others}
    return ConsoleFormat(path.stem, data["about"], data["text"], parts, names)


def _curves(data: dict[str, dict[str, list[tuple[int | list[int], float]]]]) -> Curves:
    curves: Curves = defaultdict(list)
    for key in ("points", "optional"):
        for tag, points in data.get(key, {}).items():
            curves[tag] += [
                Allowed(
                    tuple(step) if isinstance(step, list) else (step,),
                    float(value),
                    key == "points",
                )
                for step, value in points
            ]
    return dict(curves)


def judge(one: ConsoleFormat, printed: Iterable[Printed]) -> Verdict:
    """Compare what was read with what had to be."""
    verdict = Verdict(one.expected)
    read: dict[str, dict[str, list[tuple[int, float]]]] = defaultdict(lambda: defaultdict(list))
    for point in printed:
        read[point.part][point.tag].append((point.step, point.value))
    matched = _matched_parts(one, read)
    for part in read.keys() - matched.values():
        verdict.wrong_tags += [f"{part or 'no part'}: {tag}" for tag in read[part]]
    for name, curves in one.parts.items():
        _judge_part(verdict, name, curves, one.names, read.get(matched.get(name, "\0"), {}))
    return verdict


def _judge_part(
    verdict: Verdict,
    part: str,
    curves: Curves,
    names: dict[str, str],
    read: dict[str, list[tuple[int, float]]],
) -> None:
    chosen: dict[str, str] = {}
    where = f"{part}: " if part else ""
    for tag, points in read.items():
        canonical = tag if tag in curves else names.get(tag, tag)
        if canonical not in curves or chosen.setdefault(canonical, tag) != tag:
            verdict.wrong_tags.append(f"{where}{tag} {points[:2]}")
            continue
        allowed = curves[canonical]
        verdict.wrong_values += [
            f"{where}{tag} {step}:{value:g}"
            for step, value in points
            if not any(one.fits(step, value) for one in allowed)
        ]
        for (before, _), (after, _) in pairwise(points):
            if after < before:
                verdict.wrong_values.append(f"{where}{tag} goes back from {before} to {after}")
    for tag, allowed in curves.items():
        points = read.get(chosen.get(tag, "\0"), [])
        for one in allowed:
            if one.needed and any(one.fits(*point) for point in points):
                verdict.found += 1
            elif one.needed:
                verdict.missed.append(f"{where}{tag} {one.steps[0]}:{one.value:g}")


def _matched_parts(one: ConsoleFormat, read: dict[str, dict[str, list[tuple[int, float]]]]) -> dict:
    """The parts of the file → those read: as many values alike as can be, and no other number."""

    def alike(name: str, part: str) -> int:
        allowed = Counter(f"{p.value:.9g}" for ps in one.parts[name].values() for p in ps)
        values = Counter(f"{value:.9g}" for ps in read[part].values() for _, value in ps)
        return sum((allowed & values).values())

    def may_be(name: str, part: str) -> bool:
        numbers = re.findall(r"\d+", name), re.findall(r"\d+", part)
        return not all(numbers) or numbers[0][-1] == numbers[1][-1]

    pairs = [(alike(name, part), name, part) for name in one.parts for part in read]
    matched: dict[str, str] = {}
    for count, name, part in sorted(pairs, key=lambda pair: -pair[0]):
        if count and name not in matched and part not in matched.values() and may_be(name, part):
            matched[name] = part
    return matched


def formats_of(directory: Path) -> Iterator[ConsoleFormat]:
    """All formats of a directory, by name."""
    yield from map(load_format, sorted(directory.glob("*.toml")))
