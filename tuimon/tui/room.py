"""How the main screen shares out its columns."""

TAGS_WIDTH = 30
TAGS_FROM_WIDTH = 100
"""Columns from which on the tags are shown unless the user has hidden them."""
_MARGIN = 1


def console_columns(width: int) -> int:
    """Columns of the console in a terminal of `width`, as the screen opens on a training."""
    return width - _MARGIN - (TAGS_WIDTH if width >= TAGS_FROM_WIDTH else 0)
