"""The disk cache, seen from outside: second processes hit, edits miss, nothing stale is ever served."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from neurolab.kernels import cache

pytestmark = pytest.mark.jit

COUNT = "print(sum({f}.stats.cache_hits.values()), sum({f}.stats.cache_misses.values()))"


def run(code: str, cache: Path, cwd: Path, **env: str) -> str:
    """Output of `code` in a fresh process with its own cache folder."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(cwd), **env},
        capture_output=True,
        text=True,
        check=True,
        cwd=cwd,
    )
    return done.stdout.strip()


def test_a_second_process_hits(tmp_path: Path) -> None:
    code = """
        import neurolab as nl
        from neurolab.engine import fixed_step
        print(nl.simulate(nl.membrane.hodgkin_huxley, 1, 0.01, I=10.0).V[-1].hex())
        """ + COUNT.format(f="fixed_step._SMOOTH['rk4']")
    first = run(code, tmp_path / "cache", tmp_path).split()
    second = run(code, tmp_path / "cache", tmp_path).split()
    assert first[1:] == ["0", "1"] and second[1:] == ["1", "0"]
    assert first[0] == second[0]


def test_an_edited_helper_in_another_file_is_never_stale(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("def scale(x):\n    return 2.0 * x\n")
    (tmp_path / "kernels_here.py").write_text(
        "from neurolab.kernels.cache import kernel\nimport helper\nscale = kernel(helper.scale)\n"
        "@kernel\ndef twice(x):\n    return scale(x) + 1.0\n"
    )
    code = "from kernels_here import twice; print(twice(3.0)); " + COUNT.format(f="twice")
    assert run(code, tmp_path / "cache", tmp_path).split() == ["7.0", "0", "1"]
    assert run(code, tmp_path / "cache", tmp_path).split() == ["7.0", "1", "0"]
    (tmp_path / "helper.py").write_text("def scale(x):\n    return 5.0 * x\n")
    assert run(code, tmp_path / "cache", tmp_path).split() == ["16.0", "0", "1"]
    (tmp_path / "helper.py").write_text("# back again\ndef scale(x):\n    return 2.0 * x\n")
    assert run(code, tmp_path / "cache", tmp_path).split() == ["7.0", "1", "0"]


def test_kernels_made_in_closures_hit(tmp_path: Path) -> None:
    (tmp_path / "made.py").write_text(
        "from neurolab.kernels.cache import kernel\n"
        "def make(a):\n    @kernel\n    def f(x):\n        return a * x\n    return f\n"
    )
    code = (
        "from made import make; f, g = make(2.0), make(3.0); print(f(1.0), g(1.0)); "
        + COUNT.format(f="g")
    )
    assert run(code, tmp_path / "cache", tmp_path).split() == ["2.0", "3.0", "0", "1"]
    assert run(code, tmp_path / "cache", tmp_path).split() == ["2.0", "3.0", "1", "0"]


def test_a_kernel_that_no_other_calls_is_kept_without_the_code_to_link(tmp_path: Path) -> None:
    (tmp_path / "two.py").write_text(
        "from neurolab.kernels.cache import borrowing_kernel, kernel\n"
        "def f(x):\n    return x[0] + x.sum()\n"
        "last, other = borrowing_kernel(f), kernel(f)\n"
    )
    code = (
        """
        import numpy as np
        from two import {name}
        print({name}(np.arange(3.0)))
        """
        + COUNT
    )
    sizes = []
    for name in ("last", "other"):
        for counts in (["3.0", "0", "1"], ["3.0", "1", "0"]):
            found = run(code.format(name=name, f=name), tmp_path / name, tmp_path).split()
            assert found == counts
        sizes.append(sum(path.stat().st_size for path in (tmp_path / name).rglob("*.nbc")))
    assert sizes[0] < sizes[1]


def test_a_model_typed_in_a_cell_hits_until_its_constant_changes(tmp_path: Path) -> None:
    code = """
        import neurolab as nl
        from neurolab.engine import fixed_step
        speed = {speed}
        def rhs(t, y, p, I):
            return (-speed * y[0] + I,)
        print(nl.simulate(nl.Model(rhs, dict(x=1.0), {{}}), 1, 0.1).x[-1].round(6))
        """ + COUNT.format(f="fixed_step._SMOOTH['rk4']")
    results = [
        run(code.format(speed=speed), tmp_path / "cache", tmp_path).split()
        for speed in (1.0, 1.0, 2.0, 1.0)
    ]
    assert results == [
        ["0.36788", "0", "1"],
        ["0.36788", "1", "0"],
        ["0.13534", "0", "1"],
        ["0.36788", "1", "0"],
    ]


def test_checked_and_unchecked_kernels_do_not_meet(tmp_path: Path) -> None:
    code = "from neurolab.kernels.cache import cache_folder; print(cache_folder().name)"
    assert run(code, tmp_path, tmp_path, NUMBA_BOUNDSCHECK="0") != run(
        code, tmp_path, tmp_path, NUMBA_BOUNDSCHECK="1"
    )


PLAIN = "from neurolab.kernels.cache import kernel\n@kernel\ndef f(x):\n    return x + 1.0\nprint(f(1.0))"


def test_a_missing_folder_costs_speed_only(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    (tmp_path / "m.py").write_text(PLAIN)
    assert run("import m", blocked / "cache", tmp_path) == "2.0"


def test_a_user_without_a_home_can_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    root = cache.cache_root()
    with pytest.raises(OSError):
        (root / "folder").mkdir(parents=True)
    assert list(cache._entries()) == []


@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-1] + b"?"])
def test_a_damaged_entry_is_compiled_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    (tmp_path / "m.py").write_text(PLAIN)
    run("import m", tmp_path / "cache", tmp_path)
    (entry,) = (tmp_path / "cache").glob("*/f-*.nbc")
    whole = entry.read_bytes()
    entry.write_bytes(damage(whole))
    assert run("import m", tmp_path / "cache", tmp_path) == "2.0"
    assert len(entry.read_bytes()) == len(whole)


