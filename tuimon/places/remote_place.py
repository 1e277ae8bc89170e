"""How a directory on another machine is named, and where its copy is kept."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from tuimon.runs.paths import known_name
from tuimon.text import safe

OBJECT_STORES = {"s3": "s3fs", "gs": "gcsfs", "hf": "huggingface_hub"}
"""Schemes that fsspec reads, and the package that each needs."""
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST_DIR = re.compile(
    r"(?P<host>(?:[^@/:\s]+@)?(?:\[[0-9A-Fa-f:.%]+\]|[^@/:\[\]\s]+)):(?P<path>.*)", re.DOTALL
)
"""As scp has it: no slash before the colon."""


class PlaceError(OSError):
    """A place cannot be reached, or is none; the message is one line, safe for a terminal."""


class RemotePlace(NamedTuple):
    """A directory, or a file, on another machine."""

    text: str
    """As it was named."""
    scheme: str
    """``sftp``, or one of `OBJECT_STORES`."""
    host: str
    """``user@host`` as ssh is given it, or the bucket."""
    port: int | None
    path: str
    """Of sftp as the server takes it, relative to the home directory; of others below the host."""

    @property
    def short(self) -> str:
        """What it is called where room is short."""
        return short_name(self.text)

    @property
    def url(self) -> str:
        """What fsspec calls it."""
        return f"{self.scheme}://{self.host}/{self.path}".rstrip("/")

    @property
    def directory(self) -> Path:
        """What is kept of it: `files`, its state, parts that are being copied. Raises PlaceError.

        The same for the same place.
        """
        told = (self.scheme, self.host, str(self.port or ""), self.path)
        return cache_home() / known_name(f"{self.short}-{Path(self.path).name}", *told)

    @property
    def copy(self) -> Path:
        """Where the copy lies; a file if the place is one. Called as there. Raises PlaceError."""
        name = os.path.basename(self.path.rstrip("/"))  # noqa: PTH119 (".." stays)
        return self.directory / "files" / (name if name not in ("", ".", "..", "~") else self.short)


def cache_home() -> Path:
    """Where copies are: ``$XDG_CACHE_HOME/tuimon/remote``, ``~/.cache/tuimon/remote``.

    Raises:
        PlaceError: there is no home directory.
    """
    from platformdirs import user_cache_path

    try:
        return user_cache_path("tuimon") / "remote"
    except RuntimeError:
        raise PlaceError("no home directory for the copy: set XDG_CACHE_HOME") from None


def short_name(text: str) -> str:
    """The host or bucket of a place, safe for a terminal."""
    if url := _URL.match(text):
        return safe(text[url.end() :].partition("/")[0].rpartition("@")[2])
    named = _HOST_DIR.fullmatch(text)
    return safe(named["host"].rpartition("@")[2] if named else text)


def state_of(copy: Path) -> Path:
    """The file that tells the state of the copy of a place (`tuimon.places.place_state`)."""
    return copy.parent.parent / "state.json"


def place_of(text: str) -> RemotePlace | None:
    """The place that is meant; None: something on this machine.

    ``HOST:DIR``, ``sftp://[user@]host[:port]/dir`` (``/~/dir`` below the home directory),
    ``s3://bucket/prefix``, ``gs://``, ``hf://``. What exists here under that name wins.

    Raises:
        PlaceError: it looks like one, and is none.
    """
    try:
        if os.path.lexists(text):
            return None
    except ValueError:  # a NUL
        return None
    if url := _URL.match(text):
        place = _of_url(text, url[1].lower())
    elif named := _HOST_DIR.fullmatch(text):
        place = _of_host(text, named["host"], named["path"])
    else:
        return None
    if place.host.startswith("-") or "\0" in text or re.search(r"[\x00-\x20\x7f]", place.host):
        raise PlaceError(f"{safe(text)}: no name of a host")
    return place


def _of_host(text: str, host: str, path: str) -> RemotePlace:
    if host in OBJECT_STORES:
        raise PlaceError(
            f"{safe(text)}: {host}://BUCKET/PREFIX is meant? (a host: sftp://{host}/…)"
        )
    if len(host) == 1:
        raise PlaceError(f"{safe(text)}: no such directory here (a host: sftp://{safe(host)}/…)")
    home = path.removeprefix("~/") if path != "~" else ""
    return RemotePlace(text, "sftp", host.replace("[", "").replace("]", ""), None, home or ".")


def _of_url(text: str, scheme: str) -> RemotePlace:
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(text)
        port, host = parts.port, parts.netloc.rpartition("@")[2].rpartition(":")[0]
    except ValueError:
        raise PlaceError(f"{safe(text)}: no such address") from None
    if scheme in OBJECT_STORES and parts.netloc:
        _, _, rest = text.partition("://")
        bucket, _, prefix = rest.partition("/")
        return RemotePlace(text, scheme, bucket, None, prefix.rstrip("/"))
    if scheme not in ("sftp", "ssh") or not parts.hostname:
        known = ", ".join(["sftp", *OBJECT_STORES])
        raise PlaceError(f"{safe(text)}: no place that can be read; there are HOST:DIR and {known}")
    if parts.password is not None:
        raise PlaceError(f"{safe(parts.hostname)}: no password in an address: ssh asks for it")
    host = (host if port is not None else parts.netloc.rpartition("@")[2]).strip("[]")
    user = f"{unquote(parts.username)}@" if parts.username else ""
    path = unquote(parts.path)
    path = path.removeprefix("/~").removeprefix("/") if re.match(r"/~(/|$)", path) else path
    return RemotePlace(text, "sftp", user + host, port, path or ".")
