"""SFTP through a pipe to the user's own ssh, with many requests under way at once.

At 50 ms a round trip what waits for each answer takes 200 times as long for 200 directories. So
each listing and each range is a generator that yields requests and is sent their answers, and
`SftpFiles` keeps many of them going.
"""

import os
import selectors
import struct
import subprocess
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NoReturn, TypeVar

from tuimon.places import sftp_packets as sftp
from tuimon.places.remote_files import (
    MOST_ENTRIES,
    LinkError,
    LinkTraffic,
    RefusalError,
    RemoteEntry,
    RemoteListing,
    RemoteRange,
)
from tuimon.places.sftp_packets import SftpAnswer, SftpAttributes, SftpName, SftpStatus

T = TypeVar("T")
K = TypeVar("K")
Request = tuple[int, bytes]
"""Kind and body."""
Steps = Generator[Sequence[Request], list[SftpAnswer], T]

SILENCE = 15.0
"""Seconds without a byte after which a link is dead."""
_AT_ONCE = 64
_PIECE = 32_768
"""Bytes of a READ, which all servers give at a time."""
_MOST_HELD = 4 * MOST_ENTRIES
"""Of all listings that are under way."""
_MOST_LINKS = 1000
_LONGEST_NAME = 255
"""Bytes; no file here can have a longer one."""
_MOST_ERROR_BYTES = 4096


