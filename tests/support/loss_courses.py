"""Courses of losses as trainings log them: healthy kinds, and trainings that go wrong.

`HEALTHY` and `FAULTS` are what the rule of growing losses was made with; `UNSEEN_HEALTHY` and
`UNSEEN_FAULTS` were written before it and looked at once it was done. A kind is a function of a
seeded generator that gives the tags of a training with their values, in order.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Values = NDArray[np.float64]
Training = dict[str, Values]
Kind = Callable[[Generator], Training]


def length(random: Generator, least: int = 150, most: int = 3000) -> int:
    """How many points a training logs, small ones as often as large ones."""
    return int(np.exp(random.uniform(np.log(least), np.log(most))))


def fall(random: Generator, n: int, first: float, last: float, noise: float = 0.05) -> Values:
    """A course that falls from `first` to `last`, by a power or exponentially."""
    t = np.arange(n)
    scale = n * random.uniform(0.03, 0.3)
    shape = np.exp(-t / scale) if random.random() < 0.5 else (1 + t / scale * 4) ** -0.7
    course = last + (first - last) * shape
    return course + noise * (first - last) * random.standard_normal(n) * (0.3 + shape)


def relaxed(n: int, tau: float) -> Values:
    """From 1 towards 0."""
    return np.exp(-np.arange(n) / tau)


# -- healthy: the rule was made with these ---------------------------------------------------------


def classifier(random: Generator) -> Training:
    n = length(random)
    return {"train/loss": fall(random, n, 2.3, random.uniform(0.02, 1.2), random.uniform(0, 0.2))}


def language_model(random: Generator) -> Training:
    return {"loss": fall(random, length(random), 10.8, random.uniform(2.2, 3.5), 0.02)}


def batches_of_one(random: Generator) -> Training:
    n = length(random)
    return {"loss": np.abs(fall(random, n, 2.0, 0.3, 0)) * random.gamma(0.7, 1.4, n)}


def warm_up_bump(random: Generator) -> Training:
    course = fall(random, length(random), 2.3, 0.3)
    width = int(random.integers(5, 40))
    course[5 : 5 + width] += random.uniform(1, 20) * np.hanning(width)[: len(course) - 5]
    return {"train_loss": course}


def one_cycle(random: Generator) -> Training:
    n = length(random)
    bump = 0.6 * np.exp(-(((np.arange(n) / n - 0.35) / 0.15) ** 2))
    return {"train/loss": fall(random, n, 2.3, 0.2) + bump * random.uniform(0.3, 1.5)}


def warm_restarts(random: Generator) -> Training:
    n, cycles = length(random), int(random.integers(3, 8))
    phase = (np.arange(n) * cycles / n) % 1
    return {
        "loss": fall(random, n, 2.3, 0.3) + random.uniform(0.2, 0.7) * (1 + np.cos(np.pi * phase))
    }


def recovered_spikes(random: Generator) -> Training:
    course = fall(random, length(random, 400), 6.0, 1.5)
    for place in random.integers(50, len(course) - 40, 6):
        tail = min(len(course) - place, 200)
        height = random.uniform(1, 30)
        course[place : place + tail] += height * relaxed(tail, random.uniform(1, 25))
    return {"train/loss": course}


def curriculum(random: Generator) -> Training:
    parts = []
    low = 2.0
    for _ in range(int(random.integers(2, 6))):
        high, low = low * random.uniform(1.0, 2.5), low * random.uniform(0.5, 0.9)
        parts.append(fall(random, length(random, 80, 600), high, low))
    return {"train/loss": np.concatenate(parts)}


def tasks_in_turn(random: Generator) -> Training:
    n = length(random, 40, 400)
    tasks = int(random.integers(3, 8))
    return {"loss": np.concatenate([fall(random, n, 2.3, 0.2) for _ in range(tasks)])}


def gan(random: Generator) -> Training:
    n = length(random)
    walk = np.abs(1.4 + np.cumsum(random.normal(0.002, 0.05, n)))
    return {"Loss_D": 1.4 / (1 + walk), "Loss_G": walk, "loss": walk + random.normal(0, 0.1, n)}


def policy_by_groups(random: Generator) -> Training:
    n = length(random)
    rise = np.linspace(0, random.uniform(0.02, 0.5), n)
    loss = rise + random.normal(0, 0.02, n)
    return {"train/loss": loss, "train/reward": np.linspace(0, 1, n), "train/kl": rise}


def deep_q(random: Generator) -> Training:
    n = length(random)
    t = np.linspace(0, 1, n)
    loss = (0.3 * np.exp(-20 * t) + random.uniform(1, 30) * t**2) * random.gamma(2, 0.5, n)
    return {"train/loss": loss, "rollout/ep_rew_mean": 200 * t, "td_loss": loss}


def actor_critic(random: Generator) -> Training:
    n = length(random)
    value = 50 * np.linspace(0.1, 1, n) ** 2 * random.gamma(4, 0.25, n)
    return {"losses/value_loss": value, "losses/policy_loss": random.normal(0, 0.02, n)}


def variational(random: Generator) -> Training:
    n = length(random)
    weight = np.clip(np.arange(n) / n / random.uniform(0.1, 0.8), 0, 1)
    kl = 25 * (1 - relaxed(n, n / 10)) + random.normal(0, 0.3, n)
    reconstruction = fall(random, n, 200, 80, 0.02)
    total = reconstruction + weight * kl * random.uniform(1, 4)
    return {"train/kl_loss": kl, "recon_loss": reconstruction, "loss": total, "elbo": -total}


def overfitted(random: Generator) -> Training:
    n = length(random, 10, 200)
    t = np.linspace(0, 1, n)
    rise = random.uniform(0.5, 4) * np.clip(t - 0.2, 0, 1) ** 1.3
    return {
        "train/loss": fall(random, n, 2.3, 0.01),
        "val/loss": fall(random, n, 2.3, 0.8, 0.01) + rise,
    }


def learnt_by_heart(random: Generator) -> Training:
    n = length(random)
    course = 2.3 * relaxed(n, n / 15) + 1e-4
    return {"train/loss": course * random.lognormal(0, 1.0, n)}


def plateau_then_drop(random: Generator) -> Training:
    n = length(random)
    edge = 1 / (1 + np.exp((np.arange(n) - n * random.uniform(0.2, 0.7)) / (n * 0.02)))
    return {"loss": 0.1 + 2.2 * edge + random.normal(0, 0.05, n)}


def ramp_up(random: Generator) -> Training:
    n = length(random)
    ramp = np.exp(-5 * (1 - np.clip(np.arange(n) / n / 0.4, 0, 1)) ** 2)
    part = ramp * random.uniform(0.1, 0.6)
    return {"consistency_loss": part, "loss": fall(random, n, 2.3, 0.3) + part}


def weights_grow(random: Generator) -> Training:
    n = length(random)
    growth = random.uniform(0.01, 1) * (1 + np.linspace(0, random.uniform(2, 40), n) ** 0.7)
    return {"loss/l2": growth, "reg_loss": growth, "vq_loss": growth / 2, "aux_loss": growth}


def sum_of_an_epoch(random: Generator) -> Training:
    per, epochs = int(random.integers(20, 300)), int(random.integers(3, 12))
    steps = fall(random, per * epochs, 2.3, 0.4)
    return {"running_loss": np.concatenate([np.cumsum(part) for part in np.split(steps, epochs)])}


def few_epochs(random: Generator) -> Training:
    n = int(random.integers(5, 60))
    return {"epoch_loss": fall(random, n, 2.3, random.uniform(0.1, 1.5), 0.08)}


def smoothed(random: Generator) -> Training:
    n, weight = length(random), random.uniform(0.9, 0.99)
    course = fall(random, n, 4.0, 1.0, 0.3)
    for place in range(1, n):
        course[place] = weight * course[place - 1] + (1 - weight) * course[place]
    return {"avg_loss": course}


def below_zero(random: Generator) -> Training:
    n = length(random)
    return {"train/nll": fall(random, n, 2.0, -random.uniform(1, 9)) + random.standard_t(3, n) / 10}


def diffusion(random: Generator) -> Training:
    n = length(random)
    return {"loss": (0.02 + 0.3 * relaxed(n, n / 40)) * random.gamma(3, 1 / 3, n)}


def bootstrap(random: Generator) -> Training:
    n = length(random)
    rise = random.uniform(0.1, 0.5) * (1 - relaxed(n, n / 4))
    return {"train/loss": 1.9 * relaxed(n, n / 60) + 0.1 + rise + random.normal(0, 0.01, n)}


def two_ranks(random: Generator) -> Training:
    n = length(random)
    course = fall(random, n, 2.3, 0.4)
    course[1::2] *= random.uniform(2, 9)
    return {"loss": course}


def perplexity(random: Generator) -> Training:
    return {"train/ppl": np.exp(fall(random, length(random), 9, 3, 0.01))}


def attacked_from_some_time_on(random: Generator) -> Training:
    plain = fall(random, length(random, 100, 1000), 2.3, 0.1)
    n = length(random, 100, 1000)
    hard = random.uniform(0.9, 1.4) + 0.6 * relaxed(n, n / 4) + random.normal(0, 0.05, n)
    return {"train/loss": np.concatenate([plain, hard])}


def fine_tuning(random: Generator) -> Training:
    return {"train/loss": random.normal(1.8, random.uniform(0.02, 0.5), length(random))}


def near_chance(random: Generator) -> Training:
    n = length(random)
    return {"train/loss": 0.693 - 0.01 * np.linspace(0, 1, n) + random.normal(0, 0.01, n)}


HEALTHY: tuple[Kind, ...] = (
    *(classifier, language_model, batches_of_one, warm_up_bump, one_cycle, warm_restarts),
    *(recovered_spikes, curriculum, tasks_in_turn, gan, policy_by_groups, deep_q, actor_critic),
    *(variational, overfitted, learnt_by_heart, plateau_then_drop, ramp_up, weights_grow),
    *(sum_of_an_epoch, few_epochs, smoothed, below_zero, diffusion, bootstrap, two_ranks),
    *(perplexity, attacked_from_some_time_on, fine_tuning, near_chance),
)


# -- faults: the rule was made with these ----------------------------------------------------------


def broken(random: Generator, course: Values, rest: Values) -> Training:
    """A course that is continued by another one, with the noise of the first."""
    spread = float(np.std(np.diff(course[-20:]))) / 1.4
    return {
        "train/loss": np.concatenate([course, rest + spread * random.standard_normal(len(rest))])
    }


def collapse_to_chance(random: Generator) -> Training:
    n = length(random, 100, 1500)
    return broken(random, fall(random, n, 2.3, random.uniform(0.1, 1.5)), np.full(n, 2.3))


def language_model_lost(random: Generator) -> Training:
    n = length(random, 100, 1500)
    return broken(random, fall(random, n, 11, 2.5, 0.02), np.full(n, random.uniform(6.8, 7.6)))


def slow_divergence(random: Generator) -> Training:
    n = length(random, 100, 1500)
    rise = np.linspace(0, 1, n) ** random.uniform(1, 2) * random.uniform(3, 8)
    return broken(random, fall(random, n, 6, 2), 2.2 + rise)


def lost_after_a_spike(random: Generator) -> Training:
    n = length(random, 200, 1500)
    rest = random.uniform(5, 7) + random.uniform(5, 50) * relaxed(n, random.uniform(1, 6))
    return broken(random, fall(random, n, 9, 2.5, 0.02), rest)


def explosion(random: Generator) -> Training:
    n = length(random, 60, 800)
    rest = 2.0 * np.exp(np.minimum(np.arange(40) * random.uniform(0.2, 2), 60))
    return broken(random, fall(random, n, 2.3, 0.3), rest)


def explosion_of_epochs(random: Generator) -> Training:
    course = fall(random, int(random.integers(6, 14)), 1.0, 0.1, 0.02)
    return broken(random, course, np.full(8, random.uniform(50, 900)))


def below_zero_lost(random: Generator) -> Training:
    n = length(random, 100, 800)
    return broken(random, fall(random, n, 2, -5), np.full(n, 3.0))


def fine_tuning_lost(random: Generator) -> Training:
    n = length(random, 100, 800)
    return broken(random, random.normal(1.9, 0.08, n), np.full(n, random.uniform(6.5, 9)))


FAULTS: tuple[Kind, ...] = (
    *(collapse_to_chance, language_model_lost, slow_divergence, lost_after_a_spike, explosion),
    *(explosion_of_epochs, below_zero_lost, fine_tuning_lost),
)


# -- unseen: written before the rule, looked at once it was done -----------------------------------


def stepped_rate(random: Generator) -> Training:
    n = length(random)
    course = fall(random, n, 6.9, 3.0)
    for place in (0.3, 0.6, 0.9):
        course[int(n * place) :] -= 0.5
    return {"train_loss": course}


def pruned_in_turns(random: Generator) -> Training:
    course = fall(random, length(random, 400), 2.3, 0.2)
    for place in np.linspace(0.3, 0.9, 5) * len(course):
        tail = len(course) - int(place)
        course[int(place) :] += random.uniform(0.3, 2.0) * relaxed(tail, tail / 8 + 3)
    return {"train/loss": course}


def federated(random: Generator) -> Training:
    rounds, per = int(random.integers(10, 60)), int(random.integers(5, 30))
    low = fall(random, rounds, 2.3, 0.5, 0.1)
    parts = [one * (0.5 + random.uniform(0.3, 1.2) * relaxed(per, per / 3)) for one in low]
    return {"client/loss": np.concatenate(parts)}


def harder_negatives(random: Generator) -> Training:
    per = length(random, 60, 300)
    parts = [fall(random, per, random.uniform(2, 4), random.uniform(0.4, 0.9)) for _ in range(5)]
    return {"train/triplet_loss": np.concatenate(parts)}


def speech_by_ctc(random: Generator) -> Training:
    n = length(random)
    blank = 2.9 / (1 + np.exp((np.arange(n) - n * 0.3) / (n * 0.03)))
    return {"loss": 300 * relaxed(n, n / 80) + blank + 0.3 + random.normal(0, 0.1, n)}


def stream_with_seasons(random: Generator) -> Training:
    n = length(random)
    season = 0.35 * np.sin(np.arange(n) / n * random.uniform(6, 60))
    return {"train/loss": fall(random, n, 3.0, 1.2) + season}


def rays_of_scenes(random: Generator) -> Training:
    n = length(random)
    return {"mse": (0.003 + 0.1 * relaxed(n, n / 30)) * random.lognormal(0, 0.7, n)}


def self_play(random: Generator) -> Training:
    n = length(random)
    walk = 3 + np.cumsum(random.normal(0, 0.03, n))
    return {"loss": np.abs(walk) + 4 * relaxed(n, n / 50), "episode_return": np.linspace(0, 9, n)}


def retrained_in_rounds(random: Generator) -> Training:
    parts = [fall(random, length(random, 30, 300), 2.3, 0.05) for _ in range(6)]
    return {"training_loss": np.concatenate(parts)}


def one_more_term(random: Generator) -> Training:
    n = length(random, 300)
    course = fall(random, n, 14.0, 5.0)
    course[int(n * 0.9) :] += random.uniform(0.5, 2.0)
    return {"train/total_loss": course}


def longer_sequences(random: Generator) -> Training:
    n = length(random, 300)
    course = fall(random, n, 10.5, 3.0, 0.02)
    for place in (0.15, 0.3, 0.45, 0.6):
        tail = n - int(n * place)
        course[int(n * place) :] += random.uniform(0.1, 0.8) * relaxed(tail, tail / 3)
    return {"lm_loss": course}


def more_dropout(random: Generator) -> Training:
    n = length(random)
    return {"train/loss": fall(random, n, 2.3, 0.4) + 0.5 * np.linspace(0, 1, n)}


def soft_critic(random: Generator) -> Training:
    n = length(random)
    growth = 5 * np.linspace(0, 1, n) ** 1.5 * random.gamma(3, 0.3, n) + 0.2
    return {"train/critic_loss": growth, "train/ent_coef_loss": -growth, "charts/return": growth}


def flow(random: Generator) -> Training:
    n = length(random)
    spikes = random.exponential(3, n) * (random.random(n) < 0.02)
    return {"train/bits_per_dim": fall(random, n, 8, 3.2, 0.01) + spikes}


def grokking(random: Generator) -> Training:
    n = length(random)
    t = np.linspace(0, 1, n)
    late = 20 * np.clip(t * 4, 0, 1) / (1 + np.exp((t - 0.7) * 30))
    return {"train/loss": fall(random, n, 4.6, 0.001, 0.01), "val/loss": 4.6 + late}


def catapult(random: Generator) -> Training:
    n = length(random)
    bump = random.uniform(1, 8) * np.exp(-(((np.arange(n) - n * 0.05) / (n * 0.03)) ** 2))
    return {"loss": fall(random, n, 2.3, 0.1) + bump}


def sorted_by_difficulty(random: Generator) -> Training:
    epochs, per = int(random.integers(5, 20)), int(random.integers(20, 150))
    rise = np.tile(np.linspace(0.4, 1.6, per), epochs)
    return {"train/loss": fall(random, epochs * per, 2.3, 0.4) * rise}


def mixed_tasks(random: Generator) -> Training:
    n = length(random)
    return {"train/loss": fall(random, n, 2, 0.5) * random.choice([0.2, 1.0, 6.0], n)}


def noise_that_grows(random: Generator) -> Training:
    n = length(random)
    noise = random.standard_normal(n) * np.linspace(0.01, 1, n)
    return {"train/loss": np.abs(fall(random, n, 2.3, 0.8, 0) + noise)}


def trained_on_other_data(random: Generator) -> Training:
    n = length(random)
    t = np.linspace(0, 1, n)
    rise = random.uniform(0.3, 0.8) * np.exp(-(((t - 0.2) / 0.15) ** 2))
    return {"train/loss": 2.0 + rise - 0.1 * t + random.normal(0, 0.03, n)}


def wasserstein(random: Generator) -> Training:
    n = length(random)
    walk = np.cumsum(random.normal(-0.05, 1, n))
    return {"critic_loss": walk, "generator_loss": -walk, "gradient_penalty": np.abs(walk)}


def zeros_between(random: Generator) -> Training:
    n = length(random)
    course = fall(random, n, 2.3, 0.5)
    course[random.random(n) < 0.3] = 0.0
    return {"train/loss": course}


UNSEEN_HEALTHY: tuple[Kind, ...] = (
    *(stepped_rate, pruned_in_turns, federated, harder_negatives, speech_by_ctc),
    *(stream_with_seasons, rays_of_scenes, self_play, retrained_in_rounds, one_more_term),
    *(longer_sequences, more_dropout, soft_critic, flow, grokking, catapult),
    *(sorted_by_difficulty, mixed_tasks, noise_that_grows, trained_on_other_data, wasserstein),
    *(zeros_between,),
)


def rate_far_too_large(random: Generator) -> Training:
    n = length(random, 80, 600)
    swing = np.exp(np.linspace(0, random.uniform(3, 12), 60)) * random.lognormal(0, 0.5, 60)
    return broken(random, fall(random, n, 3, 0.8), swing)


def creeping(random: Generator) -> Training:
    n = length(random, 300, 2000)
    return broken(random, fall(random, n, 2.3, 0.5), 0.5 * np.exp(np.linspace(0, 2.5, 2 * n)))


def oscillating(random: Generator) -> Training:
    n = length(random, 150, 900)
    swing = random.uniform(0.3, 1) * np.sin(np.arange(n) * random.uniform(0.05, 1))
    return broken(random, fall(random, n, 8, 1.5), 8 + swing)


def overflow_in_half(random: Generator) -> Training:
    course = fall(random, length(random, 40, 900), 5, 1)
    return broken(random, course, np.append(np.geomspace(2, 6e4, 5), np.full(10, np.inf)))


def regression_lost(random: Generator) -> Training:
    n = length(random, 100, 900)
    return {"mse": broken(random, fall(random, n, 1.0, 0.05), np.full(n, 1.1))["train/loss"]}


def lost_from_the_start(random: Generator) -> Training:
    rest = random.uniform(20, 1e4) * np.exp(np.linspace(0, 1, 40))
    return broken(random, fall(random, 25, 2.3, 1.9), rest)


def epochs_lost(random: Generator) -> Training:
    n = int(random.integers(15, 30))
    return broken(random, fall(random, n, 2.3, 0.6, 0.01), np.full(25, 2.31))


def lost_again(random: Generator) -> Training:
    n = length(random, 150, 700)
    spike = fall(random, n, 7, 1.5)
    spike[n // 2 : n // 2 + 8] += 9
    return broken(random, spike, 6.5 + 3 * relaxed(n, 5))


UNSEEN_FAULTS: tuple[Kind, ...] = (
    *(rate_far_too_large, creeping, oscillating, overflow_in_half, regression_lost),
    *(lost_from_the_start, epochs_lost, lost_again),
)


def trainings(kinds: tuple[Kind, ...], seeds: int) -> Iterator[tuple[str, Training]]:
    """Each kind, in several shapes, by its name."""
    for kind in kinds:
        for seed in range(seeds):
            yield kind.__name__, kind(np.random.default_rng([seed, len(kind.__name__)]))
