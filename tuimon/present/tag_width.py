"""What the pane of tags takes of the screen, which a launch has to know before there is one."""

TAGS_WIDTH = 30
TAGS_FROM_WIDTH = 100
"""A narrower terminal opens without it."""
_MARGIN = 1


def console_columns(width: int) -> int:
    """Columns of the console in a terminal of `width`, as the screen opens on a training."""
    return width - _MARGIN - (TAGS_WIDTH if width >= TAGS_FROM_WIDTH else 0)
