"""Models for tests of graphs."""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(size, size) for _ in range(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weights = (self.q(x) @ self.k(x).transpose(1, 2)).softmax(-1)
        return self.o(weights @ self.v(x))


class Block(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.attention = Attention(size)
        self.feed = nn.Sequential(nn.Linear(size, 2 * size), nn.GELU(), nn.Linear(2 * size, size))
        self.norm = nn.LayerNorm(size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attention(x)
        return self.norm(x + self.feed(x))


class Transformer(nn.Module):
    """Two lists of blocks of one class, whose operations torch names alike."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(50, 8)
        self.lower = nn.ModuleList(Block(8) for _ in range(2))
        self.upper = nn.ModuleList(Block(8) for _ in range(2))
        self.head = nn.Linear(8, 50, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.embedding(x)
        for block in (*self.lower, *self.upper):
            x = block(x)
        return self.head(x)


class Convolutions(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(3, 8, (3, 5), padding=1),
            nn.BatchNorm2d(8),
            nn.Conv2d(8, 8, 3, groups=4, dilation=2),
            nn.GroupNorm(2, 8),
            nn.Conv2d(8, 4, 3, stride=2),
            nn.Flatten(),
            nn.LazyLinear(10),
        )


MODELS = {
    "transformer": (Transformer, torch.zeros(2, 5, dtype=torch.long)),
    "convolutions": (Convolutions, torch.zeros(2, 3, 16, 16)),
}
