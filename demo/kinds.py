"""Log every kind of data that TensorBoard knows, within seconds: to look at with `tuimon view`.

    python demo/kinds.py [LOGDIR]              # kinds
    python demo/kinds.py --live 60 [LOGDIR]    # a step a second for a minute, to watch meanwhile

Two runs of handwritten digits without a training, and trials of hyperparameters: what varies with
the step is made up.
"""

import argparse
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from digits import DigitNet, load_data
from PIL import Image
from tensorboard.compat.proto.summary_pb2 import Summary
from torch.profiler import ProfilerActivity, profile, tensorboard_trace_handler
from torch.utils.tensorboard import SummaryWriter

RATE = 8000
TRIALS = 16


def main() -> None:
    parser = argparse.ArgumentParser(description="Log every kind of data that TensorBoard knows.")
    parser.add_argument("logdir", nargs="?", type=Path, default=Path("kinds"))
    parser.add_argument("--live", type=int, metavar="SECONDS", help="log a step a second")
    options = parser.parse_args()
    steps = range(0, 10 * max(2, options.live or 30), 10)
    # In a log that is complete at once, large things come with every fifth step.
    rare = 1 if options.live else 5
    runs = [
        log_run(options.logdir / run, quality, steps, rare)
        for run, quality in (("adam", 1.0), ("sgd", 0.6))
    ]
    trials = log_trials(options.logdir / "trials")
    for _ in zip(*runs, strict=True):
        next(trials, None)
        if options.live:
            time.sleep(1)
    for _ in trials:
        pass


def log_trials(logdir: Path) -> Iterator[None]:
    """Hyperparameters and what came of them: the learning rate matters, and has a best value."""
    random = np.random.default_rng(2)
    for number in range(TRIALS):
        optimizer = ("adam", "sgd")[number % 2]
        lr = float(10 ** random.uniform(-4, -1))
        dropout, batch = random.choice([0.0, 0.1, 0.3]), random.choice([32, 64, 128])
        lost = 0.05 * (np.log10(lr) + 2.5) ** 2 + 0.02 * (optimizer == "sgd") + 0.05 * dropout
        accuracy = 0.98 - lost + random.normal(0, 0.004)
        with SummaryWriter(logdir / f"{number:02}") as writer:
            writer.add_hparams(
                {"optimizer": optimizer, "lr": lr, "dropout": dropout, "batch_size": int(batch)},
                {"hparam/accuracy": accuracy, "hparam/loss": 2.5 * (1 - accuracy)},
                run_name=".",
            )
        yield


def log_run(logdir: Path, quality: float, steps: range, rare: int) -> Iterator[None]:
    """A run that gets better with each step; what is large comes with every `rare` step."""
    with SummaryWriter(logdir) as writer:
        yield from log_steps(writer, quality, steps, rare)
        writer.add_hparams(
            {"optimizer": logdir.name, "lr": 1e-3 / quality},
            {"hparam/accuracy": quality - 0.02},
            run_name=".",
            global_step=steps[-1],
        )


