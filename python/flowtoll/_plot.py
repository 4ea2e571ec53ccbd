# SPDX-License-Identifier: Apache-2.0
"""Pictures of results on matplotlib: bars of what ranks, columns over time."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib import dates, pyplot, ticker

from ._errors import UsageError
from ._text import cell_text, is_share, is_size, size_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._result import Nat, Result

COLOURS = ("#2a6f97", "#e07a3f", "#5a9a68", "#8d6cab", "#c9a227", "#6c8ead")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
GREY = "#b9bec4"  # Other
PALE = "#dde1e5"  # of which nothing is known
NONE = "none"
LABEL_MAX = 34
PAIR_MAX = 20  # of each of two names
VALUE_MAX = 45
WIDTH, LABEL_USUAL, CHARACTER = 9.5, 40, 0.08  # inches; of a letter more than is usual
TITLE_MAX = 108
DAYS_MAX = 12  # so many have a tick each
SERIES_MAX = len(COLOURS)
KEYS = {  # of tables that are not called by their keys
    "gateways": ["nat_gateway_id"],
    "clients": ["client"],
    "remotes": ["remote"],
    "pairs": ["client", "remote"],
    "hours": ["hour", "nat_gateway_id"],
    "files": ["file"],
}
MEASURES = ("billed_bytes", "bytes", "packets", "flows", "records", "rows")


def _end_of(path: str) -> str:
    """Files differ in how their paths end."""
    return path if len(path) <= VALUE_MAX else "\u2026" + path[1 - VALUE_MAX :]


def _short(text: str, most: int) -> str:
    """What a name says first: in brackets stands what it is."""
    if text.find(" (") > 0:
        text = text[: text.index(" (")]
    return text if len(text) <= most else text[: most - 1] + "\u2026"


class _Frame:
    """What of a table is drawn: what the rows are called, and one number of each."""

    def __init__(self, result: Result) -> None:
        self.columns = result.columns
        self.rows = list(result.rows())
        self.measure = self._find_measure(result)
        at = self.columns.index(self.measure)
        wanted = KEYS.get(result.name) or [key.strip() for key in result.name.split(",")]
        before = [column for column in self.columns[:at] if column != "is_other"]
        self.keys = [column for column in wanted if column in self.columns] or before[:2]
        if not self.keys:
            raise UsageError("there is nothing to draw beside numbers", "ask for keys", code=2)
        self.keys.sort(key=lambda key: not self._has_times(key))
        self.is_whole = "share" in self.columns and not is_share(self.measure)

    def _find_measure(self, result: Result) -> str:
        numbers = {
            column
            for at, column in enumerate(self.columns)
            if any(isinstance(row[at], (int, float)) for row in self.rows[:50])
        }
        named = [result.by, *MEASURES, *(c for c in self.columns[::-1] if c in numbers)]
        for column in named:
            if column in self.columns and column != "is_other":
                return column
        raise UsageError("there is no number to draw", "ask for a sum", code=2)

    def is_other(self, row: Any) -> bool:
        return "is_other" in self.columns and bool(row["is_other"])

    def _has_times(self, key: str) -> bool:
        return any(isinstance(row[key], datetime.datetime) for row in self.rows[:50])

    def is_time(self) -> bool:
        """Is the first key a time? A time comes first, wherever it was asked for."""
        return self._has_times(self.keys[0])

    def value(self, row: Any) -> float:
        return float(row[self.measure] or 0)

    def _name(self, row: Any, key: str) -> str:
        """What is known of an address in a column beside it."""
        stem = key.removesuffix("addr").rstrip("_")
        for column in (f"{stem}.name", f"{stem}_name", "name"):
            if column in self.columns and row[column]:
                return str(row[column])
        for column in (f"{stem}.owner", "owner"):
            if column in self.columns and row[column]:
                return str(row[column])
        return ""

    def label(self, row: Any, keys: Sequence[str]) -> str:
        if self.is_other(row):
            return "Other"
        if not any(row[key] is not None for key in keys):
            return NONE
        parts = []
        for key in keys:
            text = cell_text(key, row[key])
            name = cell_text("name", self._name(row, key) or None)
            if name != "-":
                most = LABEL_MAX if len(keys) == 1 else PAIR_MAX
                parts.append(f"{_short(name, most)}  {text}")
            else:
                parts.append(_end_of(text) if key == "file" else _short(text, VALUE_MAX))
        ways = [key.partition("addr")[0].rpartition("_")[2] for key in keys]
        is_way = ways == ["src", "dst"] or list(keys) == KEYS["pairs"]
        return (" \u2192 " if is_way else ", ").join(parts)

    def number(self, value: float) -> str:
        return cell_text(self.measure, value if is_share(self.measure) else round(value))


def _axis(axis: Any, frame: _Frame, most: float) -> None:
    """Ticks at round numbers of the unit that people read."""
    if is_size(frame.measure):
        unit = 1.0
        while most / unit >= 2000:
            unit *= 1024
        ticks = ticker.MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(0, most / unit)
        axis.set_major_locator(ticker.FixedLocator([tick * unit for tick in ticks]))
        axis.set_major_formatter(lambda value, _: _tick_text(value, unit))
    elif is_share(frame.measure):
        axis.set_major_formatter(ticker.PercentFormatter(1.0, decimals=0))
    else:
        axis.set_major_locator(ticker.MaxNLocator(5))
        axis.set_major_formatter(lambda value, _: f"{value:,.0f}".replace(",", " "))


def _tick_text(value: float, unit: float) -> str:
    name = size_text(int(unit)).split()[1]
    return f"{value / unit:g} {name}" if value else "0"


def _lines(text: str) -> str:
    return "\n".join(textwrap.wrap(text, TITLE_MAX)) or text


def _tidy(ax: Axes, title: str, grid: str) -> None:
    ax.set_title(title, loc="left", fontsize=11, parse_math=False)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.grid(axis=grid, color="#e4e7ea", linewidth=0.8)  # type: ignore[arg-type]
    ax.set_axisbelow(True)
    ax.tick_params(length=0, labelsize=9)


def bars(frame: _Frame, ax: Axes, n: int, title: str) -> None:
    kept = [row for row in frame.rows if not frame.is_other(row)][:n]
    total = sum(map(frame.value, frame.rows))
    values = [frame.value(row) for row in kept]
    labels = [frame.label(row, frame.keys) for row in kept]
    colours = [COLOURS[0]] * len(kept)
    rest = total - sum(values)
    if rest > 0 and not is_share(frame.measure):
        values, labels, colours = [*values, rest], [*labels, "Other"], [*colours, GREY]
    most = max(values, default=0) or 1
    ax.barh(range(len(values)), values, color=colours, height=0.7)
    ax.set_yticks(range(len(values)), labels=labels, parse_math=False)
    ax.invert_yaxis()
    for at, value in enumerate(values):
        share = f"  {value / total:.1%}" if frame.is_whole and total > 0 else ""
        ax.annotate(frame.number(value) + share, (value, at), xytext=(4, 0), fontsize=9,
                    textcoords="offset points", va="center", color="#444")
    if not values:
        ax.annotate("no rows", (0.5, 0.5), xycoords="axes fraction", ha="center", color="#444")
    ax.set_xlim(0, most * 1.3)  # room for the numbers
    ax.set_ylim(max(len(values), 1) - 0.4, -0.6)
    _tidy(ax, title, "x")
    if values:
        _axis(ax.xaxis, frame, most)
    else:
        ax.set_xticks([])
    ax.spines["left"].set_visible(False)


def _series(frame: _Frame) -> tuple[list[str], dict[str, dict[datetime.datetime, float]]]:
    """By what stands beside the time, the largest few, the others as Other."""
    rows = [row for row in frame.rows if isinstance(row[frame.keys[0]], datetime.datetime)]
    keys = frame.keys[1:]
    totals: dict[str, float] = {}
    for row in rows:
        label = frame.label(row, keys) if keys else ""
        totals[label] = totals.get(label, 0) + frame.value(row)
    named = sorted(totals, key=lambda label: -totals[label])
    kept = named if len(named) <= SERIES_MAX else named[: SERIES_MAX - 1]
    series: dict[str, dict[datetime.datetime, float]] = {label: {} for label in kept}
    for row in rows:
        label = frame.label(row, keys) if keys else ""
        of = series[label] if label in series else series.setdefault("Other", {})
        time = row[frame.keys[0]]
        of[time] = of.get(time, 0) + frame.value(row)
    return list(series), series


def columns(frame: _Frame, ax: Axes, title: str) -> None:
    """Stacked columns over time, each as wide as its hour or day."""
    labels, series = _series(frame)
    times = sorted({time for of in series.values() for time in of})
    steps = [(b - a).total_seconds() for a, b in zip(times, times[1:])]
    known = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
    step = known.get(frame.keys[0], min(steps, default=3600.0))
    width = step / 86400 * 0.92
    at = [(time - EPOCH) / datetime.timedelta(days=1) for time in times]  # matplotlib's dates
    base = [0.0] * len(times)
    for number, label in enumerate(labels):
        heights = [series[label].get(time, 0.0) for time in times]
        colour = {"Other": GREY, NONE: PALE}.get(label, COLOURS[number % SERIES_MAX])
        ax.bar(at, heights, width=width, bottom=base, color=colour, align="edge", label=label)
        base = [a + b for a, b in zip(base, heights)]
    most = max(base, default=0) or 1
    _tidy(ax, f"{title}: {labels[0]}" if len(labels) == 1 and labels[0] else title, "y")
    _axis(ax.yaxis, frame, most)
    ax.set_ylim(0, most * 1.08)
    untyped: Any = dates
    is_few_days = step == known["day"] and times and (times[-1] - times[0]).days < DAYS_MAX
    if is_few_days:
        locator = untyped.DayLocator()
    else:
        locator = untyped.AutoDateLocator(minticks=3, maxticks=9)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(untyped.ConciseDateFormatter(locator))
    ax.set_xlabel("UTC", fontsize=9)
    if len(labels) > 1:
        legend = ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)
        for text in legend.get_texts():
            text.set_parse_math(False)


def _title(frame: _Frame) -> str:
    what = {"billed_bytes": "billed bytes"}.get(frame.measure, frame.measure)
    return f"{what} by {', '.join(frame.keys)}"


def plot_result(result: Result, ax: Axes | None, n: int, title: str | None) -> Axes:
    frame = _Frame(result)
    is_time = frame.is_time()
    if ax is None:
        shown = frame.rows[: n + 1]
        longest = max((len(frame.label(row, frame.keys)) for row in shown), default=0)
        wide = WIDTH + CHARACTER * max(0, longest - LABEL_USUAL)
        size = (WIDTH, 3.8) if is_time else (wide, 1.1 + 0.34 * max(len(shown), 2))
        _, ax = pyplot.subplots(figsize=size, layout="constrained")
    if is_time:
        columns(frame, ax, title or _title(frame))
    else:
        bars(frame, ax, n, title or _title(frame))
    return ax


def plot_nat(nat: Nat, n: int) -> list[Axes]:
    height = 3.4 + 2 * (0.34 * (n + 1) + 0.7)
    figure = pyplot.figure(figsize=(WIDTH, height), layout="constrained")
    rows = figure.add_gridspec(3, 1, height_ratios=[n + 2, n + 2, 7])
    made = []
    for at, (name, title) in enumerate(
        [("clients", "clients"), ("remotes", "remotes"), ("hours", "hours")]
    ):
        ax = figure.add_subplot(rows[at])
        frame = _Frame(getattr(nat, name))
        if len(nat.gateways) < 2:
            frame.keys = [key for key in frame.keys if key != "nat_gateway_id"]
        if frame.is_time():
            columns(frame, ax, f"billed bytes by {title[:-1]}")
        else:
            bars(frame, ax, n, f"billed bytes by {title[:-1]}")
        made.append(ax)
    headline = nat.headline.splitlines()
    if headline:
        figure.suptitle(_lines(headline[0]), fontsize=11, x=0.01, ha="left", parse_math=False)
    return made
