# SPDX-License-Identifier: Apache-2.0
"""The licence texts of all that lies in the wheel: ours, and those of each library that is linked
into ours or carried beside it, as its package has them. What is linked is read off CMake's build
file, so that no library can come in without its text: one that has none fails the build, or on a
system that is no Debian is told."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TREE = HERE.parent
COMMON = Path("/usr/share/common-licenses")
# of every Linux, and never in the wheel
SYSTEM = re.compile(r"lib(c|m|dl|rt|pthread|gcc_s)\.(so|a)|ld-linux")


class Missing(RuntimeError):
    """A library without a licence text."""


def told_by(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def linked(build):
    """The libraries in the link of libflowtoll.so, and the compiler's own, which no link names."""
    ninja = build / "build.ninja"
    if not ninja.exists():
        raise Missing(f"no {ninja}, which tells what is linked: configure CMake with -G Ninja")
    text = ninja.read_text(encoding="utf-8")
    rule = re.search(r"^build libflowtoll\.so\.[^:]*:.*?\n\n", text, re.M | re.S)
    words = re.search(r"^ +LINK_LIBRARIES = (.*)$", rule[0], re.M)[1].replace("$ ", " ").split()
    for word in [*words, "-l:libgcc.a"]:
        if word.startswith("-l:"):
            compiler = cached(build, "CMAKE_C_COMPILER") or "cc"
            word = told_by(compiler, f"-print-file-name={word[3:]}")
        elif word.startswith("-l"):
            word = f"lib{word[2:]}.so"
        elif word.startswith("-"):
            continue
        path = build / word  # which is `word`, if that is absolute
        if path != build / "libcore.a" and not SYSTEM.match(path.name):
            yield path


def debian_package(path):
    """Of a file; None: of none."""
    for place in (path, path.resolve()):
        done = subprocess.run(["dpkg-query", "-S", place], capture_output=True, text=True)
        if done.returncode == 0:
            return re.split("[:,]", done.stdout)[0]
    return None


def duckdb(build):
    """The folder of its libraries, and the texts of it and of what lies in it, which of the pinned
    package its source has."""
    given = cached(build, "DUCKDB_DIR")
    folder = Path(given or told_by(TREE / "tools" / "deps", "duckdb"))
    place = Path(given or told_by(TREE / "tools" / "deps", "notices"))
    found = [path for path in sorted(place.rglob("*"))
             if path.is_file() and re.match("LICEN[CS]E|NOTICE|COPYING", path.name)]
    if not found:
        raise Missing(f"no LICENSE in {folder}: put there those of DuckDB and of what lies in it")
    return folder, {Path("duckdb") / path.relative_to(place): path for path in found}


def texts(build):
    """{path below `licenses`: file}"""
    folder, made = duckdb(build)
    made[Path("LICENSE")] = TREE / "LICENSE"
    for library in linked(build):
        if library.parent == folder:
            continue
        if shutil.which("dpkg-query") is None:
            print(f"flowtoll: the wheel lacks the licence of {library}: build it on Debian if it "
                  "is to be handed on", file=sys.stderr)
            continue
        package = debian_package(library)
        copyright_file = Path("/usr/share/doc", str(package), "copyright")
        if package is None or not copyright_file.exists():
            raise Missing(f"no licence text for {library}: it is of no Debian package that has one")
        made[Path(package) / "copyright"] = copyright_file
    for path in list(made.values()):  # texts that others point to
        for name in re.findall(rf"{COMMON}/([\w.-]*\w)", path.read_text(encoding="utf-8")):
            if (COMMON / name).exists():
                made[Path("common") / name] = COMMON / name
    return made


def cached(build, name):
    """A value of CMake's cache, or ""."""
    text = (build / "CMakeCache.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{name}:\w+=(.*)$", text, re.M)
    return found[1] if found else ""


def put(build, dist_info):
    """Into `dist_info`/licenses, and their names into its METADATA (PEP 639)."""
    metadata = Path(dist_info) / "METADATA"
    shutil.rmtree(Path(dist_info) / "licenses", ignore_errors=True)
    names = []
    for name, path in sorted(texts(build).items()):
        place = Path(dist_info) / "licenses" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
        os.chmod(place, 0o644)
        names.append(name.as_posix())
    head, _, body = metadata.read_text(encoding="utf-8").partition("\n\n")
    lines = [line for line in head.splitlines() if not line.startswith("License-File:")]
    lines += [f"License-File: {name}" for name in names]
    metadata.write_text("\n".join(lines) + "\n\n" + body, encoding="utf-8")