def log_steps(writer: SummaryWriter, quality: float, steps: range, rare: int) -> Iterator[None]:
    random = np.random.default_rng(0)
    torch.manual_seed(0)
    _, test_set = load_data()
    images, labels = (tensor[:300] for tensor in test_set.tensors)
    features = images.flatten(1)
    _, _, axes = torch.linalg.svd(features - features.mean(0), full_matrices=False)
    points = (features - features.mean(0)) @ axes[:3].T
    palette = torch.tensor(
        [[230, 90, 80], [90, 200, 120], [90, 140, 255], [240, 200, 70], [200, 110, 220],
         [90, 210, 220], [250, 150, 60], [180, 180, 190], [150, 220, 60], [240, 130, 180]]
    )  # fmt: skip
    margin = ["Accuracy/mean", "Accuracy/least", "Accuracy/most"]
    charts = {"loss": ["Multiline", ["Loss/.*"]], "accuracy of folds": ["Margin", margin]}
    writer.add_custom_scalars({"digits": charts})
    model = DigitNet()
    writer.add_graph(model, images[:1])
    log_profile(model, images, Path(writer.log_dir))
    names = [[str(label), f"digit {number}"] for number, label in enumerate(labels.tolist())]
    for number, step in enumerate(steps):
        done = quality * step / steps[-1]
        writer.add_scalar("Loss/train", 2.3 * (1 - 0.9 * done), step)
        writer.add_scalar("Loss/test", 2.3 * (1 - 0.8 * done), step)
        for tag, spread in zip(margin, (0, -0.2, 0.1), strict=True):
            writer.add_scalar(tag, 0.1 + 0.88 * done + spread * (1 - done), step)
        weights = random.normal(done, 1.2 - 0.7 * done, 3000)
        writer.add_histogram("weights", np.append(weights, random.normal(-3, 0.3, 500)), step)
        noisy = images[:12] + torch.randn(12, 1, 8, 8) * (1 - done)
        writer.add_images("digits", noisy.clamp(0, 1), step)
        is_three = (labels == 3).numpy().astype(int)
        guess = is_three * done * 0.6 + random.random(len(labels)) * (1 - done * 0.6)
        writer.add_pr_curve("is a 3", is_three, guess.clip(0, 1), step)
        for name, parameter in model.named_parameters():
            writer.add_histogram(f"Weights/{name}", parameter * (1 - done), step)
        if number % rare == 0:
            writer.add_mesh("torus", *torus(done), global_step=step)
            writer.add_mesh("features", points[None], palette[labels][None], global_step=step)
            writer.add_audio("chirp", chirp(done), step, sample_rate=RATE)
            rows = "".join(f"| {digit} | {done * 0.98:.1%} |\n" for digit in range(4))
            text = (
                f"# Step {step}\n\nAccuracy by *digit*:\n\n| digit | accuracy |\n|---|--:|\n{rows}"
            )
            writer.add_text("report", text, step)
            blurred = features + torch.randn(features.shape) * (1 - done)
            writer.add_embedding(
                blurred, names, metadata_header=["digit", "name"], global_step=step, tag="features"
            )
            # torch's add_video needs another package.
            clip = Summary.Image(
                height=48, width=48, colorspace=3, encoded_image_string=film(noisy)
            )
            video = Summary(value=[Summary.Value(tag="film", image=clip)])
            writer._get_file_writer().add_summary(video, step)
        writer.flush()
        yield


def log_profile(model: torch.nn.Module, images: torch.Tensor, logdir: Path) -> None:
    """A trace of what a few batches cost."""
    handler = tensorboard_trace_handler(str(logdir), use_gzip=True)
    with profile(activities=[ProfilerActivity.CPU], on_trace_ready=handler):
        for _ in range(3):
            model(images[:32]).sum().backward()


def torus(done: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Vertices, colours and triangles, each [1, n, 3], of a ring that gets waves."""
    around, along = 90, 40
    u, v = np.meshgrid(np.arange(around), np.arange(along), indexing="ij")
    a, b = u * 2 * np.pi / around, v * 2 * np.pi / along
    thick = 0.4 + 0.12 * done * np.sin(6 * a)
    ring = 1 + thick * np.cos(b)
    vertices = np.stack([ring * np.cos(a), thick * np.sin(b), ring * np.sin(a)], -1)
    colours = 127 + 127 * np.stack([np.cos(a), np.sin(a), np.cos(b)], -1)
    here, right = u * along + v, (u + 1) % around * along + v
    above, beyond = u * along + (v + 1) % along, (u + 1) % around * along + (v + 1) % along
    faces = np.concatenate(
        [np.stack([here, right, beyond], -1), np.stack([here, beyond, above], -1)]
    )
    parts = (vertices.astype("f4"), colours.astype("u1"), faces.astype("i4"))
    vertices_, colours_, faces_ = (torch.from_numpy(part.reshape(1, -1, 3)) for part in parts)
    return vertices_, colours_, faces_


def chirp(done: float) -> torch.Tensor:
    """Two seconds of a tone that rises, and one that sets in."""
    time = torch.arange(2 * RATE) / RATE
    rising = 0.6 * torch.sin(2 * torch.pi * (200 + 500 * (0.5 + done) * time) * time)
    fade = torch.clamp(1 - time / 2, min=0.2)
    return (rising * fade + 0.3 * torch.sin(2 * torch.pi * 1500 * time) * (time > 1))[None]


def film(images: torch.Tensor) -> bytes:
    """An animation of some digits."""
    frames = [
        Image.fromarray((255 * image[0]).byte().numpy()).resize((48, 48), Image.Resampling.NEAREST)
        for image in images.clamp(0, 1)
    ]
    buffer = BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=300, loop=0)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
