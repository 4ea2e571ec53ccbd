# SPDX-License-Identifier: Apache-2.0
"""A pyarrow table as a pandas data frame, whose integers are exact where values are missing too."""

from __future__ import annotations

from typing import Any

import pandas
import pyarrow  # type: ignore[import-untyped, unused-ignore]

_INTEGERS: dict[Any, Any] = {
    pyarrow.int8(): pandas.Int8Dtype(),
    pyarrow.int16(): pandas.Int16Dtype(),
    pyarrow.int32(): pandas.Int32Dtype(),
    pyarrow.int64(): pandas.Int64Dtype(),
    pyarrow.uint64(): pandas.UInt64Dtype(),
    pyarrow.bool_(): pandas.BooleanDtype(),
}


def _narrowed(column: Any) -> Any:
    """Decimals that fit 64 bits as such."""
    try:
        return column.cast(pyarrow.int64())
    except pyarrow.ArrowInvalid:
        return None


def to_pandas(table: Any) -> pandas.DataFrame:
    names = table.column_names  # of which two may be alike
    table = table.rename_columns([str(at) for at in range(len(names))])
    wide: dict[int, Any] = {}
    for at, field in enumerate(table.schema):
        if not pyarrow.types.is_decimal(field.type):
            continue
        narrow = _narrowed(table.column(at))
        if narrow is None:  # as Python's integers, which have no end
            values = table.column(at).to_pylist()
            wide[at] = [None if value is None else int(value) for value in values]
            narrow = pyarrow.nulls(table.num_rows, pyarrow.int64())
        table = table.set_column(at, field.name, narrow)
    frame: pandas.DataFrame = table.to_pandas(types_mapper=_INTEGERS.get, split_blocks=True)
    for at, integers in wide.items():
        frame.isetitem(at, pandas.array(integers, dtype=object))
    frame.columns = pandas.Index(names)
    return frame
