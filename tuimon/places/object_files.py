"""Object stores, by fsspec: one listing has all that is below a prefix."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.util import find_spec
from typing import Any

from tuimon.places.remote_files import (
    LinkError,
    LinkTraffic,
    RefusalError,
    RemoteEntry,
    RemoteListing,
    RemoteRange,
)
from tuimon.places.remote_place import OBJECT_STORES, RemotePlace

_A_PAGE = 1000
"""Objects that a LIST has."""
_TIMES = ("LastModified", "last_modified", "updated", "mtime")
_INSTALL = {"s3": "tuimon[s3]"}


def lacking_package(scheme: str) -> str | None:
    """What to install before places of this scheme can be read."""
    package = OBJECT_STORES.get(scheme)
    if package is None or (find_spec("fsspec") and find_spec(package)):
        return None
    return _INSTALL.get(scheme, f"fsspec {package}")


class ObjectFiles:
    """A prefix of a bucket. Keys and endpoint are those that fsspec finds, as other programs do."""

    deep = True

    def __init__(self, place: RemotePlace) -> None:
        """Raises: LinkError."""
        import fsspec

        self._received = self._requests = 0
        try:
            self._files, self._root = fsspec.core.url_to_fs(place.url, use_listings_cache=False)
        except Exception as error:  # of any library below
            raise LinkError(_told(error)) from None

    @property
    def traffic(self) -> LinkTraffic:
        return LinkTraffic(self._received, self._requests)

    def close(self) -> None:
        """Nothing stays open."""

    def list(
        self, directories: Sequence[str]
    ) -> Iterator[tuple[str, RemoteListing | RefusalError]]:
        for path in directories:
            try:
                found = self._files.find(self._root, detail=True)
            except (FileNotFoundError, PermissionError) as error:
                yield path, _refusal(error)
                continue
            except Exception as error:
                raise LinkError(_told(error)) from None
            self._requests += 1 + len(found) // _A_PAGE
            if not found:
                yield path, RefusalError("nothing there", is_gone=True)
                continue
            base = f"{self._root.rstrip('/')}/"
            yield (
                path,
                RemoteListing(
                    {
                        name.removeprefix(base) if name != self._root else "": _entry(info)
                        for name, info in found.items()
                        if name == self._root or (name.startswith(base) and name != base)
                    }
                ),
            )

    def look(self, paths: Sequence[str]) -> Iterator[tuple[str, RemoteEntry | RefusalError]]:
        """Nothing: a listing has all, and costs as much as one look."""
        return iter(())

    def read(
        self, ranges: Sequence[RemoteRange]
    ) -> Iterator[tuple[RemoteRange, bytes | RefusalError]]:
        if not ranges:
            return
        base = self._root.rstrip("/")
        try:
            data = self._files.cat_ranges(
                [f"{base}/{one.path}" if one.path else self._root for one in ranges],
                [one.offset for one in ranges],
                [one.offset + one.length for one in ranges],
                on_error="return",
            )
        except Exception as error:
            raise LinkError(_told(error)) from None
        self._requests += len(ranges)
        for one, answer in zip(ranges, data, strict=True):
            if isinstance(answer, bytes):
                self._received += len(answer)
                yield one, answer[: one.length]
            elif isinstance(answer, (FileNotFoundError, PermissionError)):
                yield one, _refusal(answer)
            else:
                raise LinkError(_told(answer))


def _entry(info: dict[str, Any]) -> RemoteEntry:
    modified = next((info[name] for name in _TIMES if info.get(name)), 0.0)
    if isinstance(modified, str):
        try:
            modified = datetime.fromisoformat(modified)
        except ValueError:
            modified = 0.0
    if isinstance(modified, datetime):
        modified = modified.timestamp()
    return RemoteEntry(int(info.get("size") or 0), int(modified))


def _refusal(error: Exception) -> RefusalError:
    if isinstance(error, FileNotFoundError):
        return RefusalError("nothing there", is_gone=True)
    return RefusalError(_told(error))


def _told(error: BaseException) -> str:
    """What a library says, in a line."""
    return " ".join(str(error).split()) or type(error).__name__
