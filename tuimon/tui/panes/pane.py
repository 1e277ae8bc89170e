"""What panes need of the screen around them."""

from typing import Any, Protocol


class ChangeLook(Protocol):
    """Changes fields of the look of the screen, which tells it to all panes at once."""

    def __call__(self, **changes: Any) -> None: ...


def keep_nothing(**changes: Any) -> None:
    """For a pane that stands alone."""
