"""Serialized messages inside of messages."""

from __future__ import annotations

from typing import Any

from tuimon.summaries.errors import SummaryError


def parse(message: Any, data: bytes, name: str) -> Any:
    """`data` as a message of a type. Raises SummaryError, which calls it `name`."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        return message.FromString(data)
    except DecodeError:
        raise SummaryError(f"malformed {name}") from None
