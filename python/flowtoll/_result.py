# SPDX-License-Identifier: Apache-2.0
"""One table of an answer: read again and again, by whatever library is at hand."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, overload

from . import _text, _values
from ._arguments import Path
from ._errors import UsageError
from ._flowtoll import Answer
from ._values import Row

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow  # type: ignore[import-untyped, unused-ignore]
    from matplotlib.axes import Axes

SHOWN_ROWS = 60  # of a larger result the first SHOWN_FIRST are shown
SHOWN_FIRST = 10
FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".md": "md",
    ".parquet": "parquet",
    ".txt": "table",
}


def missing(package: str, what: str) -> ImportError:
    return ImportError(f"{what} needs {package}, which is not installed: pip install {package}")


class Result:
    """A table of an answer: Python's own values (`for row in result`, `result[0]["bytes"]`,
    `result["bytes"]`), data frames (`.df()`, `.pl()`, `.arrow()`), files (`.write("x.csv")`) and a
    picture (`.plot()`); whatever takes the Arrow PyCapsule stream takes it as it is."""

    def __init__(
        self,
        answer: Answer,
        table: int,
        name: str,
        notes: tuple[str, ...],
        short: bool,
    ) -> None:
        self._answer = answer
        self._table = table
        self._length: int | None = None
        self._names: tuple[str, ...] | None = None
        self.by = ""  # what it ranks by
        self._short = short
        self.name = name
        self.notes = notes

    # ---- Arrow and data frames

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._answer.stream(self._table)

    def arrow(self) -> pyarrow.Table:
        """A pyarrow.Table."""
        try:
            import pyarrow
        except ImportError:
            raise missing("pyarrow", ".arrow()") from None
        return pyarrow.table(self)

    def df(self) -> pandas.DataFrame:
        """A pandas.DataFrame: ids and enums are categories, times datetime64[us, UTC], integers
        Int64, which has missing values, or Python's where they are larger than 64 bits."""
        try:
            import pandas  # noqa: F401
            import pyarrow  # noqa: F401
        except ImportError:
            raise missing("pandas pyarrow", ".df()") from None
        from ._frames import to_pandas

        return to_pandas(self._answer, self._table, self.arrow())

    def pl(self) -> polars.DataFrame:
        """A polars.DataFrame."""
        try:
            import polars
        except ImportError:
            raise missing("polars", ".pl()") from None
        return polars.DataFrame(self)

    # ---- values

    @property
    def columns(self) -> tuple[str, ...]:
        if self._names is None:
            self._names = _values.columns_of(self.__arrow_c_stream__())
        return self._names

    def rows(self, most: int | None = None) -> Iterator[Row]:
        """The rows, or the first so many of them: tuples whose values have names."""
        return _values.rows(self.__arrow_c_stream__(), _values.ALL if most is None else most)

    def __iter__(self) -> Iterator[Row]:
        return self.rows()

    def __len__(self) -> int:
        if self._length is None:
            self._length = _values.length(self.__arrow_c_stream__())
        return self._length

    def __bool__(self) -> bool:
        return len(self) > 0

    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: slice) -> list[Row]: ...
    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    def __getitem__(self, key: int | slice | str) -> Row | list[Row] | list[Any]:
        """A row by its number, rows by a slice, or a column by its name."""
        if isinstance(key, str):
            if key not in self.columns:
                raise KeyError(f"{key!r}; there are {', '.join(self.columns)}")
            at = self.columns.index(key)
            return [row[at] for row in self]
        if isinstance(key, slice):
            start, stop, step = key.indices(len(self))
            numbers = range(start, stop, step)
            kept = list(self.rows(max(numbers) + 1)) if numbers else []
            return [kept[number] for number in numbers]
        at = key + len(self) if key < 0 else key
        if at >= 0:
            for number, row in enumerate(self.rows(at + 1)):
                if number == at:
                    return row
        raise IndexError(f"row {key} of {len(self)}")

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.columns)

    # ---- text

    def write(self, path: Path, format: str | None = None, *, exact: bool = True) -> None:
        """Writes a file, which appears when it is whole, in the format that its name ends in: .csv
        .tsv .json .ndjson .md .parquet .txt. `exact` is about .md and .txt: all digits."""
        place = os.path.expanduser(os.fspath(path))
        suffix = os.path.splitext(place)[1].lower()
        format = format or FORMATS.get(suffix)
        if format is None:
            raise UsageError(
                f"no format is known by the ending of {place!r}",
                f"end it in one of {' '.join(FORMATS)}, or give format=",
                code=2,
            )
        folder, name = os.path.split(os.path.abspath(place))
        fd, scratch = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
        try:
            try:
                self._answer.write(self._table, format, 0, exact, fd)
                mask = os.umask(0)
                os.umask(mask)
                os.fchmod(fd, 0o666 & ~mask)
            finally:
                os.close(fd)
            os.replace(scratch, place)
        except BaseException:
            os.unlink(scratch)
            raise

    def text(self, format: str = "table", *, width: int = 0, exact: bool = False) -> str:
        """As the program writes it: table, csv, tsv, json, ndjson or md."""
        if format == "parquet":
            raise UsageError("Parquet is no text", 'there is .write("x.parquet")', code=2)
        data = self._answer.write(self._table, format, width, exact, -1)
        return (data or b"").decode("utf-8", "replace")

    def _more(self, shown: int) -> list[str]:
        left = len(self) - shown
        return [f"{left:,} more rows".replace(",", " ")] if left > 0 else []

    def __repr__(self) -> str:
        width = shutil.get_terminal_size((100, 24)).columns
        if len(self) <= SHOWN_ROWS:
            table = self.text(width=width).rstrip("\n")
            more = []
        else:
            shown = list(self.rows(SHOWN_FIRST))
            table = _text.text_table(self.columns, shown, width, self._short)
            more = self._more(len(shown))
        return "\n".join([table, *more, *(f"note: {note}" for note in self.notes)])

    def _html(self) -> str:
        most = SHOWN_ROWS if len(self) <= SHOWN_ROWS else SHOWN_FIRST
        shown = list(self.rows(most))
        keep = [at for at, column in enumerate(self.columns) if column != "is_other"]
        table = _text.html_table(
            [self.columns[at] for at in keep],
            [[row[at] for at in keep] for row in shown],
            self._short,
        )
        return table + _text.html_lines(self._more(len(shown)), quiet=True)

    def _repr_html_(self) -> str:
        notes = _text.html_lines([f"note: {note}" for note in self.notes], quiet=True)
        return f"<div>{self._html()}{notes}</div>"

    # ---- pictures

    def plot(self, ax: Axes | None = None, *, n: int = 15, title: str | None = None) -> Axes:
        """Bars of the first `n` rows, or lines over time where the first column is a time; on
        `ax`, or a figure of its own."""
        try:
            import matplotlib  # noqa: F401
        except ImportError:
            raise missing("matplotlib", ".plot()") from None
        from ._plot import plot_result

        return plot_result(self, ax, n, title)


