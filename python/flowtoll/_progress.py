# SPDX-License-Identifier: Apache-2.0
"""A line that says how far a question is, on a terminal or in a notebook, unless it is quick."""

from __future__ import annotations

import sys
import time
from typing import Any

from ._text import size_text

QUICK_S = 0.5
TERMINAL_STEP_S = 0.1
NOTEBOOK_STEP_S = 0.25
BAR_WIDTH = 24


def _kernel() -> Any | None:
    """IPython's display, where a notebook shows what is written to it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    try:
        from IPython import display  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    return display


def line(done: int, total: int, rows: int, lookups: int, most: int, seconds: float) -> str:
    """Such as `[#####...] 21%  19.6 MiB of 93.1 MiB, 1 050 000 records, 3 s left`."""
    if most:
        return f"asking registries: {lookups} of at most {most} queries, {seconds:.0f} s"
    records = f"{rows:,}".replace(",", " ") + " records"
    if not total:
        return f"{size_text(done)} read, {records}" if done else f"{seconds:.0f} s"
    part = min(done / total, 1.0)
    bar = "#" * int(part * BAR_WIDTH)
    text = f"[{bar:.<{BAR_WIDTH}}] {part:4.0%}  {size_text(done)} of {size_text(total)}, {records}"
    if 0.02 < part < 1:
        text += f", {seconds * (1 - part) / part:.0f} s left"
    return text


class Progress:
    """Called by the extension all the while a question runs; `with` it, so that its line goes."""

    def __init__(self, wanted: bool | None) -> None:
        self.notices: list[str] = []
        self._start = time.monotonic()
        self._next = self._start + QUICK_S
        self._handle: Any | None = None
        self._is_drawn = False
        self._display = _kernel() if wanted is not False else None
        on_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._terminal = self._display is None and (wanted or (wanted is None and on_terminal))

    def __call__(
        self,
        done: int,
        total: int,
        rows: int,
        lookups: int,
        most: int,
        notices: list[tuple[bool, str]],
    ) -> None:
        self.notices += [text for _, text in notices]
        now = time.monotonic()
        if now < self._next:
            return
        text = line(done, total, rows, lookups, most, now - self._start)
        if self._display is not None:
            self._next = now + NOTEBOOK_STEP_S
            self._draw_notebook(text)
        elif self._terminal:
            self._next = now + TERMINAL_STEP_S
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()
            self._is_drawn = True

    def _draw_notebook(self, text: str) -> None:
        bundle = {"text/plain": text}
        if self._handle is None:
            assert self._display is not None
            self._handle = self._display.display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *unused: object) -> None:
        if self._is_drawn:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
        if self._handle is not None:
            self._handle.update({"text/plain": ""}, raw=True)
