# SPDX-License-Identifier: Apache-2.0
"""Values for people, by the rules of the program's tables; and a result as HTML."""

from __future__ import annotations

import datetime
import html
from collections.abc import Sequence
from typing import Any

SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
COUNTS = {"packets", "flows", "records", "rows", "nodata", "skipdata", "rejected", "clients"}
TEXT_MAX = 200


def size_text(value: int) -> str:
    """Three digits in powers of 1024."""
    size, unit = abs(value), 0
    while unit + 1 < len(SIZES) and size >> (10 * (unit + 1)):
        unit += 1
    if unit == 0:
        return f"{value} B"
    one = 1 << (10 * unit)
    for decimals in (2, 1, 0):
        scaled = (size * 10**decimals + one // 2) // one
        if scaled < 1000 or decimals == 0:
            break
    if decimals == 0 and scaled == 1024 and unit + 1 < len(SIZES):
        unit, decimals, scaled = unit + 1, 2, 100
    digits = str(scaled).rjust(decimals + 1, "0")
    number = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"{'-' if value < 0 else ''}{number} {SIZES[unit]}"


def is_size(column: str) -> bool:
    return column == "bytes" or column.endswith("_bytes")


def is_share(column: str) -> bool:
    return column == "share"


def cell_text(column: str, value: Any, short: bool = True) -> str:
    """`short`: 1.23 GiB instead of all digits."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if short and is_size(column):
            return size_text(value)
        return f"{value:,}".replace(",", " ") if short and column in COUNTS else str(value)
    if isinstance(value, float):
        return f"{value:.1%}" if short and is_share(column) else f"{value:.6g}"
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    text = str(value)
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= TEXT_MAX else shown[: TEXT_MAX - 1] + "\u2026"


def is_number(values: Sequence[Any]) -> bool:
    """Of a column: are all of its values numbers, the text Other apart?"""
    some = [value for value in values if value is not None and value != "Other"]
    return bool(some) and all(
        isinstance(value, (int, float)) and not isinstance(value, bool) for value in some
    )


def text_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], width: int, short: bool
) -> str:
    """Columns that do not fit are left out and named."""
    right = [is_number([row[at] for row in rows]) for at in range(len(columns))]
    cells = [[cell_text(name, value, short) for name, value in zip(columns, row)] for row in rows]
    widths = [
        max([len(name)] + [len(line[at]) for line in cells]) for at, name in enumerate(columns)
    ]
    fitting, used = 0, 0
    for one in widths:
        if fitting and width and used + one > width:
            break
        fitting, used = fitting + 1, used + one + 2

    def lay(line: Sequence[str]) -> str:
        parts = [
            text.rjust(widths[at]) if right[at] else text.ljust(widths[at])
            for at, text in enumerate(line[:fitting])
        ]
        return "  ".join(parts).rstrip()

    lines = [lay(list(columns)), *map(lay, cells)]
    if fitting < len(columns):
        lines.append(f"hidden to fit {width} columns: {', '.join(columns[fitting:])}")
    return "\n".join(lines)


_STYLE = "border-collapse:collapse;font-variant-numeric:tabular-nums"
_CELL = "padding:0.15em 0.8em;white-space:nowrap;text-align:"


def html_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], short: bool) -> str:
    right = [is_number([row[at] for row in rows]) for at in range(len(columns))]
    sides = ["right" if one else "left" for one in right]

    def line(tag: str, texts: Sequence[str], titles: Sequence[str], style: str = "") -> str:
        cells = (
            f'<{tag} style="{_CELL}{side}"{title}>{html.escape(text)}</{tag}>'
            for text, side, title in zip(texts, sides, titles)
        )
        return f"<tr{style}>{''.join(cells)}</tr>"

    def exact(column: str, value: Any, shown: str) -> str:
        """All digits where a short form is shown."""
        if isinstance(value, (int, float)) and str(value) != shown:
            return f' title="{html.escape(str(value))}"'
        return ""

    none = [""] * len(columns)
    body = []
    for row in rows:
        texts = [cell_text(name, value, short) for name, value in zip(columns, row)]
        titles = list(map(exact, columns, row, texts))
        body.append(line("td", texts, titles))
    head = line("th", columns, none, ' style="border-bottom:1px solid"')
    return f'<table style="{_STYLE}"><thead>{head}</thead><tbody>{"".join(body)}</tbody></table>'


def html_lines(texts: Sequence[str], *, quiet: bool) -> str:
    style = ' style="opacity:0.75;font-size:0.9em;margin:0.2em 0"' if quiet else ""
    return "".join(f"<p{style}>{html.escape(text)}</p>" for text in texts)
