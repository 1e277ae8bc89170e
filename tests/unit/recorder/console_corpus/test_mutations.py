"""Consoles that nobody has written: a value is right at the right name and step, or not read."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pytest

from support.console_formats import Verdict, formats_of, judge, read_console
from support.console_mutations import consoles, verdict_on
from support.console_surroundings import variants
from support.console_unread import UNREAD

HERE = Path(__file__).parent
HELD_BACK = HERE / "held_back"


@dataclass
class Campaign:
    """What became of the consoles of a seed."""

    expected: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def run(self, seed: int, count: int) -> None:
        for console in consoles(seed, count):
            self.note(console.kind, repr(console.lines[0].text), verdict_on(console))

    def note(self, kind: str, name: str, verdict: Verdict, *, told: bool = True) -> None:
        if name not in UNREAD:
            self.expected[kind] += verdict.expected
            self.found[kind] += verdict.found
        if not verdict.is_clean:
            self.wrong.append(f"{kind}: {name}: {verdict}" if told else f"{kind}: one held back")

    def tell(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Print the score, and fail if anything was wrong."""
        with capsys.disabled():
            print(f"\n{self}, {len(self.wrong)} consoles wrong")
        assert not self.wrong, "\n".join(self.wrong[:20])

    @property
    def share(self) -> float:
        """Of the points that could be read, those that were."""
        return self.found.total() / self.expected.total()

    def __str__(self) -> str:
        kinds = (f"{kind} {self.found[kind] / n:.0%}" for kind, n in sorted(self.expected.items()))
        return f"{self.share:.1%} of {self.expected.total()} points found ({', '.join(kinds)})"


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 500), pytest.param(2, 12_000, marks=pytest.mark.long)]
)
def test_a_drawn_console(seed: int, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    campaign = Campaign()
    campaign.run(seed, count)
    campaign.tell(capsys)
    assert campaign.share > 0.98, str(campaign)


@pytest.mark.parametrize("every", [24, pytest.param(1, marks=pytest.mark.long)])
def test_formats_through_other_programs(every: int, capsys: pytest.CaptureFixture[str]) -> None:
    campaign = Campaign()
    formats = [(folder, one) for folder in (HERE, HELD_BACK) for one in formats_of(folder)]
    disguised = ((folder, *each) for folder, one in formats for each in variants(one))
    for folder, kind, variant in islice(disguised, 0, None, every):
        verdict = judge(variant, read_console(variant.text.encode()))
        campaign.note(kind, variant.name, verdict, told=folder != HELD_BACK)
    campaign.tell(capsys)
    assert campaign.share > 0.97, str(campaign)
