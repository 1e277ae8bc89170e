"""Consoles made of the pieces that trainings print, and what they tell: more than anyone writes.

Combinations of `console_pieces` are drawn. A console has readings: where its lines name two
counters, either may be the axis, but one for all of them.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from support.console_formats import (
    Allowed,
    ConsoleFormat,
    Curves,
    Printed,
    Verdict,
    judge,
    read_console,
)
from support.console_pieces import (
    COLOURS,
    COUNTERS,
    COUNTS,
    DATES,
    EPOCHS,
    EPOCHS_AND_COUNTS,
    EXTRAS,
    FOLD_CELLS,
    FOLD_HEADINGS,
    LAUNCHERS,
    LOGGERS,
    NAMES,
    PAIRS,
    RANKS,
    SEPARATORS,
    SPLIT_CELLS,
    SPLITS,
    SYNONYMS,
)
from support.console_surroundings import coloured


@dataclass(frozen=True)
class Line:
    """A line: its values by name, its step in each reading, and what else may be read of it."""

    text: str
    values: tuple[tuple[str, float], ...]
    steps: tuple[int, ...]
    extras: tuple[tuple[str, float], ...] = ()
    split: str = ""
    part: str = ""


@dataclass(frozen=True)
class Console:
    """A console that was drawn."""

    kind: str
    lines: tuple[Line, ...]
    ending: str = "\n"

    @property
    def text(self) -> str:
        return "".join(line.text + self.ending for line in self.lines)


def key_of(tag: str) -> tuple[str, ...]:
    """What a tag says: its words in any order, each part of the data by one of its names."""
    words = re.findall(r"[a-z]+|\d+", tag.lower())
    return tuple(sorted(SYNONYMS.get(word, word) for word in words))


def verdict_on(console: Console) -> Verdict:
    """The best of the readings of a console."""
    printed = read_console(console.text.encode())
    readings = range(len(console.lines[0].steps))
    verdicts = [judge(one, printed) for one in (_reading(console, i, printed) for i in readings)]
    return min(verdicts, key=lambda one: (not one.is_clean, one.expected - one.found))


def _reading(console: Console, reading: int, printed: Iterable[Printed]) -> ConsoleFormat:
    parts: dict[str, Curves] = defaultdict(lambda: defaultdict(list))
    keys: dict[tuple[str, ...], str] = {}
    for line in console.lines:
        for needed, items in ((True, line.values), (False, line.extras)):
            for name, value in items:
                tag = _named(line, name, needed, keys)
                point = Allowed((line.steps[reading],), value, needed)
                parts[line.part][tag].append(point)
    tags = {tag for curves in parts.values() for tag in curves}
    names = {one.tag: keys[key] for one in printed if (key := key_of(one.tag)) in keys}
    names = {tag: name for tag, name in names.items() if tag not in tags}
    return ConsoleFormat(console.kind, "", console.text, {**parts}, names)


def _named(line: Line, name: str, needed: bool, keys: dict[tuple[str, ...], str]) -> str:
    """The tag of a value, and in `keys` all that it may be called."""
    own = key_of(name)
    if not line.split:
        keys[own] = name
        keys.setdefault(tuple(sorted({*own, "train"})), name)
        return name
    with_split = own if line.split in own else tuple(sorted((*own, line.split)))
    tag = keys.setdefault(with_split, "/".join(with_split))
    if line.split == "train" or not needed:  # that of a training goes without
        keys.setdefault(own, tag)
        keys.setdefault(tuple(sorted({*own, "train"})), tag)
    return tag


class Draw:
    """Draws consoles; the seed tells which."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def console(self) -> Console:
        """A console of one of the kinds, with what may stand around its lines."""
        kinds: Sequence[Callable[[], Console]] = (
            *(self.one_counter,) * 3,
            *(self.two_counters,) * 3,
            *(self.epochs_and_counts,) * 2,
            *(self.splits,) * 2,
            self.validation_by_epoch,
            self.ranks,
            self.folds,
            self.dictionaries,
            self.bars,
            self.table,
        )
        return self._surrounded(self.random.choice(kinds)())

    def one_counter(self) -> Console:
        word = self.random.choice(COUNTERS + EPOCHS)
        counts = self._counts()
        form, body = self.random.choice(COUNTS), self._body()
        joint = self.random.choice((*SEPARATORS, ": ", " "))
        lines = []
        for count in counts:
            position = self._count(form, word, count, counts)
            lines.append(body(position + joint, (count,)))
        return Console("one counter", tuple(lines))

    def two_counters(self) -> Console:
        first, second = self.random.sample(COUNTERS, 2)
        factor = self.random.choice((2, 3, 10, 37, 100))
        counts = self._counts()
        forms = [form for form in COUNTS if "," not in form]
        one, other = self.random.choice(forms), self.random.choice(forms)
        separator, joint = self.random.choice(SEPARATORS), self.random.choice(SEPARATORS)
        body, lines = self._body(), []
        for count in counts:
            text = self._count(one, first, count, counts) + separator
            more = [factor * each for each in counts]
            text += self._count(other, second, factor * count, more) + joint
            lines.append(body(text, (count, factor * count)))
        return Console("two counters", tuple(lines))

    def epochs_and_counts(self) -> Console:
        form, total = self.random.choice(EPOCHS_AND_COUNTS), self.random.choice((20, 125, 5005))
        joint, body = self.random.choice((*SEPARATORS, ": ")), self._body()
        lines = []
        for epoch in (1, 2, 3):
            for part in (2, 4):
                done = total * part // 5
                text = form.format(e=epoch, E=3, n=done, t=total, p=20 * part)
                lines.append(body(text + joint, (total * (epoch - 1) + done,)))
        return Console("epochs and counts", tuple(lines))

    def splits(self) -> Console:
        """Lines of the training and of an evaluation in turn, told by a cell in front or behind."""
        word, form = self.random.choice(EPOCHS + COUNTERS[:8]), self.random.choice(COUNTS)
        cell, behind = self.random.choice(SPLIT_CELLS), self.random.random() < 0.5
        other = self.random.choice(("val", "test", "eval", "dev"))
        spelled = {one: self.random.choice(SPLITS[one]) for one in ("train", other)}
        joint = self.random.choice((" | ", ", ", " ", " - ", "  "))
        names = [name for name in NAMES if not set(key_of(name)) & set(SPLITS)]
        body, counts, lines = self._body(names, extras=0), self._counts(), []
        for count in counts:
            for split in ("train", other):
                told, position = (
                    cell.format(s=spelled[split]),
                    self._count(form, word, count, counts),
                )
                text = position + joint + told if behind else told + position + joint
                lines.append(replace(body(text, (count,)), split=split))
        return Console("splits", tuple(lines))

    def validation_by_epoch(self) -> Console:
        total = self.random.choice((50, 400))
        form = self.random.choice(EPOCHS_AND_COUNTS)
        name = self.random.choice(("val_loss", "Val Loss", "valid loss", "test acc", "val/acc"))
        pair, lines = self.random.choice(PAIRS), []
        word = self.random.choice(EPOCHS[:3])
        position = self.random.choice(("{w} {e}: ", "{w} {e} | ", "{w} {e}/3 - ", "[{w} {e}] "))
        for epoch in (1, 2, 3):
            step = total * (epoch - 1) + total // 2
            text = form.format(e=epoch, E=3, n=total // 2, t=total, p=50)
            value = self._number(places=4)
            lines.append(Line(f"{text} | loss: {value}", (("loss", float(value)),), (step,)))
            value = self._number(places=4)
            text = position.format(w=word, e=epoch) + pair.format(k=name, v=value)
            lines.append(Line(text, ((name, float(value)),), (step,)))
        return Console("validation by epoch", tuple(lines))

    def ranks(self) -> Console:
        """Two ranks that print the same lines with other values, in any order."""
        prefix, word = self.random.choice(RANKS), self.random.choice(EPOCHS + COUNTERS[:8])
        body, lines = self._body(extras=0), []
        joint = self.random.choice((": ", " | ", ", ", " "))
        for count in self._counts():
            for rank in self.random.sample((0, 1), 2):
                line = body(f"{prefix.format(r=rank)}{word} {count}{joint}", (count,))
                part = ("one worker", "another")[rank] if "pid" in prefix else f"rank {rank}"
                lines.append(replace(line, part=part))
        return Console("ranks", tuple(lines))

    def folds(self) -> Console:
        """Three trainings one after the other, each with the same epochs."""
        headings = [(heading, "") for heading in FOLD_HEADINGS]
        heading, cell = self.random.choice([*headings, *(("", cell) for cell in FOLD_CELLS)])
        word, joint = self.random.choice(EPOCHS[:3]), self.random.choice((": ", " | ", ", ", " - "))
        body, lines = self._body(extras=0), []
        for fold in (1, 2, 3):
            part = f"fold {fold}"
            if heading:
                lines.append(Line(heading.format(k=fold), (), (0,), part=part))
            for epoch in (1, 2, 3):
                line = body(f"{cell.format(k=fold)}{word} {epoch}{joint}", (epoch,))
                lines.append(replace(line, part=part))
        return Console("folds", tuple(lines))

    def dictionaries(self) -> Console:
        counter = self.random.choice(("step", "global_step", "iter", "iteration", "num_updates"))
        names = self.random.sample([name for name in NAMES if " " not in name], 3)
        style, lines = self.random.choice(("json", "python", "strings")), []
        for count in self._counts():
            values = {name: float(self._number()) for name in names}
            items: dict[str, object] = {"epoch": 1, counter: count, **values}
            if style == "json":
                text = "{" + ", ".join(f'"{key}": {value}' for key, value in items.items()) + "}"
            else:
                text = repr({k: str(v) if style == "strings" else v for k, v in items.items()})
            lines.append(Line(text, tuple(values.items()), (count,)))
        return Console("dictionaries", tuple(lines))

    def bars(self) -> Console:
        total, name = (
            self.random.choice((40, 1000)),
            self.random.choice(
                ("loss", "train_loss", "acc", "grad_norm", "ppl", "val_loss", "f1-score")
            ),
        )
        label = self.random.choice(
            ("", "Training: ", "Epoch 1: ", "Epoch 1/1 [train]: ", "train | ")
        )
        lines = []
        for part in (1, 2, 4):
            value, done = self._number(), total * part // 4
            text = f"{label}{25 * part:3d}%|{'█' * (2 * part):<8}| {done}/{total} "
            text += f"[00:{10 * part:02d}<00:09, 2.00it/s, {name}={value}, lr=0.0{part}]"
            values = ((name, float(value)), ("lr", float(f"0.0{part}")))
            lines.append(Line("\r" + text, values, (done,)))
        return Console("bars", tuple(lines), ending="")

    def table(self) -> Console:
        names = self.random.sample([name for name in NAMES if " " not in name], 3)
        first = self.random.choice(("epoch", "Epoch", "step", "iter", "iteration"))
        style = self.random.choice(("blanks", "pipes", "commas", "box"))
        rows = [[first, *names]]
        lines = []
        for count in (1, 2, 3, 4):
            values = [self._number(places=4) for _ in names]
            rows.append([str(count), *values])
            lines.append((count, tuple(zip(names, map(float, values), strict=True))))
        texts = _table(rows, style)
        head = [Line(text, (), (0,)) for text in texts[: len(texts) - 4]]
        body = [
            Line(text, values, (count,))
            for text, (count, values) in zip(texts[-4:], lines, strict=True)
        ]
        return Console(f"table of {style}", (*head, *body))

    def _surrounded(self, console: Console) -> Console:
        """Add a date, a logger, a launcher, colours, other line ends, or nothing."""
        draw, ending = self.random.random, console.ending
        structured = console.kind.startswith(("table", "bars", "ranks"))
        parts = [] if structured else [self.random.choice(LAUNCHERS)] if draw() < 0.15 else []
        parts += [] if structured or draw() < 0.4 else [self.random.choice(DATES)]
        parts += [] if structured or draw() < 0.6 else [self.random.choice(LOGGERS)]
        prefix = "".join(parts)
        colour = self.random.choice(COLOURS) if draw() < 0.2 else ""
        lines = []
        for i, line in enumerate(console.lines):
            text = coloured(line.text, colour) if colour else line.text
            lines.append(replace(line, text=prefix.format(i=i % 10) + text))
        if ending and draw() < 0.25:
            ending = "\r\n"
        return replace(console, lines=tuple(lines), ending=ending)

    def _counts(self) -> list[int]:
        """Three counts that grow, of any width."""
        first = self.random.randrange(1, 10 ** self.random.randrange(1, 6))
        gap = self.random.choice((1, 5, 10, 50, 1000))
        return [first, first + gap, first + 2 * gap]

    def _count(self, form: str, word: str, count: int, counts: Sequence[int]) -> str:
        total = 2 * counts[-1]
        return form.format(w=word, n=count, t=total, p=100 * count // total)

    def _number(self, places: int | None = None) -> str:
        digits = self.random.randrange(1, 6) if places is None else places
        return f"{self.random.uniform(0.001, 20):.{digits}f}"

    def _value(self, averaged: bool) -> tuple[Callable[[], str], Callable[[str], float]]:
        """How the values of a curve are printed, perhaps with an average, and what a text is."""
        kind = self.random.randrange(14 if averaged else 13)
        plain: Callable[[str], float] = float
        if kind == 0:
            return lambda: f"{self.random.uniform(0, 3):.3e}", plain
        if kind == 1:
            return lambda: f"{self.random.uniform(0, 100):.2f}%", lambda text: float(text[:-1])
        if kind == 2:
            return lambda: f"{self.random.uniform(0, 100):.1f} %", lambda text: float(text[:-2])
        if kind == 3:
            bad = self.random.choice(("nan", "NaN", "inf", "-inf"))
            return lambda: bad if self.random.random() < 0.5 else self._number(), plain
        if kind == 4:
            return lambda: f"{self.random.uniform(1000, 1e6):,.2f}", lambda t: float(
                t.replace(",", "")
            )
        if kind == 5:
            return lambda: f"-{self._number()}", plain
        if kind == 13:
            return (
                lambda: f"{self._number()} ({self._number()})",
                lambda text: float(text.split()[0]),
            )
        return self._number, plain

    def _body(
        self, names: Sequence[str] = NAMES, extras: int | None = None
    ) -> Callable[[str, tuple[int, ...]], Line]:
        """What draws the lines of a console behind their positions: the same pairs in each."""
        chosen: list[str] = []
        for name in self.random.sample(names, self.random.choice((1, 2, 2, 3, 4))):
            if all(({*key_of(name)} ^ {*key_of(one)}) - {"train"} for one in chosen):
                chosen.append(name)
        if not any("loss" in name.lower() for name in chosen):
            chosen.insert(0, "loss" if "loss" in names else names[0])
        chosen.sort(key=lambda name: name.lower().split()[0] in SYNONYMS)  # holds for what follows
        pair, separator = self.random.choice(PAIRS), self.random.choice(SEPARATORS)
        trained = names is NAMES  # of an evaluation the average is read
        values = {
            name: self._value(trained and not set(key_of(name)) & {*SPLITS} - {"train"})
            for name in chosen
        }
        count = self.random.choice((0, 0, 1, 2)) if extras is None else extras
        beside = self.random.sample(EXTRAS, count)

        def line(position: str, steps: tuple[int, ...]) -> Line:
            items, texts = [], []
            for name, (print_value, value_of) in values.items():
                text = print_value()
                items.append((name, value_of(text)))
                texts.append(pair.format(k=name, v=text))
            texts += [text for text, _, _ in beside]
            more = tuple((tag, value) for _, tag, value in beside if value is not None)
            return Line(position + separator.join(texts), tuple(items), steps, more)

        return line


def _table(rows: list[list[str]], style: str) -> list[str]:
    """The lines of a table, those of its rows last."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if style == "commas":
        return [",".join(row) for row in rows]
    cells = [[cell.rjust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    if style == "blanks":
        return ["   ".join(row) for row in cells]
    if style == "pipes":
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        head, *body = ["| " + " | ".join(row) + " |" for row in cells]
        return [head, rule, *body]
    rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    head, *body = ["| " + " | ".join(row) + " |" for row in cells]
    return [rule, head, rule, *body]


def consoles(seed: int, count: int) -> Iterator[Console]:
    """So many consoles; the same for the same seed."""
    draw = Draw(seed)
    for _ in range(count):
        yield draw.console()
