"""The `kernel` decorator: numba in the one way that neurolab uses it, with a disk cache that is never stale.

Importing this module imports numba, so only modules that hold kernels do. Numba's own cache keys a function by the text
of its file: an edited helper in another file goes unnoticed, and functions made in closures never hit. Ours keys it by
the fingerprint of everything the function reaches, one file an entry, in a folder named by the versions and flags.

It has two layers: the user's folder, read and written, and below it folders that came with an installation or an image
(`NEUROLAB_CACHE_SHIPPED`, `neurolab/_kernels`), only read. It stands on numba's internals; should a release of numba
change them, kernels fall back to numba's own cache, in a folder that the same digests name, or to none.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import os
import pickle
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from llvmlite import binding, ir

from neurolab.kernels.fingerprint import fingerprint, source_digest
from neurolab.kernels.pipeline import APART, HELPER, KERNEL

__all__ = [
    "apart",
    "borrowing",
    "borrowing_kernel",
    "cache_folder",
    "inlined",
    "kernel",
    "layers",
    "prune",
    "used_entries",
]

F = TypeVar("F", bound=Callable[..., Any])
CACHE_LIMIT_MB = 200
PRUNE_EVERY_MB = 20  # saved by this process: looking through the folder takes milliseconds
FLAGS = ("OPT", "BOUNDSCHECK", "LOOP_VECTORIZE", "SLP_VECTORIZE")

_PACKAGE = Path(__file__).resolve().parent.parent
_SUFFIX = ".nbc"


def _of_numba(module: str) -> Any:
    """A module of numba's own; None where a release has moved it, and what is looked for in it is then missing."""
    try:
        return importlib.import_module(f"numba.core.{module}")
    except ImportError:
        return None


config, _compiler, _serialize = _of_numba("config"), _of_numba("compiler"), _of_numba("serialize")


def cache_root() -> Path:
    """Where compiled kernels live: NUMBA_CACHE_DIR, or the user's cache folder."""
    if set_by_user := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(set_by_user)
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home, as in some containers: nothing can be kept
        return Path(os.devnull) / "neurolab"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "neurolab"


@cache
def cache_folder() -> Path:
    """The folder of this version: numba's flags and the engine's sources are in its name, so nothing stale is found."""
    flags = "".join(str(int(getattr(config, flag, 0) or 0)) for flag in FLAGS)
    sources = source_digest(_PACKAGE / "kernels", _PACKAGE / "engine")
    python = f"py{sys.version_info[0]}{sys.version_info[1]}"
    return cache_root() / f"numba{numba.__version__}-{python}-{flags}-{sources}"


def layers() -> list[Path]:
    """Folders in which entries are looked for: the user's own, then those that are only read."""
    shipped = [os.environ.get("NEUROLAB_CACHE_SHIPPED"), _PACKAGE / "_kernels"]
    name = cache_folder().name
    return [cache_folder(), *(Path(folder) / name for folder in shipped if folder)]


_used: set[str] = set()
_unpruned = [PRUNE_EVERY_MB * 1e6]  # bytes saved since the last look; the first save looks


def used_entries() -> list[str]:
    """Names of the entries that this process has read or written."""
    return sorted(_used)


def _read(name: str) -> bytes | None:
    """What an entry holds, from the first layer that has it whole."""
    for number, folder in enumerate(layers()):
        try:
            data = (folder / name).read_bytes()
        except OSError:
            continue
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            continue  # cut short or damaged: machine code from it would crash
        if number == 0:
            try:
                os.utime(folder / name)  # `prune` drops what was used longest ago
            except OSError:
                pass  # a folder that can only be read
        _used.add(name)
        return data[32:]
    return None


def _write(name: str, data: bytes) -> None:
    """Keep an entry in the user's layer; a full or read-only disk costs speed, not the result."""
    path = cache_folder() / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
            file.write(hashlib.sha256(data).digest() + data)
        os.replace(file.name, path)
    except OSError:
        return
    _used.add(name)
    _unpruned[0] += len(data)
    if _unpruned[0] >= PRUNE_EVERY_MB * 1e6:
        _unpruned[0] = 0
        prune()


