"""Train a small CNN on scikit-learn's digits and log everything to TensorBoard.

    python demo/train.py             # about a minute on one CPU core
    python demo/train.py --resume    # go on from the newest checkpoint, after Ctrl-C or a crash

The log and checkpoint.pt go to runs/<date>_<host>.
"""

import argparse
import math
import signal
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from digits import DigitNet, accuracy, augment, load_data
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

HPARAMS = ("epochs", "lr", "batch_size", "seed")


def parse_args() -> tuple[argparse.Namespace, dict[str, Any] | None]:
    """Return the options and the checkpoint to resume, if any."""
    parser = argparse.ArgumentParser(description="Train a small CNN on handwritten digits.")
    option = parser.add_argument
    option("--epochs", type=int, default=80)
    option("--lr", type=float, default=1e-3, help="peak learning rate")
    option("--batch-size", type=int, default=32)
    option("--seed", type=int, default=0)
    option("--threads", type=int, default=1, help="CPU threads")
    option("--logdir", type=Path, help="log directory (runs/<date>_<host>)")
    option(
        "--resume", nargs="?", const="newest", metavar="FILE", help="go on from FILE (the newest)"
    )
    option("--diverge", action="store_true", help="raise the learning rate until the loss is NaN")
    option("--crash-at", type=int, metavar="STEP", help="raise an error after this step")
    args = parser.parse_args()
    checkpoint = None
    if args.resume is not None:
        path = Path(args.resume)
        if args.resume == "newest":
            found = (args.logdir or Path("runs")).rglob("checkpoint.pt")
            path = max(found, key=lambda path: path.stat().st_mtime, default=path)
        if not path.is_file():
            parser.error(f"no checkpoint to resume: {path}")
        checkpoint = torch.load(path, weights_only=True)
        # What the checkpoint was trained with replaces the defaults; the command line wins.
        parser.set_defaults(**checkpoint["hparams"], logdir=path.parent)
        args = parser.parse_args()
    if args.epochs <= (checkpoint["epoch"] if checkpoint else 0):
        parser.error(f"nothing to train up to epoch {args.epochs}: give more --epochs")
    return args, checkpoint


