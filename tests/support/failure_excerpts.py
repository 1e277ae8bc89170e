"""What consoles end with when trainings fail, after real outputs, and what is to be told of them.

An excerpt in ``failures/*.txt`` begins with ``#### kind | exit code, or the signal as a negative
number | what the sentence must hold``. The kinds are those of `tuimon.guardian.failure_tables`;
beside them ``exception``, ``usage``, ``exit text`` and ``crash``, of which the sentence holds no
kind at all, and ``nothing``, of which nothing may be told.
"""

import re
from pathlib import Path
from typing import NamedTuple

from tuimon.guardian.cause import explain
from tuimon.guardian.child import Outcome
from tuimon.guardian.exception_table import OF_EXCEPTIONS
from tuimon.guardian.failure_kinds import FailureKind, kinds_of
from tuimon.guardian.failure_tables import OF_CONSOLES, OF_KILLERS
from tuimon.guardian.oom import OomKills

FOLDER = Path(__file__).with_name("failures")
KINDS = [kind for table in (OF_KILLERS, OF_EXCEPTIONS, OF_CONSOLES) for kind in kinds_of(table)]
NOTHING = "nothing"


class Excerpt(NamedTuple):
    """The end of a console, with what is to be told."""

    kind: str
    outcome: Outcome
    tells: str
    console: str

    @property
    def sentence(self) -> str:
        """What is told."""
        return sentence(self.outcome, self.console)

    def is_told_by(self, told: str) -> bool:
        """Whether a sentence tells the kind of this failure, its own text, and no other kind."""
        if self.kind == NOTHING:
            return not kinds_told(told) and "Error" not in told
        kinds = {kind.name for kind in KINDS if kind.meaning}
        expected = {self.kind} & kinds
        return (
            self.tells in told
            and kinds_told(told) >= expected
            and bool(expected or not kinds_told(told))
        )


def excerpts(*names: str) -> list[Excerpt]:
    """Those of the files of these names, or of all."""
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        if not names or path.stem in names:
            blocks = re.split(r"^#### ", path.read_text(), flags=re.MULTILINE)
            found += [_excerpt(block) for block in blocks[1:]]
    return found


def sentence(outcome: Outcome, console: str) -> str:
    """What is told of the end of a training that nobody has stopped."""
    output = console.replace("\n", "\r\n").encode()
    return explain(outcome, None, OomKills(0, 0, None), b"", output).cause


def kinds_told(told: str) -> set[str]:
    """The names of the kinds whose meaning a sentence holds."""
    return {kind.name for kind in KINDS if kind.meaning and _meaning(kind).search(told)}


def outcome(code: int) -> Outcome:
    """An exit code, or a signal as a negative number."""
    return Outcome(code, None) if code >= 0 else Outcome(None, -code)


def _meaning(kind: FailureKind) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", kind.meaning)
    return re.compile(".{1,99}".join(map(re.escape, parts)) + "(?:[:;]|$)")


def _excerpt(block: str) -> Excerpt:
    head, _, console = block.partition("\n")
    kind, code, tells = (part.strip() for part in head.split("|", 2))
    return Excerpt(kind, outcome(int(code)), tells, console)
