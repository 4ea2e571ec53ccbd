# SPDX-License-Identifier: Apache-2.0
"""Builds the wheel: CMake makes the library and the program in the tree that this folder lies in,
here they are put beside the module that talks to them, with the libraries that they need and not
every Linux has, and the licences of all of it. FLOWTOLL_BUILD_DIR names CMake's build folder
(build/ of the tree)."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).resolve().parent
TREE = HERE.parent
sys.path.insert(0, str(HERE))  # which a build's front end does not
import licences  # noqa: E402

LIBRARY = "libflowtoll.so"


def version():
    header = (TREE / "include" / "flowtoll.h").read_text(encoding="utf-8")
    return re.search(r'^#define FLOWTOLL_VERSION "(.*)"', header, re.M)[1]


# what is made on the way lies in the tree's build folder too
MADE = TREE / "build" / "python"


def dynamic(library, key):
    """Values of the dynamic section."""
    told = subprocess.run(
        ["objdump", "-p", library], check=True, capture_output=True, text=True
    ).stdout
    return re.findall(rf"^ *{key} +(\S+)", told, re.M)


def beside(library):
    """(name, path) of the libraries that come along: all but those that every Linux has."""
    told = subprocess.run(["ldd", library], check=True, capture_output=True, text=True).stdout
    places = dict(re.findall(r"^\s*(\S+) => (/\S+)", told, re.M))
    return [
        (name, places[name])
        for name in dynamic(library, "NEEDED")
        if not re.match(r"(lib(c|m|dl|pthread|gcc_s)|ld-linux.*)\.so", name)
    ]


def configured():
    """CMake's build folder, ready to build."""
    folder = Path(os.environ.get("FLOWTOLL_BUILD_DIR") or TREE / "build").resolve()
    if not (folder / "CMakeCache.txt").exists():
        subprocess.run(
            ["cmake", "-S", TREE, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
            check=True,
        )
    return folder


def put(source, place):
    shutil.copy2(Path(source).resolve(), place)
    subprocess.run(["strip", "--strip-unneeded", place], check=True)


class Build(build_ext):
    """The extension, the library and the program, as one."""

    def run(self):
        folder = configured()
        subprocess.run(
            ["cmake", "--build", folder, "--target", "flowtoll_shared", "flowtoll_thin"], check=True
        )
        self.include_dirs.append(str(TREE / "include"))
        self.library_dirs.append(str(folder))
        package = (HERE if self.inplace else Path(self.build_lib)) / "flowtoll"
        package.mkdir(parents=True, exist_ok=True)
        for folder_in in ("lib", "bin"):
            shutil.rmtree(package / folder_in, ignore_errors=True)
            (package / folder_in).mkdir(parents=True)
        library = (folder / LIBRARY).resolve()
        # under the name that the extension asks for, its soname
        put(library, package / "lib" / dynamic(library, "SONAME")[0])
        put(folder / "thin" / "flowtoll", package / "bin" / "flowtoll")
        for name, path in beside(library):
            put(path, package / "lib" / name)
        super().run()


class Wheel(bdist_wheel):
    """One wheel for every CPython from 3.10 on."""

    def finalize_options(self):
        self.py_limited_api = "cp310"
        super().finalize_options()

    def egg2dist(self, egginfo_path, distinfo_path):
        super().egg2dist(egginfo_path, distinfo_path)
        licences.put(configured(), distinfo_path)


MADE.mkdir(parents=True, exist_ok=True)
setup(
    version=version(),
    options={"egg_info": {"egg_base": str(MADE)}, "build": {"build_base": str(MADE)}},
    ext_modules=[
        Extension(
            "flowtoll._flowtoll",
            sources=sorted(str(path.relative_to(HERE)) for path in HERE.glob("native/*.c")),
            depends=sorted(map(str, [*HERE.glob("native/*.h"), *TREE.glob("include/*.h")])),
            libraries=["flowtoll"],
            py_limited_api=True,
            extra_compile_args=["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra"],
            extra_link_args=["-Wl,-rpath,$ORIGIN/lib", "-pthread"],
        )
    ],
    cmdclass={"build_ext": Build, "bdist_wheel": Wheel},
)
