"""How often losses and stalls are told wrongly, or not at all: `python tests/bench/alarms.py`.

Prints a Markdown table. The courses of `support.loss_courses` and the rhythms of `support.rhythms`
come from seeds; trainings of torch on scikit-learn's digits and on a text are real ones.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional

from support import loss_courses, rhythms
from support.loss_courses import Training
from support.rhythms import HANGS, Rhythm
from tuimon.events.points import ScalarColumns
from tuimon.health.stall import StallRule
from tuimon.health.values import ValueRules

SEEDS = 5
LOOK = 5.0
CHUNK = 50
DIGITS = load_digits()
X = torch.tensor(DIGITS.data / 16, dtype=torch.float32)
Y = torch.tensor(DIGITS.target)
TEXT = Path(__file__).parents[2] / "README.md"


def is_told(training: Training) -> bool:
    """Whether anything is told of a training, of which tags come in turn."""
    rules = ValueRules()
    longest = max(map(len, training.values()))
    told = False
    for start in range(0, longest, CHUNK):
        for tag, values in training.items():
            part = np.asarray(values[start : start + CHUNK], dtype=float)
            steps = np.arange(start, start + len(part))
            told |= bool(rules.take(".", tag, ScalarColumns(steps, steps * 1.0, part), 0.0))
    return told


def is_stalled(rhythm: Rhythm, *, seconds: float = 0.0, busy: bool | None = None) -> bool:
    """Whether anything is told of a rhythm, or of the silence behind it."""
    rule, now, told = StallRule(0.0), 0.0, False
    for stretch in [*rhythm, rhythms.Stretch(seconds, busy)]:
        end = now + stretch.seconds
        while now < end:
            now = min(now + LOOK, end)
            told |= rule.look(now, now, stretch.busy, paused=False) is not None
        rule.sign_of_life(points=stretch.points)
    return told


def classifier(
    steps: int, batch: int, rate: Callable[[int], float], *, adam: bool = False
) -> Training:
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    kind = torch.optim.Adam if adam else torch.optim.SGD
    optimizer = kind(model.parameters(), rate(0))
    losses, validation = [], []
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate(step)
        rows = torch.randint(1200, (batch,))
        loss = functional.cross_entropy(model(X[rows]), Y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step % 20 == 0:
            with torch.no_grad():
                validation.append(float(functional.cross_entropy(model(X[1200:]), Y[1200:])))
    return {"train/loss": losses, "val/loss": validation}


def characters(steps: int, rate: Callable[[int], float]) -> Training:
    text = torch.tensor(list(TEXT.read_bytes()))
    embed, net, head = nn.Embedding(256, 32), nn.GRU(32, 64, batch_first=True), nn.Linear(64, 256)
    parameters = [*embed.parameters(), *net.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters)
    losses = []
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate(step)
        starts = torch.randint(len(text) - 33, (8, 1)) + torch.arange(33)
        rows = text[starts]
        out = head(net(embed(rows[:, :-1]))[0])
        loss = functional.cross_entropy(out.flatten(0, 1), rows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"loss": losses}


def variational(steps: int) -> Training:
    encoder, decoder = nn.Linear(64, 16), nn.Sequential(nn.Linear(8, 64), nn.Sigmoid())
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], 3e-3)
    told: dict[str, list[float]] = {"train/loss": [], "train/recon_loss": [], "train/kl_loss": []}
    for step in range(steps):
        rows = X[torch.randint(1200, (64,))]
        mean, spread = encoder(rows).chunk(2, 1)
        code = mean + torch.randn_like(mean) * (spread / 2).exp()
        reconstruction = functional.binary_cross_entropy(decoder(code), rows, reduction="sum") / 64
        kl = -0.5 * (1 + spread - mean**2 - spread.exp()).sum(1).mean()
        loss = reconstruction + min(1.0, step / steps * 2) * kl
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for tag, value in zip(told, (loss, reconstruction, kl), strict=True):
            told[tag].append(float(value))
    return told


def adversarial(steps: int) -> Training:
    generator = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.Sigmoid())
    judge = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    first, second = (torch.optim.Adam(one.parameters(), 2e-3) for one in (generator, judge))
    told: dict[str, list[float]] = {"Loss_D": [], "Loss_G": []}

    def score(rows: Tensor, target: float) -> Tensor:
        out = judge(rows)
        return functional.binary_cross_entropy_with_logits(out, torch.full_like(out, target))

    for _ in range(steps):
        fake = generator(torch.randn(32, 8))
        loss = score(X[torch.randint(1200, (32,))], 1.0) + score(fake.detach(), 0.0)
        second.zero_grad()
        loss.backward()
        second.step()
        told["Loss_D"].append(float(loss))
        loss = score(fake, 1.0)
        first.zero_grad()
        loss.backward()
        first.step()
        told["Loss_G"].append(float(loss))
    return told


def by_trial(steps: int) -> Training:
    """REINFORCE on a bandit whose arms are the digits: reward for the one that is shown."""
    model = nn.Linear(64, 10)
    optimizer = torch.optim.SGD(model.parameters(), 0.3)
    told: dict[str, list[float]] = {"train/loss": [], "train/reward": []}
    for _ in range(steps):
        rows = torch.randint(1200, (32,))
        choice = torch.distributions.Categorical(logits=model(X[rows]))
        action = choice.sample()
        reward = (action == Y[rows]).float()
        loss = -(choice.log_prob(action) * (reward - 0.1)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        told["train/loss"].append(float(loss))
        told["train/reward"].append(float(reward.mean()))
    return told


HEALTHY: dict[str, Callable[[], Training]] = {
    "SGD": lambda: classifier(600, 32, lambda _: 0.1),
    "Adam": lambda: classifier(600, 32, lambda _: 3e-3, adam=True),
    "batches of one": lambda: classifier(900, 1, lambda _: 0.02),
    "one cycle": lambda: classifier(600, 32, lambda step: 0.6 * min(step, 600 - step) / 300),
    "warm restarts": lambda: classifier(800, 16, lambda step: 0.4 * (1 - step % 200 / 200)),
    "a rate too large for a moment": lambda: classifier(
        700, 32, lambda step: 5.0 if 300 <= step < 305 else 0.1
    ),
    "overfitted": lambda: classifier(1500, 1200, lambda _: 1.0),
    "characters": lambda: characters(250, lambda _: 3e-3),
    "VAE": lambda: variational(500),
    "GAN": lambda: adversarial(400),
    "REINFORCE": lambda: by_trial(800),
}
FAULTS: dict[str, Callable[[], Training]] = {
    "SGD, a rate far too large from 300 on": lambda: classifier(
        700, 32, lambda step: 0.1 if step < 300 else 20.0
    ),
    "Adam, a rate far too large from 300 on": lambda: classifier(
        700, 32, lambda step: 3e-3 if step < 300 else 1.0, adam=True
    ),
    "characters, a rate far too large from 150 on": lambda: characters(
        350, lambda step: 3e-3 if step < 150 else 1.0
    ),
}


def real(kinds: dict[str, Callable[[], Training]]) -> Iterator[Training]:
    for train in kinds.values():
        for seed in range(SEEDS):
            torch.manual_seed(seed)
            yield train()


def row(what: str, kinds: int, told: Iterable[bool]) -> None:
    found = list(told)
    print(f"| {what} | {kinds} | {len(found)} | {sum(found)} |", flush=True)


def simulated(what: str, kinds: tuple[loss_courses.Kind, ...]) -> None:
    row(what, len(kinds), (is_told(one) for _, one in loss_courses.trainings(kinds, SEEDS)))


def main() -> None:
    torch.set_num_threads(1)
    print("| trainings | kinds | of them | told |\n|---|---|---|---|")
    simulated("healthy losses that the rule was made with", loss_courses.HEALTHY)
    simulated("healthy losses that it was not made with", loss_courses.UNSEEN_HEALTHY)
    row("healthy real ones, by torch", len(HEALTHY), map(is_told, real(HEALTHY)))
    simulated("faults that it was made with", loss_courses.FAULTS)
    simulated("faults that it was not made with", loss_courses.UNSEEN_FAULTS)
    row("faulty real ones, by torch", len(FAULTS), map(is_told, real(FAULTS)))
    found = [rhythm for _, rhythm in rhythms.rhythms(rhythms.HEALTHY, SEEDS)]
    row("healthy rhythms", len(rhythms.HEALTHY), map(is_stalled, found))
    kinds = [kind for kind in rhythms.HUNG if kind is not rhythms.lines_alone]
    for name, (busy, seconds) in HANGS.items():
        hung = (
            is_stalled(
                rhythm, busy=busy, seconds=max(seconds, 4 * max(one.seconds for one in rhythm))
            )
            for _, rhythm in rhythms.rhythms(tuple(kinds), SEEDS)
        )
        row(f"hanging ones, {name}", len(kinds), hung)


if __name__ == "__main__":
    main()
