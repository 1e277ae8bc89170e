"""Train a small CNN on scikit-learn's digits and log it to Weights & Biases.

WANDB_MODE=offline python demo/train_wandb.py    # without an account
"""

import argparse

import torch
import wandb
from digits import DigitNet, accuracy, augment, load_data
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a small CNN on handwritten digits.")
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    wandb.init(project="digits", config=vars(args))
    train_set, test_set = load_data()
    test_images, test_labels = test_set.tensors
    batches = DataLoader(train_set, args.batch_size, shuffle=True, drop_last=True)
    model = DigitNet()
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)

    for epoch in range(1, args.epochs + 1):
        model.train()
        for images, labels in batches:
            logits = model(augment(images))
            loss = cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            wandb.log({"accuracy": accuracy(logits, labels), "loss": loss.item()})

        model.eval()
        with torch.no_grad():
            test_accuracy = accuracy(model(test_images), test_labels)
        print(f"epoch {epoch:2}/{args.epochs}  test accuracy {test_accuracy:.2%}")

    wandb.finish()


if __name__ == "__main__":
    main()
