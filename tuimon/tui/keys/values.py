"""Keys of the table of values."""

from tuimon.tui.keys.key import Key, everywhere

TABLE_KEYS = (
    Key("table-back", "escape,q,T,ctrl+c", "back", "Back", "Back to the charts", "back", 100),
    Key("table-help", "question_mark,f1", "help", "Help", "This help", "help", 90),
    Key("table-open", "enter", "open", "Chart", "Open the chart of the row", "chart", 85),
    Key("table-sort", "s", "sort", "Sort", "Sort by the column; again: reverse", "sort", 80),
    Key("table-filter", "slash", "filter", "Filter", "Filter runs and tags", "filter", 75),
    Key("table-left", "left,h", "move(-1, 0)", "Column left", "Choose a cell"),
    Key("table-down", "down,j", "move(0, 1)", "Row down", label="row", footer=70),
    Key("table-up", "up,k", "move(0, -1)", "Row up"),
    Key("table-right", "right,l", "move(1, 0)", "Column right"),
    Key("table-page", "n,pagedown,space", "page(1)", "Page down", "Next, previous page"),
    Key("table-page-up", "p,pageup", "page(-1)", "Page up"),
    Key("table-first", "home,g", "jump(-1)", "First row", "First, last row"),
    Key("table-last", "end,G", "jump(1)", "Last row"),
    Key("table-copy", "y", "copy('cell')", "Copy the cell", "Copy the cell, the row", "copy", 60),
    Key("table-copy-row", "Y", "copy('row')", "Copy the row"),
    Key("table-copy-all", "ctrl+y", "copy('all')", "Copy all rows", "Copy all rows"),
    *everywhere("table-"),
)
