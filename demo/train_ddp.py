"""Train the same CNN on several processes of one machine: DistributedDataParallel over gloo.

    torchrun --nproc-per-node 2 demo/train_ddp.py
    tuimon run -- torchrun --nproc-per-node 2 demo/train_ddp.py

Each rank logs to a directory of its own, runs/ddp/rank0 and so on: its loss per batch on its part
of the data. Rank 0 adds the accuracy on the test set. Ctrl-C ends all ranks after the same batch.
"""

import argparse
import os
import signal
from itertools import count
from pathlib import Path

import torch
import torch.distributed as dist
from digits import DigitNet, accuracy, augment, load_data
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler
from torch.utils.tensorboard import SummaryWriter


def parse_args() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description="Train a small CNN on several processes.")
    option = parser.add_argument
    option("--epochs", type=int, default=40)
    option("--lr", type=float, default=1e-3)
    option("--batch-size", type=int, default=32, help="per process")
    option("--logdir", type=Path, default=Path("runs/ddp"))
    option("--crash-rank", type=int, metavar="RANK", help="this rank raises an error …")
    option("--crash-at", type=int, default=20, metavar="STEP", help="… after this step (20)")
    return parser.parse_args()


def main() -> None:
    """Train until the last epoch or an interrupt."""
    args = parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    interrupted = torch.zeros(1)
    # torchrun passes Ctrl-C on to its workers and waits for them.
    signal.signal(signal.SIGINT, lambda *_: interrupted.fill_(1))
    dist.init_process_group("gloo")
    rank, ranks = dist.get_rank(), dist.get_world_size()
    train_set, test_set = load_data()
    sampler = DistributedSampler(train_set, ranks, rank, drop_last=True)
    batches = DataLoader(train_set, args.batch_size, sampler=sampler, drop_last=True)
    model = DistributedDataParallel(DigitNet())
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    writer = SummaryWriter(args.logdir / f"rank{rank}")
    print(f"rank {rank} of {ranks} has PID {os.getpid()}", flush=True)

    steps = count(1)
    for epoch in range(args.epochs):
        sampler.set_epoch(epoch)
        model.train()
        for images, labels in batches:
            step = next(steps)
            loss = cross_entropy(model(augment(images)), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            writer.add_scalar("Loss/train", loss.item(), step)
            if rank == args.crash_rank and step == args.crash_at:
                raise RuntimeError(f"rank {rank} crashes, as --crash-rank says")
            # All or none: a rank that stopped alone would leave the others waiting.
            stop = interrupted.clone()
            dist.all_reduce(stop, dist.ReduceOp.MAX)
            if stop:
                print(f"rank {rank} stops after step {step}", flush=True)
                break
        else:
            if rank == 0:
                model.eval()
                with torch.no_grad():
                    test_images, test_labels = test_set.tensors
                    correct = accuracy(model.module(test_images), test_labels)
                writer.add_scalar("Accuracy/test", correct, step)
                print(f"epoch {epoch + 1:2}/{args.epochs}  accuracy {correct:.3f}", flush=True)
            continue
        break
    writer.close()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
