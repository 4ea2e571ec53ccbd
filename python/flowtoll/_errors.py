# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, as exceptions with the hint of what to do."""

from __future__ import annotations

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
    """The question was stopped, but not by this thread."""


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


def make(code: int, message: str, hint: str, file: str, line: int, byte: int) -> Error:
    """Called by the extension."""
    return _KINDS.get(code, InternalError)(message, hint, file, line, byte, code)
