"""The data and the network that the demo trainings share.

The data are the 1797 handwritten digits (8x8 pixels) that ship inside scikit-learn: there is
nothing to download.
"""

import math

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.utils.data import TensorDataset


def load_data() -> tuple[TensorDataset, TensorDataset]:
    """Return the training set and the test set: images [n, 1, 8, 8] in 0..1, labels [n]."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(digits.target)
    # The split has its own seed: a resumed training must not meet its own test set.
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    test, train = order[:450], order[450:]
    return TensorDataset(images[train], labels[train]), TensorDataset(images[test], labels[test])


def augment(images: Tensor) -> Tensor:
    """Turn, scale and shift each image a little at random, and add noise."""
    n = len(images)
    angle = (torch.rand(n) - 0.5) * math.radians(40)
    scale = 1 + (torch.rand(n) - 0.5) * 0.4
    shift = (torch.rand(n, 2, 1) - 0.5) * 0.4
    cos, sin = scale * angle.cos(), scale * angle.sin()
    rotation = torch.stack([cos, -sin, sin, cos], dim=1).view(n, 2, 2)
    affine = torch.cat([rotation, shift], dim=2)
    grid = nn.functional.affine_grid(affine, list(images.shape), align_corners=False)
    moved = nn.functional.grid_sample(images, grid, align_corners=False)
    return moved + 0.1 * torch.randn_like(moved)


class DigitNet(nn.Module):
    """A small CNN: three convolutions and a 64-dimensional feature layer, then ten logits."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(2 * width, 2 * width, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(8 * width, 64),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(64, 10)

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.features(images))


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """Return the fraction of images whose largest logit is that of their label."""
    return (logits.argmax(dim=1) == labels).float().mean().item()
