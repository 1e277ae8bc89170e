"""Pictures in pixels over blank cells of the screen, and what covers them."""

from tuimon.terminal.graphics import Protocol, TerminalPicture, placed, removed, removed_all
from tuimon.terminal.screen_image import TerminalImage


class Placement:
    """Which pictures are to be seen, over an image of the terminal.

    A notification over sixels leaves a hole where it was, and kitty draws pictures over text: what
    is covered, even in part, is not shown, and is sent again when all its cells are blank.
    """

    def __init__(self, image: TerminalImage) -> None:
        self._image = image
        self._wanted: list[TerminalPicture] = []
        self._shown: list[TerminalPicture] = []
        self._gone: list[TerminalPicture] = []
        """That the terminal was not told to remove yet."""
        self._unknown = False
        """The terminal may show any picture that was ever sent."""
        self.unplaced = False
        """The terminal has to be told something, once it shows all cells."""

    @property
    def seen(self) -> bool:
        """Whether the terminal may show pictures, as far as it was told."""
        return bool(self._shown or self._gone) or self._unknown

    def place(self, pictures: list[TerminalPicture]) -> None:
        """Show these pictures and no others."""
        if pictures == self._wanted:
            return
        for one in [one for one in self._wanted if one not in pictures]:
            self._image.lose(*one.area)  # what is covered in part may still be seen around that
            if one in self._shown:
                self._hide(one)
        self._wanted, self.unplaced = pictures, True

    def drawn(self) -> None:
        """Something was drawn into the image."""
        for one in [one for one in self._shown if not self._is_free(one)]:
            self._hide(one)
        self.unplaced = self.unplaced or any(
            one not in self._shown and self._is_free(one) for one in self._wanted
        )

    def forget(self) -> None:
        """The terminal may show anything now."""
        self._unknown = self.seen
        self._shown, self._gone = [], []
        self.unplaced = self._unknown or bool(self._wanted)

    def take(self, protocol: Protocol) -> str:
        """What to send, where all cells were sent."""
        if not self.unplaced:
            return ""
        new = [one for one in self._wanted if one not in self._shown and self._is_free(one)]
        text = removed_all(protocol) if self._unknown else removed(protocol, self._gone)
        self._shown += new
        self._gone, self._unknown, self.unplaced = [], False, False
        return text + placed(new)

    def _hide(self, picture: TerminalPicture) -> None:
        self._shown.remove(picture)
        self._gone.append(picture)
        self.unplaced = True

    def _is_free(self, picture: TerminalPicture) -> bool:
        """Whether nothing covers a picture."""
        return self._image.is_blank(*picture.area)
