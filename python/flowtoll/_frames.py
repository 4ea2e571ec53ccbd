# SPDX-License-Identifier: Apache-2.0
"""A table of an answer as a pandas data frame, whose integers are exact where values are missing
too. Nothing is copied before it is written to: texts are Arrow's, and what numpy holds is a copy of
the library's, which shares pages with the answer."""

from __future__ import annotations

from typing import Any

import numpy
import pandas
import pyarrow  # type: ignore[import-untyped, unused-ignore]

from ._flowtoll import Answer

_INTEGERS: dict[Any, str] = {pyarrow.int32(): "<i4", pyarrow.int64(): "<i8"}
_CODES: dict[Any, str] = {pyarrow.int8(): "|i1", pyarrow.int16(): "<i2", pyarrow.int32(): "<i4"}
_TIMES, _TZ = pyarrow.timestamp("us", "UTC"), pandas.DatetimeTZDtype("us", "UTC")
# the type of texts since pandas 3; they are objects before
_HAS_STR = int(pandas.__version__.split(".")[0]) >= 3
_STR: Any = pandas.StringDtype("pyarrow", na_value=numpy.nan) if _HAS_STR else None


class _Values:
    """What numpy makes an array of, whose owner lives as long as the array."""

    def __init__(self, owned: tuple[object, int, int], kind: str) -> None:
        self._owner, address, size = owned
        count = size // numpy.dtype(kind).itemsize
        self.__array_interface__ = {
            "version": 3,
            "typestr": kind,
            "shape": (count,),
            "data": (address, False),
        }


class _Column:
    def __init__(self, answer: Answer, table: int, at: int, arrow: Any) -> None:
        self._place = answer, table, at
        self._arrow = arrow

    def _values(self, kind: str) -> Any:
        answer, table, at = self._place
        if len(self._arrow) == 0:
            return numpy.empty(0, kind)
        return numpy.asarray(_Values(answer.copy(table, at), kind))

    def _missing(self) -> Any:
        """Which values are."""
        missing = numpy.zeros(len(self._arrow), bool)
        at = 0
        for chunk in self._arrow.chunks:
            if chunk.null_count:
                bits = numpy.frombuffer(chunk.buffers()[0], "u1")
                there = numpy.unpackbits(bits, count=len(chunk), bitorder="little")
                numpy.equal(there, 0, out=missing[at : at + len(chunk)])
            at += len(chunk)
        return missing

    def _times(self) -> Any:
        times = self._values("<i8")
        if self._arrow.null_count:
            times[self._missing()] = pandas.NaT.value
        return pandas.array(times, dtype=_TZ, copy=False)

    def _category(self) -> Any:
        codes = self._values(_CODES[self._arrow.type.index_type])
        if self._arrow.null_count:
            numpy.putmask(codes, self._missing(), -1)
        words = self._arrow.chunk(0).dictionary.to_pandas()
        return pandas.Categorical.from_codes(codes, pandas.Index(words))

    def array(self) -> Any:
        """As pandas holds it."""
        kind = self._arrow.type
        if pyarrow.types.is_decimal(kind):  # as Python's integers, which have no end
            wide = [None if value is None else int(value) for value in self._arrow.to_pylist()]
            return pandas.array(wide, dtype=object)
        if kind in _INTEGERS:
            return pandas.arrays.IntegerArray(self._values(_INTEGERS[kind]), self._missing())
        if kind == _TIMES:
            return self._times()
        if pyarrow.types.is_dictionary(kind) and self._arrow.num_chunks > 0:
            return self._category()
        if pyarrow.types.is_large_string(kind) and _HAS_STR:
            return _STR.__from_arrow__(self._arrow)
        types = {pyarrow.bool_(): pandas.BooleanDtype()}
        return self._arrow.to_pandas(types_mapper=types.get).array


def to_pandas(answer: Answer, table: int, arrow: Any) -> pandas.DataFrame:
    """Of a table of an answer, which is `arrow` too."""
    columns = (_Column(answer, table, at, arrow.column(at)) for at in range(arrow.num_columns))
    arrays = {at: column.array() for at, column in enumerate(columns)}
    frame = pandas.DataFrame(arrays, index=pandas.RangeIndex(arrow.num_rows), copy=False)
    frame.columns = pandas.Index(arrow.column_names)  # of which two may be alike
    return frame
