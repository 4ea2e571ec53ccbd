# SPDX-License-Identifier: Apache-2.0
"""A pyarrow table as a pandas data frame, whose integers are exact where values are missing too.

Values are copied once, from Arrow's buffers to numpy's arrays; texts are not copied."""

from __future__ import annotations

from typing import Any

import numpy
import pandas
import pyarrow  # type: ignore[import-untyped, unused-ignore]

_NUMBERS: dict[Any, str] = {
    pyarrow.int8(): "i1",
    pyarrow.int16(): "i2",
    pyarrow.int32(): "i4",
    pyarrow.int64(): "i8",
    pyarrow.uint64(): "u8",
    pyarrow.timestamp("us", "UTC"): "i8",
}
# the type of texts since pandas 3; they are objects before
_HAS_STR = int(pandas.__version__.split(".")[0]) >= 3
_STR: Any = pandas.StringDtype("pyarrow", na_value=numpy.nan) if _HAS_STR else None


def _narrowed(column: Any) -> Any:
    """Decimals that fit 64 bits as such."""
    try:
        return column.cast(pyarrow.int64())
    except pyarrow.ArrowInvalid:
        return None


def _missing(chunk: Any) -> Any:
    """Which values of a chunk are."""
    bits = numpy.frombuffer(chunk.buffers()[0], "u1")
    there = numpy.unpackbits(bits, count=chunk.offset + len(chunk), bitorder="little")
    return there[chunk.offset :] == 0


def _values(column: Any, kind: str) -> tuple[Any, Any]:
    """A column's numbers, and which are missing."""
    values = numpy.empty(len(column), kind)
    missing = numpy.zeros(len(column), bool)
    at = 0
    for chunk in column.chunks:
        here = slice(at, at + len(chunk))
        buffer = numpy.frombuffer(chunk.buffers()[1], kind)
        values[here] = buffer[chunk.offset : chunk.offset + len(chunk)]
        if chunk.null_count:
            missing[here] = _missing(chunk)
        at += len(chunk)
    return values, missing


def _times(values: Any, missing: Any) -> Any:
    times = values.view("M8[us]")
    times[missing] = numpy.datetime64("NaT")
    return pandas.DatetimeIndex(times, copy=False).tz_localize("UTC").array


def _array(column: Any) -> Any:
    """A column as pandas holds it."""
    if pyarrow.types.is_decimal(column.type):
        narrow = _narrowed(column)
        if narrow is None:  # as Python's integers, which have no end
            wide = [None if value is None else int(value) for value in column.to_pylist()]
            return pandas.array(wide, dtype=object)
        column = narrow
    if column.type in _NUMBERS:
        values, missing = _values(column, _NUMBERS[column.type])
        if pyarrow.types.is_timestamp(column.type):
            return _times(values, missing)
        return pandas.arrays.IntegerArray(values, missing)
    if pyarrow.types.is_large_string(column.type) and _HAS_STR:
        return _STR.__from_arrow__(column)
    return column.to_pandas(types_mapper={pyarrow.bool_(): pandas.BooleanDtype()}.get).array


def to_pandas(table: Any) -> pandas.DataFrame:
    arrays = {at: _array(table.column(at)) for at in range(table.num_columns)}
    frame = pandas.DataFrame(arrays, index=pandas.RangeIndex(table.num_rows), copy=False)
    frame.columns = pandas.Index(table.column_names)  # of which two may be alike
    return frame
