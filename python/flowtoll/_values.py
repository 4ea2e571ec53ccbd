# SPDX-License-Identifier: Apache-2.0
"""A table of an answer as Python's own values, out of its Arrow stream."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import Any, SupportsIndex, overload

from ._flowtoll import Reader

_EPOCH = datetime.datetime(1970, 1, 1)
_EPOCH_UTC = _EPOCH.replace(tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)
ALL = 2**62


class Row(tuple[Any, ...]):
    """A row: its values in order, or by the names of columns: row["bytes"], row[0], dict(row)."""

    _columns: tuple[str, ...]

    def keys(self) -> tuple[str, ...]:
        return self._columns

    @overload
    def __getitem__(self, key: str) -> Any: ...
    @overload
    def __getitem__(self, key: SupportsIndex) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            try:
                return tuple.__getitem__(self, self._columns.index(key))
            except ValueError:
                raise KeyError(key) from None
        return tuple.__getitem__(self, key)

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in zip(self._columns, self))
        return f"({inside})"


def row_type(columns: Sequence[str]) -> Callable[[tuple[Any, ...]], Row]:
    return type("Row", (Row,), {"_columns": tuple(columns), "__slots__": ()})


def _moment(zone: bool) -> Callable[[Any], Any]:
    epoch = _EPOCH_UTC if zone else _EPOCH

    def moment(value: int | None) -> datetime.datetime | None:
        if value is None:
            return None
        try:
            return epoch + value * _MICROSECOND
        except OverflowError:  # infinity, and what Python's years do not reach
            return None

    return moment


def _converted(formats: Sequence[str], columns: list[list[Any]]) -> list[list[Any]]:
    for at, format in enumerate(formats):
        if format.startswith("tsu:"):
            columns[at] = list(map(_moment(len(format) > 4), columns[at]))
    return columns


def columns_of(capsule: object) -> tuple[str, ...]:
    return tuple(name for name, _, _ in Reader(capsule).schema())


def batches(reader: Reader, most: int = ALL) -> Iterator[list[list[Any]]]:
    """Columns of values, batch by batch, at most so many rows in all."""
    formats = [format for _, format, _ in reader.schema()]
    while most > 0 and (columns := reader.read(most)) is not None:
        if not columns or not columns[0]:
            continue
        most -= len(columns[0])
        yield _converted(formats, columns)


def rows(capsule: object, most: int = ALL) -> Iterator[Row]:
    reader = Reader(capsule)
    make = row_type([name for name, _, _ in reader.schema()])
    for columns in batches(reader, most):
        yield from map(make, zip(*columns))


def length(capsule: object) -> int:
    reader, count = Reader(capsule), 0
    while (more := reader.skip()) is not None:
        count += more
    return count