class Trainer:
    """The training: model, optimizer and log, at a step of an epoch."""

    def __init__(self, args: argparse.Namespace, checkpoint: dict[str, Any] | None) -> None:
        self.args = args
        train_set, test_set = load_data()
        self.test_images, self.test_labels = test_set.tensors
        self.shuffle = torch.Generator()
        self.batches = DataLoader(
            train_set, args.batch_size, shuffle=True, generator=self.shuffle, drop_last=True
        )
        self.model = DigitNet()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=args.lr)
        self.scheduler = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self.lr_factor)
        self.epoch = 0  # epochs completed
        self.step = 0  # batches trained on
        self.interrupted = False
        if checkpoint:
            self.epoch, self.step = checkpoint["epoch"], checkpoint["step"]
            self.model.load_state_dict(checkpoint["model"])
            self.optimizer.load_state_dict(checkpoint["optimizer"])
            self.scheduler.load_state_dict(checkpoint["scheduler"])
            torch.set_rng_state(checkpoint["rng"])
            print(f"resuming after step {self.step}")

        # A crashed training has logged steps that its checkpoint does not know: hide them.
        purge_step = self.step + 1 if checkpoint else None
        self.writer = SummaryWriter(args.logdir, purge_step=purge_step)
        self.checkpoint_path = Path(self.writer.log_dir) / "checkpoint.pt"
        self.hparams = {name: getattr(args, name) for name in HPARAMS}

    def interrupt(self, *_: object) -> None:
        """Ctrl-C ends the training after the batch in hand; a second one ends it at once.

        An interrupt within a write can break SummaryWriter's queue, and its close then hangs.
        """
        self.interrupted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def lr_factor(self, step: int) -> float:
        """Warm up over 5 % of the steps, then follow a half cosine to zero; or explode."""
        if self.args.diverge:
            return 1.03 ** min(step, 1000)
        total = self.args.epochs * len(self.batches)
        return min((step + 1) / (0.05 * total), (1 + math.cos(math.pi * step / total)) / 2)

    def save_checkpoint(self) -> None:
        """Replace the checkpoint whole, so that no interrupt leaves half of one."""
        partial = self.checkpoint_path.with_suffix(".partial")
        checkpoint = {
            "epoch": self.epoch,
            "step": self.step,
            "hparams": self.hparams,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "rng": torch.get_rng_state(),
        }
        torch.save(checkpoint, partial)
        partial.replace(self.checkpoint_path)

    def fit(self) -> None:
        """Train for the epochs that are left, with a test and a checkpoint after each."""
        if self.step == 0:
            rows = [f"| {name} | {value} |" for name, value in self.hparams.items()]
            self.writer.add_text("Config", "\n".join(["| option | value |", "|---|---|", *rows]))
        while self.epoch < self.args.epochs:
            train_loss = self.train_epoch()
            test_loss, test_accuracy = self.test()
            self.epoch += 1
            self.save_checkpoint()
            tqdm.write(
                f"epoch {self.epoch:2}/{self.args.epochs}  train loss {train_loss:.4f}  "
                f"test loss {test_loss:.4f}  test accuracy {test_accuracy:.2%}"
            )
        self.writer.add_hparams(
            self.hparams,
            {"hparam/accuracy": test_accuracy, "hparam/loss": test_loss},
            run_name=".",  # in this log directory: the default makes a run of its own
            global_step=self.step,
        )

    def train_epoch(self) -> float:
        """Train on the batches of the epoch that are left; return their mean loss."""
        self.model.train()
        self.shuffle.manual_seed(self.args.seed + self.epoch)  # a resumed epoch's order is the same
        done = self.step - self.epoch * len(self.batches)
        bar = tqdm(
            islice(self.batches, done, None),
            desc=f"epoch {self.epoch + 1}/{self.args.epochs}",
            initial=done,
            total=len(self.batches),
            leave=False,
            disable=None,  # no bar in a log file
        )
        losses = []
        for images, labels in bar:
            logits = self.model(augment(images))
            loss = cross_entropy(logits, labels)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()

            self.step += 1
            losses.append(loss.item())
            self.writer.add_scalar("Loss/train", losses[-1], self.step)
            self.writer.add_scalar("Accuracy/train", accuracy(logits, labels), self.step)
            self.writer.add_scalar("LearningRate", self.scheduler.get_last_lr()[0], self.step)
            self.scheduler.step()
            bar.set_postfix(loss=f"{losses[-1]:.4f}", refresh=False)
            if self.step == self.args.crash_at:
                raise RuntimeError(f"crashed on purpose at step {self.step}")
            if self.interrupted:
                raise KeyboardInterrupt
        return sum(losses) / len(losses) if losses else math.nan

    @torch.no_grad()
    def test(self) -> tuple[float, float]:
        """Log how the model does on the test set; return the loss and the accuracy."""
        self.model.eval()
        features = self.model.features(self.test_images)
        logits = self.model.classifier(features)
        test_loss = cross_entropy(logits, self.test_labels).item()
        test_accuracy = accuracy(logits, self.test_labels)
        self.writer.add_scalar("Loss/test", test_loss, self.step)
        self.writer.add_scalar("Accuracy/test", test_accuracy, self.step)
        if self.epoch == 0:
            self.writer.add_graph(self.model, self.test_images[:1])
        if math.isfinite(test_loss):  # neither a histogram nor an SVD can be made of NaN
            for name, parameter in self.model.named_parameters():
                self.writer.add_histogram(f"Weights/{name}", parameter, self.step)
            self.log_features(features)
            self.log_predictions(logits.softmax(dim=1))
        return test_loss, test_accuracy

    def log_features(self, features: Tensor) -> None:
        """Log the features as points in 3-D (principal components), one colour a digit."""
        centred = features - features.mean(dim=0)
        _, _, components = torch.linalg.svd(centred, full_matrices=False)
        points = centred @ components[:3].T
        palette = torch.randint(256, (10, 3), generator=torch.Generator().manual_seed(1)).byte()
        colors = palette[self.test_labels]
        self.writer.add_mesh("Features", points[None], colors[None], global_step=self.step)

    def log_predictions(self, probabilities: Tensor) -> None:
        """Log precision-recall curves, and the test digits that the model reads worst."""
        labels = self.test_labels
        for digit in range(10):
            self.writer.add_pr_curve(
                f"Digit/{digit}", labels == digit, probabilities[:, digit], self.step
            )

        predicted = probabilities.argmax(dim=1)
        confidence = probabilities.gather(1, labels.unsqueeze(1)).squeeze(1)
        worst = confidence.argsort()[:16]
        colors = torch.tensor([[0.9, 0.2, 0.2], [0.2, 0.7, 0.3]])  # wrong: red, right: green
        frames = colors[(predicted == labels)[worst].long()]
        tiles = frames[:, :, None, None].repeat(1, 1, 56, 56)
        tiles[:, :, 4:-4, 4:-4] = nn.functional.interpolate(self.test_images[worst], scale_factor=6)
        self.writer.add_images("Predictions/worst", tiles, self.step)

        rows = [f"| {labels[i]} | {predicted[i]} | {confidence[i]:.1%} |" for i in worst[:8]]
        table = ["| digit | predicted | probability of the digit |", "|---|---|---|", *rows]
        self.writer.add_text("Predictions/worst", "\n".join(table), self.step)


def main() -> None:
    args, checkpoint = parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    trainer = Trainer(args, checkpoint)
    signal.signal(signal.SIGINT, trainer.interrupt)
    with trainer.writer:
        try:
            trainer.fit()
        except KeyboardInterrupt:
            trainer.save_checkpoint()
            tqdm.write(f"stopped at step {trainer.step}, saved {trainer.checkpoint_path}")
            sys.exit(130)


if __name__ == "__main__":
    main()
