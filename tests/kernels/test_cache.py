"""The disk cache, seen from outside: second processes hit, edits miss, nothing stale is ever served."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

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


def test_a_read_only_or_missing_folder_costs_speed_only(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    code = "from neurolab.kernels.cache import kernel\n@kernel\ndef f(x):\n    return x + 1.0\nprint(f(1.0))"
    (tmp_path / "m.py").write_text(code)
    assert run("import m", blocked / "cache", tmp_path) == "2.0"


def test_a_damaged_entry_is_compiled_anew(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(
        "from neurolab.kernels.cache import kernel\n@kernel\ndef f(x):\n    return x + 1.0\nprint(f(1.0))"
    )
    run("import m", tmp_path / "cache", tmp_path)
    (entry,) = (tmp_path / "cache").glob("*/f-*.nbc")
    entry.write_bytes(b"")
    assert run("import m", tmp_path / "cache", tmp_path) == "2.0"


def test_prune_drops_what_was_used_longest_ago(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from neurolab.kernels import cache

    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    folder = tmp_path / "numba0"
    folder.mkdir()
    for age, name in enumerate(["new", "middle", "old"]):
        path = folder / f"{name}.nbc"
        path.write_bytes(b"x" * 400_000)
        os.utime(path, (1e9 - age, 1e9 - age))
    assert cache.prune(limit_mb=1.0) == 1
    assert sorted(path.stem for path in folder.iterdir()) == ["middle", "new"]
