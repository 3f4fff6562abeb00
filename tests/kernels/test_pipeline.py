"""Helpers are compiled into what calls them, or beside it, and never for themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba.core.caching import NullCache

from neurolab.kernels.cache import apart, borrowing, borrowing_kernel


@borrowing
def _square(x: Any) -> Any:
    return x * x


@apart
def _sum_of_roots(values: Any) -> Any:
    total = 0.0
    for value in values:
        total += np.sqrt(value)
    return total


@borrowing_kernel
def _both(values: Any) -> Any:
    return _square(values[0]) + _sum_of_roots(values)


@pytest.mark.jit
def test_a_helper_has_no_machine_code_of_its_own() -> None:
    kernel: Any = borrowing_kernel(_both.py_func)  # type: ignore[attr-defined]
    kernel._cache = NullCache()  # the assembly is only at hand after compiling
    assert kernel(np.array([4.0, 9.0])) == 16.0 + 2.0 + 3.0
    (code,) = kernel.inspect_asm().values()
    for helper, stays in ((_square, False), (_sum_of_roots, True)):
        (result,) = helper.overloads.values()  # type: ignore[attr-defined]
        name = result.fndesc.mangled_name
        assert (name in code) == stays
        assert bool(result.library.get_pointer_to_function(name)) == stays  # the one in the kernel