class _DiskCache:
    """What a numba dispatcher asks of its cache; one file for each function, signature and processor."""

    def __init__(self, function: Callable[..., Any], last: bool = False) -> None:
        self._function = function
        self._last = last  # whether no other kernel calls it
        self._digest: str | None = None

    def _name(self, signature: Any, codegen: Any) -> str:
        key = repr((self._digest, str(signature), codegen.magic_tuple()))
        name = self._function.__qualname__.replace("<locals>.", "")
        return f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:24]}{_SUFFIX}"

    @property
    def cache_path(self) -> str:
        return str(cache_folder())

    def load_overload(self, *asked: Any, **more: Any) -> Any:
        if self._digest is None:  # at the first call, when every global the function reads exists
            self._digest = fingerprint(self._function)
        if not _broken:
            try:
                return self._load(*asked, **more)
            except Exception as error:
                _give_up(error)
        return _numbas_own(self._function, "load_overload", *asked, **more)

    def _load(self, signature: Any, target_context: Any) -> Any:
        _require_internals()
        target_context.refresh()
        data = _read(self._name(signature, target_context.codegen()))
        if data is None:
            return None
        return _compiler.CompileResult._rebuild(target_context, *pickle.loads(data))

    def save_overload(self, *asked: Any, **more: Any) -> None:
        if not _broken:
            try:
                return self._save(*asked, **more)
            except Exception as error:
                _give_up(error)
        _numbas_own(self._function, "save_overload", *asked, **more)

    def _save(self, signature: Any, result: Any) -> None:
        if not result.lifted and not result.library.has_dynamic_globals:
            library, *rest = result._reduce()
            if self._last:
                # what other kernels would be built from is two thirds of an entry, and slow to read
                name, kind, (code, whole) = library
                library = name, kind, (code, _hollow(whole))
            _write(self._name(signature, result.codegen), _serialize.dumps((library, *rest)))

    def enable(self) -> None: ...
    def disable(self) -> None: ...
    def flush(self) -> None: ...

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what Python and notebooks ask of any object
            raise AttributeError(name)
        _give_up(AttributeError(f"numba asks its cache for {name!r}"))
        return lambda *asked, **more: _numbas_own(self._function, name, *asked, **more)


def _hollow(bitcode: bytes) -> bytes:
    """A module that defines the same names, each as a function that does nothing: numba asks which there are."""
    whole, hollow = binding.parse_bitcode(bitcode), ir.Module()
    for named in (*whole.functions, *whole.global_variables):
        if not named.is_declaration:
            function = ir.Function(hollow, ir.FunctionType(ir.VoidType(), []), named.name)
            ir.IRBuilder(function.append_basic_block()).ret_void()
    return bytes(binding.parse_assembly(str(hollow)).as_bitcode())


@cache
def _require_internals() -> None:
    """Fail before the first load rather than at the first save, so that numba's own cache is asked for both."""
    inspect.signature(_compiler.CompileResult._reduce).bind("self")
    inspect.signature(_serialize.dumps).bind("object")


_broken: list[str] = []  # why our cache is out of use in this process, if it is
_numbas: dict[Any, Any] = {}  # function -> numba's own cache for it, or None
_lock = threading.RLock()


def _give_up(error: Exception) -> None:
    """Stop using our cache in this process, and say so once."""
    with _lock:
        if _broken:
            return
        _broken.append(f"{type(error).__name__}: {error}")
    warnings.warn(
        f"numba {numba.__version__} is not as neurolab's kernel cache expects ({_broken[0]}); results are the same, "
        "but kernels may compile anew in each session. Install the numba of requirements.lock",
        RuntimeWarning,
        stacklevel=2,
    )


