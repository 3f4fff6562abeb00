"""The `kernel` decorator: numba in the one way that neurolab uses it, with a disk cache that is never stale.

Importing this module imports numba, so only modules that hold kernels do. Numba's own cache keys a function by the text
of its file: an edited helper in another file goes unnoticed, and functions made in closures never hit. Ours keys it by
the fingerprint of everything the function reaches, one file an entry, in a folder named by the versions and flags.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import compiler, serialize
from numba.core import config as _numba_config

from neurolab.kernels.fingerprint import fingerprint, source_digest

__all__ = ["cache_folder", "kernel", "prune"]

config: Any = _numba_config  # its flags are made at run time; type checkers cannot see them
F = TypeVar("F", bound=Callable[..., Any])
CACHE_LIMIT_MB = 200

_PACKAGE = Path(__file__).resolve().parent.parent


def cache_root() -> Path:
    """Where compiled kernels live: NUMBA_CACHE_DIR, or the user's cache folder."""
    if set_by_user := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(set_by_user)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "neurolab"


@cache
def cache_folder() -> Path:
    """The folder of this version: numba's flags and the engine's sources are in its name, so nothing stale is found."""
    flags = "".join(
        str(int(flag or 0))
        for flag in (config.OPT, config.BOUNDSCHECK, config.LOOP_VECTORIZE, config.SLP_VECTORIZE)
    )
    sources = source_digest(_PACKAGE / "kernels", _PACKAGE / "engine")
    python = f"py{sys.version_info[0]}{sys.version_info[1]}"
    return cache_root() / f"numba{numba.__version__}-{python}-{flags}-{sources}"


class _DiskCache:
    """What a numba dispatcher asks of its cache; one file for each function, signature and processor."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._digest: str | None = None

    def _path(self, signature: Any, codegen: Any) -> Path:
        if self._digest is None:  # at the first call, when every global the function reads exists
            self._digest = fingerprint(self._function)
        key = repr((self._digest, str(signature), codegen.magic_tuple()))
        name = self._function.__qualname__.replace("<locals>.", "")
        return cache_folder() / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:24]}.nbc"

    @property
    def cache_path(self) -> str:
        return str(cache_folder())

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        target_context.refresh()
        path = self._path(signature, target_context.codegen())
        try:
            payload = pickle.loads(path.read_bytes())
            os.utime(path)  # `prune` drops what was used longest ago
        except (OSError, pickle.UnpicklingError, EOFError):
            return None
        return compiler.CompileResult._rebuild(target_context, *payload)

    def save_overload(self, signature: Any, result: Any) -> None:
        if result.lifted or result.library.has_dynamic_globals:
            return
        path = self._path(signature, result.codegen)
        data = serialize.dumps(result._reduce())
        try:  # a full or read-only disk costs speed, not the result
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
                file.write(data)
            os.replace(file.name, path)
        except OSError:
            return

    def enable(self) -> None: ...
    def disable(self) -> None: ...
    def flush(self) -> None: ...


def kernel(function: F) -> F:
    """Compile `function` with numba on first call; cached on disk, NumPy's division, no fastmath, GIL released."""
    dispatcher: Any = numba.njit(error_model="numpy", nogil=True)(function)
    if not config.DISABLE_JIT:
        dispatcher._cache = _DiskCache(function)
    return cast(F, dispatcher)


def prune(limit_mb: float = CACHE_LIMIT_MB) -> int:
    """Delete the entries used longest ago until the cache holds at most `limit_mb`; the number deleted."""
    entries = sorted(
        cache_root().glob("numba*/*.nbc"), key=lambda path: path.stat().st_mtime, reverse=True
    )
    total, deleted = 0, 0
    for path in entries:
        total += path.stat().st_size
        if total > limit_mb * 1e6:
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted
