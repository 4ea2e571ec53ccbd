# SPDX-License-Identifier: Apache-2.0
"""From what people write to what the library takes."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Iterable
from typing import Union

from ._errors import UsageError

Path = Union[str, "os.PathLike[str]"]
Time = Union[str, datetime.datetime, datetime.date]
Size = Union[str, int]

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_SPAN = re.compile(r"(\d+)\s*([mhdw])(?:\s+ago)?")
_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_SIZE = re.compile(r"(\d+)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
MOST = 2**62  # as good as all
_SHIFT = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}


def _moment(time: Time, now: datetime.datetime) -> datetime.datetime:
    if isinstance(time, datetime.datetime):
        return time
    if isinstance(time, datetime.date):
        return datetime.datetime(time.year, time.month, time.day)
    text = time.strip()
    span = _SPAN.fullmatch(text)
    if span:
        return now - datetime.timedelta(seconds=int(span[1]) * _SECONDS[span[2]])
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    words = {"now": now, "today": midnight, "yesterday": midnight - datetime.timedelta(days=1)}
    if text in words:
        return words[text]
    try:
        return datetime.datetime.fromisoformat(re.sub("[zZ]$", "+00:00", text))
    except ValueError:
        raise UsageError(
            f"no time: {time!r}",
            "write 2026-11-20, 2026-11-20T06:30, '6h ago', yesterday, or give a datetime; "
            "without a zone it is UTC",
            code=2,
        ) from None


def time_us(time: Time | None) -> int | None:
    """Microseconds since 1970; what has no zone is UTC."""
    if time is None:
        return None
    moment = _moment(time, datetime.datetime.now(datetime.timezone.utc))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return (moment - _EPOCH) // datetime.timedelta(microseconds=1)


def size_bytes(size: Size | None) -> int | None:
    if size is None or isinstance(size, int):
        return size
    match = _SIZE.fullmatch(size.strip())
    if not match:
        raise UsageError(f"no size: {size!r}", "write 512M, 4G or a number of bytes", code=2)
    return int(match[1]) << _SHIFT[match[2].upper()]


def path_bytes(path: Path) -> bytes:
    """As the system has it; ~ is the home folder."""
    return os.fsencode(os.path.expanduser(os.fspath(path)))


def source_bytes(source: Path) -> bytes:
    if isinstance(source, (list, tuple, set)):
        raise TypeError("sources are given one by one: flowtoll.open(*sources)")
    text = os.fspath(source)
    if isinstance(text, bytes):
        return text
    return text.encode() if text.startswith("s3://") else path_bytes(text)


def texts(one_or_many: str | Iterable[str] | None) -> tuple[str, ...]:
    if one_or_many is None:
        return ()
    return (one_or_many,) if isinstance(one_or_many, str) else tuple(one_or_many)


def paths(one_or_many: Path | Iterable[Path] | None) -> tuple[Path, ...]:
    if one_or_many is None:
        return ()
    if isinstance(one_or_many, (str, os.PathLike)):
        return (one_or_many,)
    return tuple(one_or_many)


def positive(name: str, number: int | None) -> int | None:
    if number is not None and number < 1:
        raise UsageError(f"{name} is {number}", "it counts from 1; None stands for all", code=2)
    return number if number is None else min(number, MOST)