class SftpFiles:
    """A place behind an ssh that was started, until `close`."""

    deep = False

    def __init__(self, command: Sequence[str], root: str) -> None:
        """Begin with `command`, which speaks SFTP on its standard input and output.

        Raises:
            LinkError: no connection.
            RefusalError: there is nothing at `root`.
        """
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._input, self._output = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._errors = self._process.stderr.fileno()
        self._selector = selectors.DefaultSelector()
        for descriptor in (self._input, self._output, self._errors):
            os.set_blocking(descriptor, False)
        self._selector.register(self._output, selectors.EVENT_READ)
        self._selector.register(self._errors, selectors.EVENT_READ)
        self._said = b""
        self._unsent = bytearray()
        self._packets = sftp.PacketBuffer()
        self._come: deque[bytes] = deque()
        self._number = 0
        self._expected: dict[int, tuple[_Task, int] | None] = {}
        self._received = self._requests = self._held = 0
        try:
            self._greet()
            self._root, self._is_file = self._find(root)
        except BaseException:
            self.close()
            raise

    @property
    def traffic(self) -> LinkTraffic:
        return LinkTraffic(self._received, self._requests)

    def close(self) -> None:
        self._selector.close()
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def list(
        self, directories: Sequence[str]
    ) -> Iterator[tuple[str, RemoteListing | RefusalError]]:
        return self._carry((path, self._listing(path)) for path in directories)

    def look(self, paths: Sequence[str]) -> Iterator[tuple[str, RemoteEntry | RefusalError]]:
        return self._carry((path, self._entry(path)) for path in paths)

    def read(
        self, ranges: Sequence[RemoteRange]
    ) -> Iterator[tuple[RemoteRange, bytes | RefusalError]]:
        return self._carry((one, self._range(one)) for one in ranges)

    def _greet(self) -> None:
        self._unsent += sftp.packet(sftp.INIT, struct.pack(">I", sftp.VERSION))
        greeting = self._receive()
        if greeting[0] != sftp.VERSION_ANSWER:
            raise LinkError("the server speaks no SFTP")

    def _find(self, root: str) -> tuple[bytes, bool]:
        """The place without links, and whether it is a file."""
        ((_, found),) = self._carry([("", self._place(os.fsencode(root)))])
        if isinstance(found, RefusalError):
            raise found
        return found

    def _place(self, root: bytes) -> Steps[tuple[bytes, bool]]:
        names, attributes = yield [
            (sftp.REALPATH, sftp.string(root)),
            (sftp.STAT, sftp.string(root)),
        ]
        is_file = not _answered(attributes, SftpAttributes).is_directory
        return _answered(names, list)[0].name, is_file

    def _path(self, relative: str) -> bytes:
        return self._root + b"/" + os.fsencode(relative) if relative else self._root

    def _entry(self, path: str) -> Steps[RemoteEntry]:
        (found,) = yield [(sftp.STAT, sftp.string(self._path(path)))]
        attributes = _answered(found, SftpAttributes)
        return RemoteEntry(attributes.size, attributes.modified)

    def _listing(self, path: str) -> Steps[RemoteListing]:
        if self._is_file:
            return RemoteListing({"": (yield from self._entry(""))})
        (handle,) = yield [(sftp.OPENDIR, sftp.string(self._path(path)))]
        body = sftp.string(_answered(handle, bytes))
        names: list[SftpName] = []
        seen, ended = 0, False
        try:
            while not ended and seen < MOST_ENTRIES and self._held < _MOST_HELD:
                for answer in (yield [(sftp.READDIR, body)] * (2 if seen < 100 else 8)):
                    if isinstance(answer, SftpStatus) and answer.code == sftp.EOF:
                        ended = True
                        continue
                    listed = _answered(answer, list)
                    seen += len(listed)
                    self._held += len(listed)
                    names += [one for one in listed if len(one.name) <= _LONGEST_NAME]
        finally:
            self._held -= seen
            self._post(sftp.CLOSE, body)
        entries = {
            os.fsdecode(name): RemoteEntry(known.size, known.modified, known.is_directory)
            for name, known in names
            if known.is_file or known.is_directory
        }
        links = [one.name for one in names if one.attributes.is_link][:_MOST_LINKS]
        if links:
            entries |= yield from self._behind(path, links)
        return RemoteListing(entries, not ended)

    def _behind(self, path: str, links: Sequence[bytes]) -> Steps[dict[str, RemoteEntry]]:
        """What links of a directory lead to."""
        base = self._path(path) + b"/"
        paths = [sftp.string(base + name) for name in links]
        answers = yield [(kind, link) for link in paths for kind in (sftp.STAT, sftp.REALPATH)]
        entries: dict[str, RemoteEntry] = {}
        for name, found, real in zip(links, answers[::2], answers[1::2], strict=True):
            if not isinstance(found, SftpAttributes):
                continue
            if found.is_directory and isinstance(real, list):
                there = os.fsdecode(real[0].name)
                entries[os.fsdecode(name)] = RemoteEntry(found.size, found.modified, True, there)
            elif found.is_file:
                entries[os.fsdecode(name)] = RemoteEntry(found.size, found.modified)
        return entries

    def _range(self, wanted: RemoteRange) -> Steps[bytes]:
        (opened,) = yield [(sftp.OPEN, sftp.open_body(self._path(wanted.path)))]
        handle = _answered(opened, bytes)
        end = wanted.offset + wanted.length
        lengths = [(at, min(_PIECE, end - at)) for at in range(wanted.offset, end, _PIECE)]
        answers = yield [
            *((sftp.READ, sftp.read_body(handle, at, length)) for at, length in lengths),
            (sftp.CLOSE, sftp.string(handle)),
        ]
        data = bytearray()
        for answer, (_, length) in zip(answers, lengths, strict=False):
            if isinstance(answer, SftpStatus) and answer.code == sftp.EOF:
                break
            piece = _answered(answer, bytes)
            data += piece[:length]
            if len(piece) < length:
                break
        return bytes(data)

    def _post(self, kind: int, body: bytes) -> None:
        """Send what needs no answer."""
        self._send(kind, body, None)

    def _send(self, kind: int, body: bytes, awaited: "tuple[_Task, int] | None") -> None:
        self._number = (self._number + 1) & 0xFFFFFFFF
        self._requests += 1
        self._expected[self._number] = awaited
        self._unsent += sftp.request(kind, self._number, body)

    def _carry(
        self, operations: Iterable[tuple[K, Steps[T]]]
    ) -> Iterator[tuple[K, T | RefusalError]]:
        """Keep many operations going; each result as it is there. Raises LinkError."""
        waiting = iter(operations)
        under_way: dict[int, _Task] = {}
        done: list[tuple[K, T | RefusalError]] = []

        def advance(task: _Task) -> None:
            try:
                requests = task.steps.send(task.answers)
            except StopIteration as end:
                done.append((task.key, end.value))
            except RefusalError as refusal:
                done.append((task.key, refusal))
            else:
                task.answers = [None] * len(requests)
                task.missing = len(requests)
                for index, (kind, body) in enumerate(requests):
                    self._send(kind, body, (task, index))
                under_way[id(task)] = task
                return
            under_way.pop(id(task), None)

        while True:
            for key, steps in islice(waiting, _AT_ONCE - len(under_way)):
                advance(_Task(key, steps))
            yield from done
            done.clear()
            if not under_way:
                return
            task = self._answered_task()
            if task is not None:
                advance(task)

    def _answered_task(self) -> "_Task | None":
        """Take one packet; the operation that has all its answers by it."""
        try:
            number, answer = sftp.answer(self._receive())
        except sftp.PacketError as error:
            raise LinkError(str(error)) from None
        if number not in self._expected:
            raise LinkError("an answer that nobody has asked for")
        awaited = self._expected.pop(number)
        if awaited is None:
            return None
        task, index = awaited
        task.answers[index] = answer
        task.missing -= 1
        return None if task.missing else task

    def _receive(self) -> bytes:
        """The next packet. Raises LinkError."""
        deadline = time.monotonic() + SILENCE
        while not self._come:
            if self._unsent:
                self._push()
            for key, _ in self._selector.select(max(0.0, deadline - time.monotonic())):
                if key.fd == self._output:
                    self._take(self._pull(self._output))
                    deadline = time.monotonic() + SILENCE
                elif key.fd == self._errors:
                    self._said = (self._said + self._pull(self._errors))[-_MOST_ERROR_BYTES:]
            if time.monotonic() >= deadline:
                raise LinkError(f"no answer for {SILENCE:.0f} s")
        return self._come.popleft()

    def _push(self) -> None:
        try:
            del self._unsent[: os.write(self._input, self._unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self._lost()
        registered = self._input in self._selector.get_map()
        if self._unsent and not registered:
            self._selector.register(self._input, selectors.EVENT_WRITE)
        elif not self._unsent and registered:
            self._selector.unregister(self._input)

    def _pull(self, descriptor: int) -> bytes:
        try:
            data = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return b""
        if not data:
            self._selector.unregister(descriptor)
            if descriptor == self._output:
                self._lost()
        return data

    def _take(self, data: bytes) -> None:
        self._received += len(data)
        try:
            self._come.extend(self._packets.feed(data))
        except sftp.PacketError as error:
            raise LinkError(str(error)) from None

    def _lost(self) -> NoReturn:
        """Tell why ssh has ended, in its own last words."""
        os.set_blocking(self._errors, True)
        self._process.stdin and self._process.stdin.close()
        try:
            self._process.wait(1.0)
            self._said += os.read(self._errors, _MOST_ERROR_BYTES)
        except (OSError, subprocess.TimeoutExpired):
            pass
        raise LinkError(last_words(self._said) or "the connection was closed")


class _Task:
    """An operation, and the answers that it waits for."""

    __slots__ = ("answers", "key", "missing", "steps")

    def __init__(self, key: Any, steps: Steps[Any]) -> None:
        self.key = key
        self.steps = steps
        self.answers: Any = None
        self.missing = 0


def last_words(said: bytes) -> str:
    """The line in which ssh tells why it gave up; empty when it told nothing."""
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _answered(answer: SftpAnswer, kind: type[T]) -> T:
    """What was asked for. Raises RefusalError; LinkError: it is something else."""
    if isinstance(answer, kind) and answer != []:
        return answer
    if not isinstance(answer, SftpStatus):
        raise LinkError("an answer of another kind than was asked for")
    if answer.code == sftp.NO_SUCH_FILE:
        raise RefusalError("no such file or directory", is_gone=True)
    if answer.code == sftp.PERMISSION_DENIED:
        raise RefusalError("permission denied")
    raise RefusalError(answer.message or f"error {answer.code}")