def test_shipped_kernels_are_read_and_never_written(tmp_path: Path) -> None:
    """The user's folder cannot be made, the shipped one cannot be written to: both processes hit."""
    (tmp_path / "m.py").write_text(PLAIN + "\n" + COUNT.format(f="f"))
    shipped, blocked = tmp_path / "shipped", tmp_path / "file"
    blocked.write_text("not a folder")
    run("import m", shipped, tmp_path)
    files = {path: path.stat().st_mtime_ns for path in shipped.rglob("*.nbc")}
    for path in [*files, *shipped.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for folder in (blocked / "cache", tmp_path / "empty"):
        said = run("import m", folder, tmp_path, NEUROLAB_CACHE_SHIPPED=str(shipped)).split()
        assert said == ["2.0", "1", "0"]
    assert {path: path.stat().st_mtime_ns for path in shipped.rglob("*.nbc")} == files
    assert not list((tmp_path / "empty").rglob("*.nbc"))
    for path in shipped.rglob("*"):
        path.chmod(0o755)


BREAKS = {
    "_rebuild is gone": "del compiler.CompileResult._rebuild",
    "_rebuild takes less": "compiler.CompileResult._rebuild = classmethod(lambda cls, context: None)",
    "_reduce is gone": "del compiler.CompileResult._reduce",
    "serialize is gone": "cache._serialize = None",
    "dumps takes more": "cache._serialize = types.SimpleNamespace(dumps=lambda a, b: b'')",
    "magic_tuple is gone": "del codegen.CPUCodegen.magic_tuple",
    "the dispatcher asks otherwise": (
        "old = cache._DiskCache.load_overload\n"
        "cache._DiskCache.load_overload = lambda self, *asked: old(self, *asked, 'and more')"
    ),
}
BROKEN = """
import types, warnings
from numba.core import codegen, compiler
from neurolab.kernels import cache
{change}
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    import m
    import neurolab as nl
    print(nl.simulate(nl.membrane.passive, 10, 0.1, I=1.0).V[-1].hex())
print(sum("kernel cache expects" in str(warning.message) for warning in said), len(said))
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A cache that a numba as expected has filled, and what its process printed."""
    folder = tmp_path_factory.mktemp("before")
    (folder / "m.py").write_text(PLAIN)
    return folder, run(BROKEN.format(change=""), folder / "cache", folder)


@pytest.mark.slow
@pytest.mark.parametrize("what", BREAKS)
def test_another_numba_costs_speed_and_one_warning(
    tmp_path: Path, before: tuple[Path, str], what: str
) -> None:
    """Numba's internals changed under us: the same results, cold and warm, and one warning a process says so."""
    code = BROKEN.format(change=BREAKS[what])
    folder, whole = before
    assert whole.endswith("0 0")
    cold, again = (run(code, tmp_path / "cache", folder) for _ in range(2))
    warm = run(code, folder / "cache", folder)
    assert again == warm == whole.replace("0 0", "1 1")
    # what only loading needs is missed by the first process that finds an entry
    assert cold == (whole if "_rebuild" in what else again)


@pytest.mark.slow
def test_numbas_own_cache_takes_over_and_follows_the_sources(tmp_path: Path) -> None:
    code = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "from neurolab.kernels import cache; cache._serialize = None; {}\n"
        "import numpy as np; from neurolab.kernels.rng import fill_normals, seed_key\n"
        "out = np.empty(4); fill_normals(seed_key(1), 0, 0, out); print(out[0].hex())\n"
    ) + COUNT.format(f="fill_normals")
    first, second, edited = (
        run(code.format(change), tmp_path / "cache", tmp_path).split()
        for change in ("", "", "cache.source_digest = lambda *folders: 'edited'")
    )
    assert first[1:] == ["0", "1"] and second[1:] == ["1", "0"] and edited[1:] == ["0", "1"]
    assert first[0] == second[0] == edited[0]
    assert all(
        "-plain-" in path.parts[-2] or "-plain-" in str(path) for path in tmp_path.rglob("*.nbi")
    )


