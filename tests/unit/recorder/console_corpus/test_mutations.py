"""Consoles that nobody has written: a value is right at the right name and step, or not read."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.console_formats import Verdict, formats_of, judge, read_console
from support.console_mutations import consoles, verdict_on
from support.console_surroundings import variants

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
        self.expected[kind] += verdict.expected
        self.found[kind] += verdict.found
        if not verdict.is_clean:
            self.wrong.append(f"{kind}: {name}: {verdict}" if told else f"{kind}: one held back")

    @property
    def share(self) -> float:
        """Of the points that could be read, those that were."""
        return self.found.total() / self.expected.total()

    def __str__(self) -> str:
        kinds = (f"{kind} {self.found[kind] / n:.0%}" for kind, n in sorted(self.expected.items()))
        return f"{self.share:.1%} of {self.expected.total()} points found ({', '.join(kinds)})"


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 700), pytest.param(2, 12_000, marks=pytest.mark.long)]
)
def test_a_drawn_console(seed: int, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    campaign = Campaign()
    campaign.run(seed, count)
    with capsys.disabled():
        print(f"\n{campaign}, {len(campaign.wrong)} of {count} consoles wrong")
    assert not campaign.wrong, "\n".join(campaign.wrong[:20])
    assert campaign.share > 0.6, str(campaign)


def test_formats_through_other_programs(capsys: pytest.CaptureFixture[str]) -> None:
    campaign = Campaign()
    for folder in (HERE, HELD_BACK):
        for one in formats_of(folder):
            for kind, variant in variants(one):
                verdict = judge(variant, read_console(variant.text.encode()))
                campaign.note(kind, one.name, verdict, told=folder != HELD_BACK)
    with capsys.disabled():
        print(f"\n{campaign}, {len(campaign.wrong)} wrong")
    assert not campaign.wrong, "\n".join(campaign.wrong[:20])
    assert campaign.share > 0.6, str(campaign)
