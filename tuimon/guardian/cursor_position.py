"""Where the cursor of the training's terminal is, for those who ask; no cell is kept."""

import re

from tuimon.console.escapes import SEQUENCE

_TOKEN = re.compile(r"[^\x00-\x1f\x7f]+|[\x00-\x1a\x1c-\x1f\x7f]|\x1b")
_NUMBER = re.compile(r"\d{1,5}")
_TAB = 8

# What takes two cells (East Asian Width, UAX #11), in blocks; and what takes none.
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60"
    "\uffe0-\uffe6\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff\U00020000-\U0003fffd]"
)
_NARROW = re.compile("[\u0300-\u036f\u200b-\u200f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]")


class CursorPosition:
    """Row and column, from 0, on a screen of `rows` × `columns`; and which modes are set."""

    def __init__(self) -> None:
        self.row = self.column = 0
        """The column is that of the screen's width while the next character is to wrap."""
        self.rows, self.columns = 40, 120
        self.modes: dict[str, bool] = {}
        """Modes that were set (``?25``, ``4``) or reset, by what they are called in ECMA-48."""
        self._margins: tuple[int, int] | None = None
        self._saved = 0, 0

    def follow(self, text: str, rows: int, columns: int) -> None:
        """Go where the cursor goes when `text` is printed on a screen of that size."""
        self.rows, self.columns = rows, columns
        self.row, self.column = min(self.row, rows - 1), min(self.column, columns)
        position = 0
        while token := _TOKEN.match(text, position):
            position = token.end()
            if token[0] != "\x1b":
                self._print(token[0])
            elif sequence := SEQUENCE.match(text, token.start()):
                position = sequence.end()
                if sequence["final"]:
                    self._control(sequence["final"], sequence["parameters"])
                elif sequence["simple"]:
                    self._simple(sequence["simple"])

    def _print(self, token: str) -> None:
        match token:
            case "\r":
                self.column = 0
            case "\n" | "\v" | "\f":
                self._line_feed()
            case "\b":
                self.column = max(0, min(self.column, self.columns - 1) - 1)
            case "\t":
                self._to(self.row, (self.column // _TAB + 1) * _TAB)
            case _ if token >= " " and token != "\x7f":
                wrapped, self.column = divmod(self.column + _cells(token) - 1, self.columns)
                self.column += 1
                for _ in range(min(wrapped, self.rows)):
                    self._line_feed()

    def _line_feed(self) -> None:
        bottom = self._margins[1] if self._margins else self.rows - 1
        if self.row != bottom:
            self.row = min(self.row + 1, self.rows - 1)

    def _to(self, row: int, column: int) -> None:
        self.row = max(0, min(row, self.rows - 1))
        self.column = max(0, min(column, self.columns - 1))

    def _simple(self, final: str) -> None:
        match final:
            case "D" | "E":
                self.column = 0 if final == "E" else self.column
                self._line_feed()
            case "M":
                top = self._margins[0] if self._margins else 0
                self._to(self.row if self.row == top else self.row - 1, self.column)
            case "7":
                self._saved = self.row, self.column
            case "8":
                self.row, self.column = self._saved
            case "c":
                self.row = self.column = 0
                self.modes.clear()
                self._margins, self._saved = None, (0, 0)

    def _control(self, final: str, parameters: str) -> None:
        numbers = [int(number) for number in _NUMBER.findall(parameters)]
        first, second = [*numbers, 0, 0][:2]
        if parameters.startswith("?"):
            if final in "hl":
                self._set_modes("?", numbers, final == "h")
            return
        match final:
            case "A" | "F":
                self._to(self.row - max(1, first), 0 if final == "F" else self.column)
            case "B" | "E" | "e":
                self._to(self.row + max(1, first), 0 if final == "E" else self.column)
            case "C" | "a":
                self._to(self.row, self.column + max(1, first))
            case "D":
                self._to(self.row, min(self.column, self.columns - 1) - max(1, first))
            case "G" | "`":
                self._to(self.row, first - 1)
            case "d":
                self._to(first - 1, self.column)
            case "H" | "f":
                # An empty first parameter is not in `numbers`.
                if parameters.startswith(";"):
                    first, second = 1, first
                self._to(first - 1, second - 1)
            case "r":
                bottom = min(second or self.rows, self.rows) - 1
                whole = first <= 1 and bottom == self.rows - 1
                self._margins = None if whole else (max(0, first - 1), bottom)
                self._to(0, 0)
            case "s" | "u":
                self._simple("7" if final == "s" else "8")
            case "h" | "l":
                self._set_modes("", numbers, final == "h")

    def _set_modes(self, prefix: str, numbers: list[int], value: bool) -> None:
        for number in numbers:
            if len(self.modes) < 1000:
                self.modes[f"{prefix}{number}"] = value
            if prefix and number in (1048, 1049):
                self._simple("7" if value else "8")


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    return max(1, len(text) + len(_WIDE.findall(text)) - len(_NARROW.findall(text)))
