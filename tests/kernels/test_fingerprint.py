"""Digests: equal for equal code, different for anything that changes what the code does."""

from __future__ import annotations

import dis
import math
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurolab.kernels.fingerprint import fingerprint, source_digest, used_globals


def made(source: str, **names: Any) -> Callable[..., Any]:
    namespace = dict(names)
    exec(source, namespace)
    function: types.FunctionType = namespace["f"]
    return function


SOURCE = "def f(x):\n    return k * g(x) + math.exp(x)\n"


def variant(k: Any = 2.0, helper: str = "def f(x):\n    return x + 1\n") -> Callable[..., Any]:
    return made(SOURCE, k=k, g=made(helper), math=math)


def test_the_same_code_typed_again_has_the_same_digest() -> None:
    assert fingerprint(variant()) == fingerprint(variant())
    commented = made("# a comment\ndef f(x):\n    'a docstring'\n    return x\n")
    assert fingerprint(commented) == fingerprint(made("def f(x):\n    return x\n"))


@pytest.mark.parametrize(
    "other",
    [
        variant(k=3.0),
        variant(k=2),
        variant(k=np.array([2.0])),
        variant(k=np.array([2.0, 3.0])),
        variant(k=(2.0,)),
        variant(helper="def f(x):\n    return x + 2\n"),
        made(
            SOURCE.replace("exp", "log"), k=2.0, g=made("def f(x):\n    return x + 1\n"), math=math
        ),
    ],
)
def test_a_changed_constant_helper_or_name_changes_it(other: Callable[..., Any]) -> None:
    assert fingerprint(other) != fingerprint(variant())


def test_closures_and_defaults_count() -> None:
    def outer(a: float) -> Callable[..., float]:
        def inner(x: float, b: float = 1.0) -> float:
            return a * x + b

        return inner

    assert fingerprint(outer(1.0)) == fingerprint(outer(1.0)) != fingerprint(outer(2.0))


def test_recursion_ends_and_sets_have_no_order() -> None:
    assert fingerprint(made("def f(n):\n    return n * f(n - 1) if n else 1\n"))
    assert fingerprint(frozenset("abc")) == fingerprint(frozenset("cba"))


def test_attribute_names_are_not_globals() -> None:
    assert used_globals(made("def f(p):\n    return p.speed + other\n").__code__) == ["other"]


def test_globals_are_those_of_the_disassembler() -> None:
    """On long functions too, whose name indices need more than one byte."""
    many = made(
        "def f(x):\n" + "".join(f"    x += name_{k} * x.attribute_{k}\n" for k in range(400))
    )
    for function in (many, fingerprint, used_globals, made(SOURCE)):
        code = function.__code__
        found = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
        assert found <= set(used_globals(code))
        if not any(isinstance(const, types.CodeType) for const in code.co_consts):
            assert found == set(used_globals(code))


def test_an_object_without_a_value_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"got a object.*pass it as a parameter"):
        fingerprint(made("def f(x):\n    return thing\n", thing=object()))


def test_source_digest_follows_the_files(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    before = source_digest(tmp_path)
    (tmp_path / "a.py").write_text("x = 2\n")
    assert source_digest(tmp_path) != before
