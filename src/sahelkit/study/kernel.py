"""A notebook kernel on the interpreter that runs sahelkit, whatever kernels are installed on the machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from sahelkit._types import Lang
from sahelkit.errors import MissingExtraError

# Longest path of a local socket on Linux (108) and macOS (104), less what the kernel adds to ours.
_LONGEST_SOCKET = 90

_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)

ARGV = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


def need_lab(feature: str) -> None:
    """Raise `MissingExtraError` unless the packages that run notebooks are there."""
    from importlib.util import find_spec

    for package in ("nbformat", "nbclient", "ipykernel", "nbconvert"):
        if find_spec(package) is None:
            raise MissingExtraError(feature, "lab", package)


def environment(*, effort: str, lang: Lang, scratch: Path) -> dict[str, str]:
    """Environment of a kernel: one thread for linear algebra, inline figures, no start-up files of the user."""
    return {
        **os.environ,
        **dict.fromkeys(_ONE_THREAD, "1"),
        "SAHELKIT_EFFORT": effort,
        "SAHELKIT_LANG": lang,
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": str(scratch / "ipython"),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def kernel_manager(scratch: Path) -> Any:
    """A kernel manager whose files lie in `scratch`.

    Local sockets are used where the system has them: no port to fight for, nothing that another user of the machine can
    reach, and a machine without any network interface will do.
    """
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class ThisPython(AsyncKernelManager):  # type: ignore[misc]
        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(argv=list(ARGV), display_name="Python 3", language="python")

    connection = scratch / "k"
    local = os.name == "posix" and len(str(connection)) <= _LONGEST_SOCKET
    return ThisPython(connection_file=str(connection), transport="ipc" if local else "tcp")
