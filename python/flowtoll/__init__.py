# SPDX-License-Identifier: Apache-2.0
"""Where an AWS network bill comes from, out of VPC flow logs.

    import flowtoll
    logs = flowtoll.open("logs/", inventory="inventory.json")
    logs.top("dstaddr")
    logs.nat().plot()
"""

from ._errors import (
    Error,
    InputError,
    InternalError,
    InterruptedQuestion,
    OutOfMemoryError,
    OutputError,
    PartialWarning,
    RemoteError,
    UsageError,
)
from ._flowtoll import version
from ._result import Nat, Result, Results
from ._session import Session, get, open  # noqa: A004
from ._values import Row

__version__ = version()

__all__ = [
    "Error",
    "InputError",
    "InternalError",
    "InterruptedQuestion",
    "Nat",
    "OutOfMemoryError",
    "OutputError",
    "PartialWarning",
    "RemoteError",
    "Result",
    "Results",
    "Row",
    "Session",
    "UsageError",
    "get",
    "open",
]
