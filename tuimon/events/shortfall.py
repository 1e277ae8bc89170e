"""What of an event file could not be read, in words."""


def shortfall(
    error: str | None,
    damaged_records: int,
    undecided_bytes: int,
    missing_bytes: int = 0,
    detail: str = "",
) -> str | None:
    """What is missing of a file: all of it by an `error`, records, or its end; None: nothing.

    `missing_bytes` are zeros in it that may still be filled; `detail` is the first damage.
    """
    if error is not None:
        return f"{error}: left out"
    if damaged_records:
        which = f": {detail}" if detail else ""
        return f"{_count(damaged_records, 'damaged record')} left out{which}"
    if missing_bytes:
        return f"{_count(missing_bytes, 'byte')} of zeros left out until they are filled"
    if undecided_bytes:
        end = f"its last {_count(undecided_bytes, 'byte')}"
        return f"{end} hold no whole record; being written, or damaged"
    return None


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
