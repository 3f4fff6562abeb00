"""Conventions of DESIGN that no linter knows, read off the source files."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.sources import PACKAGE, ROOT, imports, module_name, package_files, tree

FILES = pytest.mark.parametrize("path", package_files(), ids=module_name)
SLOW_TO_COMPILE = {"sort", "argsort", "partition", "argpartition", "unique", "linalg", "sorted"}


def _floor(path: Path) -> str:
    """The package or module below neurolab that a file belongs to; empty for neurolab itself."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py").replace("__init__", "")


@FILES
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path)), f"{path} has no docstring"


@FILES
def test_every_public_function_and_class_is_described(path: Path) -> None:
    for node in tree(path).body:
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        if not isinstance(node, kinds) or node.name.startswith("_"):
            continue
        if "overload" not in map(ast.unparse, node.decorator_list):
            assert ast.get_docstring(node), f"{path}:{node.lineno}: {node.name} has no docstring"


@FILES
def test_the_package_imports_its_modules_not_itself(path: Path) -> None:
    """`import neurolab as nl` inside the package would hide imports from the floors."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            assert "neurolab" not in names, f"{path}:{node.lineno}: import its modules instead"
        elif isinstance(node, ast.ImportFrom) and node.module == "neurolab" and _floor(path):
            for name in (alias.name for alias in node.names):
                module = any(PACKAGE.glob(f"{name}.py")) or (PACKAGE / name).is_dir()
                assert module or name == "__version__", f"{path}:{node.lineno}: name its module"


@FILES
def test_no_public_object_has_the_name_of_its_module(path: Path) -> None:
    """Else a package that exports the object hides the module of that name."""
    names = [node.name for node in tree(path).body if hasattr(node, "name")]
    names += [
        target.id
        for node in tree(path).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    # what users type as nl.lesson; and a name that its package does not export
    allowed = {"neurolab.course.lesson", "neurolab.kernels.fingerprint"}
    assert path.stem not in names or module_name(path) in allowed


@FILES
def test_heavy_imports_stay_on_their_floor(path: Path) -> None:
    """Labs and everything below run without widgets; only figures draw; only kernels know numba."""
    tops = {name.partition(".")[0] for name in imports(path)}
    if _floor(path) not in ("widgets", "course", "warmup", "cli", "__main__"):
        assert not tops & {"ipywidgets", "anywidget", "traitlets", "tqdm", "IPython"}
    if _floor(path) not in ("figures", "widgets", "course", "cli"):
        assert "matplotlib" not in tops
    assert "matplotlib.pyplot" not in imports(path), "pyplot keeps every figure alive"


@FILES
def test_kernels_avoid_what_takes_seconds_to_compile(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.FunctionDef) or not any(map(_is_kernel, node.decorator_list)):
            continue
        for part in ast.walk(node):
            name = getattr(part, "attr", getattr(part, "id", ""))
            assert name not in SLOW_TO_COMPILE, f"{path}:{part.lineno}: {name} in {node.name}"
            assert not isinstance(part, ast.Dict | ast.DictComp), f"{path}:{part.lineno}: a dict"


def _is_kernel(decorator: ast.expr) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return getattr(target, "id", getattr(target, "attr", "")) in ("kernel", "njit", "jit")


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("neurolab", ["numpy", "numba", "scipy", "matplotlib", "ipywidgets"]),
        ("neurolab.membrane", ["numba", "scipy", "matplotlib", "ipywidgets"]),
        ("neurolab.synapses", ["numba", "scipy", "matplotlib", "ipywidgets"]),
        ("neurolab.labs", ["numba", "scipy", "matplotlib", "ipywidgets"]),
        ("neurolab.figures", ["numba", "scipy", "matplotlib", "ipywidgets"]),
        ("neurolab.course", ["numba", "scipy", "matplotlib"]),
    ],
)
def test_importing_stays_light(module: str, absent: list[str]) -> None:
    """First use must not hurt: heavy packages load when something needs them."""
    code = f"import sys, {module}; print(*(name for name in {absent} if name in sys.modules))"
    run = [sys.executable, "-c", code]
    answer = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []


def test_the_lock_pins_and_hashes_every_package_and_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    entries = text.replace("\\\n", " ").splitlines()
    assert len(entries) > 50
    for entry in entries:
        requirement, *hashes = entry.split("--hash=")
        assert "==" in requirement.partition(";")[0], f"not pinned: {requirement}"
        assert hashes and all(text.strip().startswith("sha256:") for text in hashes), requirement