def test_the_warning_is_an_error_where_warnings_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be turned into an error like any other, and comes once."""
    monkeypatch.setattr(cache, "_broken", [])
    asks = cache._DiskCache(test_the_warning_is_an_error_where_warnings_are)
    with pytest.warns(
        RuntimeWarning, match="numba asks its cache for 'load_index'.*requirements.lock"
    ):
        assert asks.load_index(1) is None
    assert asks.load_index(1) is None, "no second warning: it would be an error here"
    assert not hasattr(asks, "_repr_html_"), "a notebook that shows it is no other numba"


def test_a_dispatcher_without_a_cache_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_broken", [])
    monkeypatch.setattr(cache.numba, "njit", lambda **options: lambda function: function)
    with pytest.warns(RuntimeWarning, match="a dispatcher has no '_cache'"):
        assert cache.kernel(abs)(-1.0) == 1.0
    assert cache.kernel(abs)(-1.0) == 1.0


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of three entries, 1.2 MB in all."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    folder = tmp_path / "numba0"
    folder.mkdir()
    for age, name in enumerate(["new", "middle", "old"]):
        path = folder / f"{name}.nbc"
        path.write_bytes(b"x" * 400_000)
        os.utime(path, (1e9 - age, 1e9 - age))
    return folder


def test_prune_drops_what_was_used_longest_ago(three: Path) -> None:
    assert cache.prune(limit_mb=1.0) == 1
    assert sorted(path.stem for path in three.iterdir()) == ["middle", "new"]


def test_prune_clears_what_a_killed_process_left(three: Path) -> None:
    for name, age in [("left.tmp", 1e9), ("being_written.tmp", time.time())]:
        (three / name).write_bytes(b"")
        os.utime(three / name, (age, age))
    assert cache.prune() == 0
    assert sorted(path.suffix for path in three.iterdir()) == [".nbc", ".nbc", ".nbc", ".tmp"]


def test_saving_keeps_the_limit_now_and_then(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first save, and again after each 20 MB."""
    pruned = []
    monkeypatch.setattr(cache, "prune", lambda: pruned.append(True))
    monkeypatch.setattr(cache, "cache_folder", lambda: three)
    monkeypatch.setattr(cache, "_unpruned", [cache.PRUNE_EVERY_MB * 1e6])
    for _ in range(9):
        cache._write("entry.nbc", b"x" * 5_000_000)
    assert len(pruned) == 3
    assert cache._read("entry.nbc") == b"x" * 5_000_000
