# SPDX-License-Identifier: Apache-2.0
"""Builds the wheel: CMake makes the library and the program in the tree that this folder lies in,
here they are put beside the module that talks to them. FLOWTOLL_BUILD_DIR names CMake's build
folder (build/ of the tree)."""
import os
import re
import shutil
import subprocess
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).resolve().parent
TREE = HERE.parent
LIBRARY = "libflowtoll.so"


def version():
    header = (TREE / "include" / "flowtoll.h").read_text(encoding="utf-8")
    return re.search(r'^#define FLOWTOLL_VERSION "(.*)"', header, re.M)[1]


# what is made on the way lies in the tree's build folder too
MADE = TREE / "build" / "python"


class Build(build_ext):
    """The extension, the library and the program, as one."""

    def run(self):
        folder = Path(os.environ.get("FLOWTOLL_BUILD_DIR") or TREE / "build")
        if not (folder / "CMakeCache.txt").exists():
            subprocess.run(
                ["cmake", "-S", TREE, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
                check=True,
            )
        subprocess.run(
            ["cmake", "--build", folder, "--target", "flowtoll", "flowtoll_shared"], check=True
        )
        self.include_dirs.append(str(TREE / "include"))
        self.library_dirs.append(str(folder))
        package = (HERE if self.inplace else Path(self.build_lib)) / "flowtoll"
        package.mkdir(parents=True, exist_ok=True)
        shutil.copy2(TREE / "LICENSE", package / "LICENSE")
        for name, where in ((LIBRARY, "lib"), ("flowtoll", "bin")):
            (package / where).mkdir(parents=True, exist_ok=True)
            place = package / where / name
            shutil.copy2((folder / name).resolve(), place)
            subprocess.run(["strip", "--strip-unneeded", place], check=True)
        # the name that the extension asks for is the library's soname
        soname = subprocess.run(
            ["objdump", "-p", package / "lib" / LIBRARY], check=True, capture_output=True, text=True
        )
        soname = re.search(r"SONAME\s+(\S+)", soname.stdout)[1]
        if soname != LIBRARY:
            (package / "lib" / LIBRARY).rename(package / "lib" / soname)
        super().run()


class Wheel(bdist_wheel):
    """One wheel for every CPython from 3.10 on."""

    def finalize_options(self):
        self.py_limited_api = "cp310"
        super().finalize_options()


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
