"""Train twelve small networks on scikit-learn's digits: four learning rates, three seeds each.

    python demo/seeds.py              # about 15 s on one CPU core
    tuimon view runs/seeds --group lr

Each logs to its own directory below runs/seeds.
"""

import argparse
from pathlib import Path

import torch
from digits import accuracy, load_data
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

RATES = (0.003, 0.03, 0.1, 0.5)


def train(directory: Path, lr: float, seed: int, steps: int, batch_size: int) -> None:
    """Train a network of 64 hidden units by SGD on random batches."""
    torch.manual_seed(seed)
    train_set, test_set = load_data()
    images, labels = train_set.tensors
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr, momentum=0.9)
    with SummaryWriter(str(directory)) as writer:
        for summary in hparams({"lr": lr, "seed": seed, "batch_size": batch_size}, {}):
            writer.file_writer.add_summary(summary)
        for step in range(1, steps + 1):
            batch = torch.randint(len(images), (batch_size,))
            loss = cross_entropy(net(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % 2 == 0:
                writer.add_scalar("loss/train", loss.item(), step)
            if step % 10 == 0:
                with torch.no_grad():
                    logits = net(test_set.tensors[0])
                test_labels = test_set.tensors[1]
                writer.add_scalar("loss/val", cross_entropy(logits, test_labels).item(), step)
                writer.add_scalar("accuracy/val", accuracy(logits, test_labels), step)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    option = parser.add_argument
    option("--steps", type=int, default=300)
    option("--batch-size", type=int, default=64)
    option("--threads", type=int, default=1, help="CPU threads")
    option("--logdir", type=Path, default=Path("runs/seeds"))
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    for lr in RATES:
        for seed in range(3):
            directory = args.logdir / f"lr{lr}-seed{seed}"
            train(directory, lr, seed, args.steps, args.batch_size)


if __name__ == "__main__":
    main()
