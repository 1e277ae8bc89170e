"""How tags are listed: a tree, with the course and the newest value of each."""

from tuimon.charts import roles
from tuimon.charts.model import Row, Span
from tuimon.present.tag_tree import TreeRow
from tuimon.text import fit, fit_name, safe, width
from tuimon.tui.panes.cells import line

_VALUE = 7
_COURSE, _WIDE_COURSE = 5, 10
_WIDE = 38


def course_cells(cells: int) -> int:
    """Cells of the sparklines in a list of so many."""
    return _WIDE_COURSE if cells >= _WIDE else _COURSE


def tag_head(count: int, told: str, cells: int) -> Row:
    """How many there are, and of which run values are told, if there are several."""
    told = fit_name(f"of {safe(told)}", min(cells - 12, width(f"of {safe(told)}"))) if told else ""
    rest = cells - len(f" tags {count} ") - width(told) - 1
    return line(
        (" ", roles.AXIS),
        ("tags", roles.TITLE),
        (f" {count} ", roles.DIM),
        ("─" * max(0, rest - bool(told)) + " " * bool(told), roles.AXIS),
        (told + " ", roles.DIM),
    )


def tree_row(row: TreeRow, value: str, course: str, cells: int, *, selected: bool) -> Row:
    """A branch with the number of its tags, or a tag; what its name shares goes first."""
    lead = " " + " " * min(row.depth, cells // 4)
    if row.tag is None:
        mark = "▾" if row.is_open else "▸"
        cue_role: roles.Role = roles.AXIS
        right, role = f"{row.tags} ", roles.TITLE
    else:
        mark = "·" if row.tag.colour is None else "━"
        cue_role = roles.DIM if row.tag.colour is None else roles.curve(row.tag.colour)
        longer = max(0, len(value) - _VALUE)
        right, role = f"{course[longer:]} {value:>{_VALUE}} ", roles.TEXT
    room = max(0, cells - len(lead) - 2 - width(right))
    name = fit(_name(row, room - 1), room)
    if selected:
        mark = "›" if row.tag else mark
        return (Span(f"{lead}{mark} {name}{right}", roles.SELECTED),)
    return line((lead, roles.DIM), (mark + " ", cue_role), (name, role), (right, roles.DIM))


def _name(row: TreeRow, room: int) -> str:
    name = safe(row.name)
    if width(name) > room and row.shared > 1:
        name = "…" + safe(row.name[row.shared :])
    return fit_name(name, room).rstrip()
