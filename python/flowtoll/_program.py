# SPDX-License-Identifier: Apache-2.0
"""The program `flowtoll`, which lies in the package."""

import os
import sys


def main() -> None:
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "flowtoll")
    os.execv(program, ["flowtoll", *sys.argv[1:]])
