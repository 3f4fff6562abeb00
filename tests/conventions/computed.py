"""How a package's test_classics.py says which function computes which row of classics.toml."""

from __future__ import annotations

from collections.abc import Callable

from neurolab.course import classics

Compute = Callable[[], dict[str, float]]


class Computed(dict[str, Compute]):
    """The functions that compute classic results, by key: `@COMPUTED.classic("lif-rate")` adds one."""

    def classic(self, key: str) -> Callable[[Compute], Compute]:
        def add(function: Compute) -> Compute:
            assert key not in self, f"{key} is computed twice"
            self[key] = function
            return function

        return add

    def check(self, key: str) -> None:
        """Compute one row and compare all its values."""
        found = self[key]()
        wrong = {
            name: (found[name], value.value)
            for name, value in classics()[key].values.items()
            if not value.holds(found[name])
        }
        assert not wrong, f"{key}: computed, published: {wrong}"
