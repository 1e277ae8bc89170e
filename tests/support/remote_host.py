"""Another machine: a real sshd behind a link that delays, hangs, and is cut."""

import asyncio
import getpass
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from support.sshd import ssh_server

_PIECE = 1 << 14


class DelayedLink:
    """Passes TCP connections on, `delay` seconds later each way."""

    def __init__(self, target: int, delay: float = 0.0) -> None:
        self.delay = delay
        self.hangs = False
        self.cut_after: Callable[[], int] | None = None
        """How many bytes from the server a connection carries until it is cut."""
        self.carried = 0
        """Bytes from the server."""
        self.cuts = 0
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self._run, args=(started,), daemon=True).start()
        started.wait()

    def cut(self) -> None:
        """Cut all connections."""
        self._loop.call_soon_threadsafe(self._cut)

    def close(self) -> None:
        """Listen no more."""
        self.cut()
        self._loop.call_soon_threadsafe(self._server.close)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        serving = asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._server = self._loop.run_until_complete(serving)
        self.port = self._server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()

    def _cut(self) -> None:
        self.cuts += 1
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_server = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, to_server[1]}
        left = None if self.cut_after is None else self.cut_after()
        await asyncio.gather(
            self._pass_on(reader, to_server[1], None),
            self._pass_on(to_server[0], writer, left, down=True),
            return_exceptions=True,
        )

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        left: int | None,
        *,
        down: bool = False,
    ) -> None:
        while data := await reader.read(_PIECE):
            while self.hangs:
                await asyncio.sleep(0.02)
            if left is not None and left < len(data):
                self._cut()
                return
            if left is not None:
                left -= len(data)
            self.carried += len(data) if down else 0
            at = self._loop.time() + self.delay
            self._loop.call_at(at, self._write, writer, data)
        self._loop.call_later(self.delay, writer.close)

    def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if not writer.is_closing():
            writer.write(data)


class RemoteHost:
    """What ssh calls ``box``, in the environment `env`."""

    def __init__(self, directory: Path, link: DelayedLink, env: Mapping[str, str]) -> None:
        self.known_hosts = directory / "known_hosts"
        self.key = directory / "key"
        self.link = link
        self.env = dict(env)


@contextmanager
def remote_host(directory: Path) -> Iterator[RemoteHost]:
    """Runs while the context lasts; `directory` is to be empty. Needs sshd.

    Its ``ssh`` reads no configuration but that of this host.
    """
    with ssh_server(directory) as server:
        link = DelayedLink(server.port)
        settings = {
            "HostName": "127.0.0.1",
            "Port": link.port,
            "User": getpass.getuser(),
            "IdentityFile": directory / "key",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "UserKnownHostsFile": directory / "known_hosts",
            "LogLevel": "ERROR",
        }
        key = (directory / "host_key.pub").read_text()
        (directory / "known_hosts").write_text(f"[127.0.0.1]:{link.port} {key}")
        lines = [f"    {name} {value}" for name, value in settings.items()]
        (directory / "config").write_text("\n".join(["Host box", *lines, ""]))
        programs = directory / "bin"
        programs.mkdir()
        ssh = programs / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F "{directory}/config" "$@"\n')
        ssh.chmod(0o755)
        sockets = directory / "run"
        sockets.mkdir(mode=0o700)
        path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        env = {
            "PATH": path,
            "XDG_RUNTIME_DIR": str(sockets),
            "XDG_CACHE_HOME": f"{directory}/cache",
        }
        try:
            yield RemoteHost(directory, link, env)
        finally:
            link.close()
