"""The control socket: one JSON object a line, one answer a line; nothing here ever blocks.

Its address serves paths of any length (`socket_address`).
"""

import json
import os
import selectors
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuimon.guardian.log import log

_LONGEST_REQUEST = 65536
_MOST_UNREAD = 262144
"""Bytes of answers a client may leave unread before it is dropped."""
_MOST_CLIENTS = 64
_LONGEST = 103
"""Bytes of a path that fit ``sun_path`` everywhere (unix(7): 108 on Linux; 104 on macOS)."""


class RequestError(ValueError):
    """A request that cannot be served; the message goes back to the client."""


class ControlServer:
    """Serves a Unix socket (0600) from the guardian's event loop.

    Registers its sockets with `selector`; the callback to call with the event mask is the
    registration's data. Only the owner of the run and root get answers. Clients that are slow or
    silent cost memory within bounds and never time. What one has asked that is gone before it is
    read is not done: it has been told that there was no answer.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        path: Path,
        answer: Callable[[dict[str, Any], int], dict[str, Any]],
        left: Callable[[int], None] = lambda _client: None,
    ) -> None:
        """Bind `path`; an `OSError` means that there can be no socket here (network homes).

        `answer` is called with a request and the number of the client, `left` with the number of
        one that is gone.
        """
        self._selector = selector
        self._path = path
        self._answer = answer
        self._left = left
        self._number = 0
        self._clients: set[_Client] = set()
        self._listener = self._listen()

    def is_removed(self) -> bool:
        """Whether somebody, such as a cleaner of old files, has removed the socket alone."""
        return not self._path.exists() and self._path.parent.exists()

    def restore(self, removed: bool) -> None:
        """Bind anew if the socket has been `removed`."""
        if removed:
            listener = self._listen()
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = listener

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.setblocking(False)
        self._path.unlink(missing_ok=True)
        with socket_address(self._path) as address:
            listener.bind(address)
        self._path.chmod(0o600)
        listener.listen(_MOST_CLIENTS)
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        return listener

    def close(self) -> None:
        """Remove the socket and drop all clients."""
        self._path.unlink(missing_ok=True)
        self._selector.unregister(self._listener)
        self._listener.close()
        for client in tuple(self._clients):
            self._drop(client)

    def _accept(self, _mask: int) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        if len(self._clients) >= _MOST_CLIENTS or not _is_permitted(connection):
            connection.close()
            return
        connection.setblocking(False)
        self._number += 1
        client = _Client(connection, self._number)
        self._clients.add(client)
        self._selector.register(
            connection, selectors.EVENT_READ, lambda mask: self._serve(client, mask)
        )

    def _serve(self, client: "_Client", mask: int) -> None:
        try:
            if mask & selectors.EVENT_READ and not self._receive(client):
                self._drop(client)
                return
            client.send()
        except OSError:
            self._drop(client)
            return
        writing = selectors.EVENT_WRITE if client.unsent else 0
        self._selector.modify(
            client.connection,
            selectors.EVENT_READ | writing,
            self._selector.get_key(client.connection).data,
        )

    def _receive(self, client: "_Client") -> bool:
        """Read and answer what has arrived; False when the client is to be dropped."""
        try:
            data = client.connection.recv(_LONGEST_REQUEST)
        except BlockingIOError:
            return True
        if client.is_gone:
            return False
        *lines, client.unread = (client.unread + data).split(b"\n")
        for line in lines:
            client.unsent += json.dumps(self._respond(line, client)).encode() + b"\n"
        return bool(
            data and len(client.unread) <= _LONGEST_REQUEST and len(client.unsent) <= _MOST_UNREAD
        )

    def _respond(self, line: bytes, client: "_Client") -> dict[str, Any]:
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise RequestError("a request is a JSON object")
            return {"ok": True, **self._answer(request, client.number)}
        except (ValueError, RecursionError) as error:
            return {"ok": False, "error": str(error)}
        except Exception as error:
            log(f"request {line[:200]!r} failed: {error!r}")
            return {"ok": False, "error": f"internal error: {error!r}"}

    def _drop(self, client: "_Client") -> None:
        self._clients.discard(client)
        self._selector.unregister(client.connection)
        client.connection.close()
        self._left(client.number)


class _Client:
    """A connection with its half-read request and its unsent answers."""

    def __init__(self, connection: socket.socket, number: int) -> None:
        self.connection = connection
        self.number = number
        self.unread = b""
        self.unsent = b""

    @property
    def is_gone(self) -> bool:
        """Whether it has hung up, and nothing more comes."""
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False

    def send(self) -> None:
        """Send what the socket takes."""
        if self.unsent:
            try:
                self.unsent = self.unsent[self.connection.send(self.unsent) :]
            except BlockingIOError:
                return


def _is_permitted(connection: socket.socket) -> bool:
    """Owner and root only. Elsewhere than on Linux the modes of socket and directory decide."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = struct.Struct("3i")
    _, uid, _ = credentials.unpack(
        connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
    )
    return uid in (os.getuid(), 0)


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """An address to bind or connect to while the context lasts.

    A path that is too long is reached through a descriptor of its directory, as
    ``/proc/self/fd/N/name`` (Linux).
    """
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
