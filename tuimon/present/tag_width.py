"""What the pane of tags takes of the screen, which a launch has to know before there is one."""

TAGS_FROM_WIDTH = 100
"""A narrower terminal opens without it."""
_LEAST, _TREE = 30, 40
_SHARE = 2 / 7
_MARGIN = 1


def tags_width(columns: int, wanted: int = 0) -> int:
    """Cells of the pane in a terminal of so many columns, of those that its runs could use."""
    return max(_LEAST, min(max(_TREE, wanted), int(columns * _SHARE)))


def console_columns(width: int) -> int:
    """Columns of the console in a terminal of `width`, as the screen opens on a training."""
    return width - _MARGIN - (tags_width(width) if width >= TAGS_FROM_WIDTH else 0)