class Results(tuple[Result, ...]):
    """Several tables of one answer, in the order they were asked for."""

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return "".join(result._repr_html_() for result in self)


class Nat:
    """What NAT gateways processed: `headline` in words, and tables. `tags` is there if tags were
    asked for."""

    gateways: Result
    coverage: Result
    clients: Result
    remotes: Result
    pairs: Result
    hours: Result

    def __init__(self, answer: Answer, notes: tuple[str, ...]) -> None:
        self.headline = answer.headline() or ""
        self.notes = notes
        self.tables: dict[str, Result] = {}
        self._said: set[str] = set()
        for number, (name, is_said) in enumerate(answer.tables()):
            assert name is not None
            self.tables[name] = Result(answer, number, name, (), True)
            if is_said:
                self._said.add(name)

    def __getattr__(self, name: str) -> Result:
        tables: dict[str, Result] = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(f"{name!r}; there are {', '.join(tables)}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.tables]

    def _shown(self) -> Iterator[tuple[str, Result]]:
        return ((name, table) for name, table in self.tables.items() if name not in self._said)

    def __repr__(self) -> str:
        parts = [self.headline]
        parts += (f"{name}\n{table!r}" for name, table in self._shown())
        parts += ["\n".join(f"note: {note}" for note in self.notes)] if self.notes else []
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        parts = [_text.html_lines(self.headline.splitlines(), quiet=False)]
        parts += (
            f"<details{' open' if name == 'clients' else ''}><summary>{name}</summary>"
            f"{table._html()}</details>"
            for name, table in self._shown()
        )
        parts.append(_text.html_lines([f"note: {note}" for note in self.notes], quiet=True))
        return f"<div>{''.join(parts)}</div>"

    def plot(self, *, n: int = 8) -> list[Axes]:
        """A figure of clients, remotes and hours."""
        try:
            import matplotlib  # noqa: F401
        except ImportError:
            raise missing("matplotlib", ".plot()") from None
        from ._plot import plot_nat

        return plot_nat(self, n)
