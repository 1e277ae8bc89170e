"""Pictures in pixels over blank cells of the screen, and what covers them."""

from tuimon.tui.graphics import Encoded, Protocol, placed, removed
from tuimon.tui.image import TerminalImage


class Placement:
    """Which pictures are to be seen, over an image of the terminal.

    A notification over sixels leaves a hole where it was, and kitty draws pictures over text: what
    is covered, even in part, is not shown, and is sent again when all its cells are blank.
    """

    def __init__(self, image: TerminalImage) -> None:
        self._image = image
        self._pictures: list[Encoded] = []
        self._covered = False
        self.unplaced = False
        """The terminal has to be told something, once it shows all cells."""

    def __bool__(self) -> bool:
        return bool(self._pictures)

    def place(self, pictures: list[Encoded]) -> None:
        """Show these pictures and no others."""
        if pictures == self._pictures:
            return
        for area, _ in self._pictures:
            self._image.lose(*area)
        self._pictures, self.unplaced = pictures, True
        self._covered = self._is_covered()

    def drawn(self) -> None:
        """Something was drawn into the image."""
        if self._pictures and (covered := self._is_covered()) != self._covered:
            self._covered, self.unplaced = covered, True

    def forget(self) -> None:
        """The terminal may show anything now."""
        self.unplaced = bool(self._pictures)

    def take(self, protocol: Protocol) -> str:
        """What to send, where all cells were sent."""
        if not self.unplaced:
            return ""
        self.unplaced = False
        return removed(protocol) + ("" if self._covered else placed(self._pictures))

    def _is_covered(self) -> bool:
        return not all(self._image.is_blank(*area) for area, _ in self._pictures)
