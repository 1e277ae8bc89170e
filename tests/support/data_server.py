"""TensorBoard's data server, the reader behind what people see in TensorBoard."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_NO_LIMIT = 2**31 - 1
_DONE = b"Finished load cycle"


@lru_cache(maxsize=1)
def binary() -> str | None:
    """Path of the server; None when the package is not installed or does not run here."""
    try:
        import tensorboard_data_server

        path: str = tensorboard_data_server.server_binary()
        subprocess.run([path, "--version"], capture_output=True, check=True, timeout=10)
    except (ImportError, OSError, subprocess.SubprocessError):
        return None
    return path


class Loaded(NamedTuple):
    """A server that has loaded a log directory, all samples of all scalars."""

    address: str
    seconds: float
    """From the start of the process until the server said that everything was loaded."""
    peak_bytes: int
    """Most memory resident until then."""

    def scalars(self) -> dict[str, dict[str, list[tuple[int, float, float]]]]:
        """Scalar points by run and tag as (step, wall time, value), asked for by gRPC."""
        import grpc
        from tensorboard.data import grpc_provider

        options = [("grpc.max_receive_message_length", -1)]
        with grpc.insecure_channel(self.address, options) as channel:
            provider = grpc_provider.GrpcDataProvider("", grpc_provider.make_stub(channel))
            runs = provider.read_scalars(
                None, experiment_id="", plugin_name="scalars", downsample=_NO_LIMIT
            )
        return {
            run: {
                tag: [(point.step, point.wall_time, point.value) for point in points]
                for tag, points in tags.items()
            }
            for run, tags in runs.items()
        }


@contextmanager
def data_server(logdir: Path, *options: str, timeout: float = 600.0) -> Iterator[Loaded]:
    """Run the server on `logdir` until it has loaded everything, and as long as the block lasts.

    Raises RuntimeError when the server ends before it has, or takes longer than `timeout` seconds.
    """
    path = binary()
    assert path is not None
    command = [path, "--logdir", str(logdir), "--port", "0", "--reload", "once", "--verbose"]
    command += ["--samples-per-plugin", "scalars=all", *options]
    began = time.perf_counter()
    server = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        assert server.stderr is not None
        port = ""
        for line in server.stderr:
            if b"listening on" in line:
                port = line.rsplit(b":", 1)[1].decode().strip()
            if _DONE in line:
                break
            if time.perf_counter() - began > timeout:
                raise RuntimeError("the data server takes too long")
        else:
            raise RuntimeError("the data server ended before it had loaded everything")
        seconds = time.perf_counter() - began
        yield Loaded(f"localhost:{port}", seconds, peak_bytes(server.pid))
    finally:
        server.kill()
        server.communicate()


def peak_bytes(pid: int | str = "self") -> int:
    """Most memory that a process had resident so far."""
    # Not rusage: there, a child begins with what its parent had.
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
