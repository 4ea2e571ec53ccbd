# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, as exceptions with the hint of what to do."""

from __future__ import annotations

import re

__all__ = [
    "Error",
    "InputError",
    "InternalError",
    "InterruptedQuestion",
    "OutOfMemoryError",
    "OutputError",
    "PartialWarning",
    "RemoteError",
    "UsageError",
]


class Error(Exception):
    """A question failed. `file` is empty, `line` and `byte` are 0, where they do not apply: lines
    count from 1, bytes from 0 in the decompressed text. `code` is the program's exit code."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        file: str = "",
        line: int = 0,
        byte: int = 0,
        code: int = 8,
    ) -> None:
        super().__init__(message, hint, file, line, byte, code)
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line
        self.byte = byte
        self.code = code

    def __str__(self) -> str:
        place = self.file
        if place.startswith("--"):  # an argument of the question
            place = f"{place[2:]}, byte {self.byte}" if self.byte else place[2:]
        elif place and self.line:
            place += f":{self.line}"
        text = f"{place}: {self.message}" if place else self.message
        return f"{text}\nhint: {self.hint}" if self.hint else text


class UsageError(Error, ValueError):
    """The question itself is wrong: an unknown field, a bad option."""


class InputError(Error):
    """The input cannot be read, or cannot answer the question."""


class RemoteError(Error):
    """A remote service failed."""


class OutputError(Error):
    """The answer could not be written."""


class OutOfMemoryError(Error, MemoryError):
    """There is not enough memory for it."""


class InternalError(Error):
    """A fault in flowtoll; please report it."""


class InterruptedQuestion(Error):
    """The question was stopped by Session.interrupt, from another thread."""


class PartialWarning(UserWarning):
    """An answer was given, but part of the input was not read."""


_KINDS: dict[int, type[Error]] = {
    2: UsageError,
    3: InputError,
    5: RemoteError,
    6: OutputError,
    7: OutOfMemoryError,
    130: InterruptedQuestion,
}


# the program's flags that are arguments here
_ARGUMENTS = {
    "asn_db", "aws_ranges", "by", "endpoint_url", "fields", "files", "flow_log", "having",
    "inventory", "lookups", "memory", "names", "names_file", "offline", "profile",
    "rdap_bootstrap", "region", "rejects", "since", "threads", "until", "where",
}  # fmt: skip
_FLAG = re.compile(r"--([a-z]+(?:-[a-z]+)*)(?: ('[^']*'|\d\w*|rdap\b))?")


def _argument(flag: re.Match[str]) -> str:
    name, value = flag[1].replace("-", "_"), flag[2]
    if name not in _ARGUMENTS:
        return flag[0]
    quoted = "" if value is None else value if value.startswith("'") else f"'{value}'"
    return f"{name}={quoted}"


def for_python(text: str) -> str:
    """The library's words for the program's users: `--memory 39M` is memory='39M' here."""
    return _FLAG.sub(_argument, text)


def make(code: int, message: str, hint: str, file: str, line: int, byte: int) -> Error:
    """Called by the extension."""
    kind = _KINDS.get(code, InternalError)
    return kind(for_python(message), for_python(hint), file, line, byte, code)