def _numbas_own(function: Callable[..., Any], method: str, *asked: Any, **more: Any) -> Any:
    """Ask numba's own cache; None, as from a cache that never hits, wherever that fails too."""
    with _lock:
        if function not in _numbas:
            _numbas[function] = _numbas_cache(function)
        own = _numbas[function]
        try:
            return None if own is None else getattr(own, method)(*asked, **more)
        except Exception:
            _numbas[function] = None
            return None


def _numbas_cache(function: Callable[..., Any]) -> Any:
    """Numba's cache for one of our own functions, below a folder that every line of the package names.

    It notices no edit outside the function's file, so a learner's functions get none; nor do those made in closures,
    which it never finds again.
    """
    own_file = Path(function.__code__.co_filename).is_relative_to(_PACKAGE)
    if not own_file or function.__closure__:
        return None
    folder = cache_root() / f"{cache_folder().name}-plain-{source_digest(*_folders())}"
    before = getattr(config, "CACHE_DIR", "")
    try:
        config.CACHE_DIR = str(folder)
        dispatcher: Any = numba.njit(function)
        dispatcher.enable_caching()
        own = dispatcher._cache
        return own if Path(own.cache_path).is_relative_to(folder) else None
    except Exception:
        return None
    finally:
        if config is not None:
            config.CACHE_DIR = before


def _folders() -> list[Path]:
    return sorted({path.parent for path in _PACKAGE.rglob("*.py")})


def _compiled(function: F, **options: Any) -> F:
    """By numba, with NumPy's division."""
    return cast(F, numba.njit(error_model="numpy", **options)(function))


def kernel(function: F, last: bool = False, **more: Any) -> F:
    """Compile `function` with numba on first call; cached on disk, NumPy's division, no fastmath, GIL released.

    `last` says that no other kernel calls it: it is then read from the cache in a third of the time.
    """
    dispatcher: Any = _compiled(function, nogil=True, **KERNEL, **more)
    if not getattr(config, "DISABLE_JIT", False):
        if hasattr(dispatcher, "_cache"):
            dispatcher._cache = _DiskCache(function, last)
        else:
            _give_up(AttributeError("a dispatcher has no '_cache'"))
    return cast(F, dispatcher)


def inlined(function: F) -> F:
    """A helper, compiled into each kernel that calls it: only then does LLVM make SIMD code of the caller's loop."""
    return _compiled(function, forceinline=True, **KERNEL)


def borrowing_kernel(function: F) -> F:
    """A kernel that only borrows its arrays: it counts no references to them, and can make none.

    Each count is an atomic operation of some nanoseconds, and a loop that hands many arrays to helpers has dozens.
    """
    return kernel(function, last=True, _nrt=False)


def borrowing(function: F) -> F:
    """A helper of such kernels; Python cannot call it."""
    return _compiled(function, forceinline=True, _nrt=False, **HELPER)


def apart(function: F) -> F:
    """A helper of such kernels that is called, not inlined: what it keeps in registers burdens no loop around it.

    For what is done rarely; a call hands over each array as seven numbers.
    """
    return _compiled(function, _nrt=False, **APART)


def _entries() -> Iterator[tuple[float, int, Path]]:
    """Time of last use, size and path of every entry in the user's layer, all versions together."""
    for path in [*cache_root().glob("numba*/*.nb[ci]"), *cache_root().glob("numba*/*/*.nb[ci]")]:
        try:
            found = path.stat()
        except OSError:
            continue  # another process was faster
        yield found.st_mtime, found.st_size, path


def prune(limit_mb: float = CACHE_LIMIT_MB) -> int:
    """Delete the entries used longest ago until the cache holds at most `limit_mb`; the number deleted."""
    total, deleted = 0, 0
    for _, size, path in sorted(_entries(), reverse=True):
        total += size
        if total > limit_mb * 1e6:
            deleted += _delete(path)
    for path in cache_root().glob("numba*/*.tmp"):  # of a process that was killed while it wrote
        try:
            if path.stat().st_mtime < time.time() - 3600:
                _delete(path)
        except OSError:
            continue
    return deleted


def _delete(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
