"""A real SSH server on loopback, and clients whose connection can be cut."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from support.terminal import Terminal

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


class SshServer:
    """Lets this user in with a key of its own."""

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory
        self.port = port

    def client(
        self, env: Mapping[str, str], cwd: Path, *, columns: int = 100, rows: int = 30
    ) -> Terminal:
        """A terminal with `ssh` in it, at the prompt of a remote shell in `cwd`."""
        options = {
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": "/dev/null",
            "LogLevel": "ERROR",
            "IdentitiesOnly": "yes",
        }
        terminal = Terminal(
            [
                *("ssh", "-tt", "-F", "/dev/null", "-i", str(self.directory / "key")),
                *(word for name, value in options.items() for word in ("-o", f"{name}={value}")),
                *("-p", str(self.port), f"{getpass.getuser()}@127.0.0.1"),
                "exec bash --norc --noprofile -i",
            ],
            cwd=self.directory,
            env=os.environ,
            columns=columns,
            rows=rows,
        )
        lines = [f"export {name}='{value}'" for name, value in env.items()]
        lines += [f"cd '{cwd}'", "PS1='[ready] '", "clear"]
        settings = self.directory / "settings"
        settings.write_text("\n".join([*lines, ""]))
        terminal.wait_for(lambda text: text.rstrip().endswith(("#", "$")))
        terminal.press(f". {settings}\r")
        terminal.wait_for(lambda text: text.strip() == "[ready]")
        return terminal


@contextmanager
def ssh_server(directory: Path) -> Iterator[SshServer]:
    """Runs while the context lasts; `directory` is to be empty. Needs sshd (openssh-server)."""
    assert SSHD is not None
    directory.chmod(0o700)
    for name in ("key", "host_key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name)], check=True
        )
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": directory / "host_key",
        "AuthorizedKeysFile": directory / "key.pub",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
        "PermitRootLogin": "yes",
        "PrintMotd": "no",
        "PrintLastLog": "no",
        "Subsystem": "sftp internal-sftp",
    }
    config = directory / "sshd_config"
    config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    server = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", str(config)],
        stderr=(directory / "log").open("w"),
    )
    try:
        _wait_for_port(port)
        yield SshServer(directory, port)
    finally:
        server.terminate()
        server.wait(10)


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < deadline, "sshd does not listen"
            time.sleep(0.05)
        else:
            return
