"""Equilibria of a Model, their stability, and the parameter values at which stability changes.

All of it evaluates the model in plain Python: a few thousand calls, no compilation. Equilibria are found by Powell's
hybrid method from many starts. Bifurcations are found on branches: an equilibrium is followed by pseudo-arclength
continuation through folds, and the sign changes of a test function on the branch are refined.

References
----------
Kuznetsov 2004, Elements of Applied Bifurcation Theory, 3rd ed., chapters 3 and 10.
Strogatz 2015, Nonlinear Dynamics and Chaos, 2nd ed., section 6.3 (the names of fixed points).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurolab.engine.model import Model
from neurolab.kernels import check

__all__ = [
    "Bifurcation",
    "Equilibrium",
    "compute_jacobian",
    "find_equilibria",
    "find_hopf_points",
    "find_saddle_nodes",
]

Array = NDArray[np.float64]

_DIFFERENCE = 6e-6  # cube root of the rounding error: best for central differences
_SAME = 1e-6  # equilibria closer than this, relative to the searched box, are one


@dataclass(frozen=True)
class Equilibrium:
    """A state that does not change: its values by name, the Jacobian's eigenvalues (1/ms), and what they make of it."""

    state: Mapping[str, float]
    eigenvalues: NDArray[np.complex128]

    @property
    def stable(self) -> bool:
        """True if every small disturbance dies out."""
        return bool(self.eigenvalues.real.max() < 0)

    @property
    def kind(self) -> str:
        """Such as "stable node", "unstable spiral" or "saddle", by the eigenvalues."""
        real = self.eigenvalues.real
        if (
            np.any(real > 0)
            and np.any(real < 0)
            and not np.any(np.abs(self.eigenvalues[real > 0].imag) > 0)
        ):
            return "saddle"
        leading = self.eigenvalues[np.argmax(real)]
        shape = "spiral" if abs(leading.imag) > 1e-12 else "node"
        return f"{'stable' if self.stable else 'unstable'} {shape}"


@dataclass(frozen=True)
class Bifurcation:
    """Where an equilibrium changes its stability: the parameter's value, the state, and the eigenvalues there."""

    parameter: str
    value: float
    state: Mapping[str, float]
    eigenvalues: NDArray[np.complex128]

    @property
    def frequency(self) -> float:
        """Frequency of the oscillation born at a Hopf point, Hz (time in ms): the largest imaginary part / 2 pi."""
        return float(1e3 * np.abs(self.eigenvalues.imag).max() / (2 * np.pi))


def compute_jacobian(
    model: Model, state: Mapping[str, float] | Sequence[float], **values: Any
) -> Array:
    """Matrix of the derivatives d(dy_i/dt)/dy_j at `state`, by central differences.

    Parameters
    ----------
    model : Model
    state : dict of state values, or a sequence in the model's order
    **values
        Parameters and inputs by name.

    Returns
    -------
    array of shape (states, states), 1/ms (for states of one unit)
    """
    point = _point(model, state)
    return _jacobian(_field(model, values), point)


def find_equilibria(
    model: Model, low: Mapping[str, float] | None = None, high: Mapping[str, float] | None = None, *,
    starts: int = 200, seed: int = 0, **values: Any,
) -> list[Equilibrium]:  # fmt: skip
    """Equilibria with every state between `low` and `high`, in ascending order of the first state.

    Powell's hybrid method from the model's start state and from `starts` points spread over the box (Halton's sequence,
    shifted by the seed), so an equilibrium can in principle be missed: raise `starts` where the flow is intricate.

    Parameters
    ----------
    low, high : dict of state values, optional
        The searched box; the model's own ranges if left out.
    starts : int
    seed : int
    **values
        Parameters and inputs by name.

    Returns
    -------
    list of Equilibrium

    Raises
    ------
    ValueError
        For a state without a range, an unknown name, low not below high.
    """
    field = _field(model, values)
    floor, ceiling = _box(model, low, "low"), _box(model, high, "high")
    if np.any(floor >= ceiling):
        raise ValueError(
            f"low must be below high for every state, got low={floor.tolist()}, high={ceiling.tolist()}"
        )
    starts = check.whole(starts, "starts")
    found: list[Array] = []
    spread = floor + _halton(starts, floor.size, seed) * (ceiling - floor)
    for start in [np.array(model.set(values).state), *spread]:
        root = _root(field, start)
        if root is None or np.any(root < floor - 1e-9) or np.any(root > ceiling + 1e-9):
            continue
        if not any(np.all(np.abs(root - other) < _SAME * (ceiling - floor)) for other in found):
            found.append(root)
    found.sort(key=lambda root: float(root[0]))
    return [
        Equilibrium(_named(model, root), _eigenvalues(_jacobian(field, root))) for root in found
    ]


def find_hopf_points(
    model: Model, parameter: str, low: float, high: float, **values: Any
) -> list[Bifurcation]:
    """Hopf points of the equilibria of `model` for `parameter` (or an input) between `low` and `high`, ascending.

    There a pair of complex eigenvalues crosses the imaginary axis: an oscillation is born or dies.

    Parameters
    ----------
    parameter : str
        Name of a parameter or input.
    low, high : float
        The range followed; a branch may leave the range and come back only through a fold inside it.
    **values
        Other parameters and inputs by name; start states say where the branch is looked for.

    Returns
    -------
    list of Bifurcation

    Raises
    ------
    ValueError
        For an unknown name, low not below high, or when no equilibrium is found at `low`.

    Examples
    --------
    >>> from neurolab.membrane import fitzhugh_nagumo
    >>> [round(point.value, 6) for point in find_hopf_points(fitzhugh_nagumo, "I", 0.0, 2.0)]
    [0.331281, 1.418719]
    """

    def test(jacobian: Array) -> float:
        return _hopf_test(_eigenvalues(jacobian))

    points = _bifurcations(model, parameter, low, high, values, test)
    return [
        p
        for p in points
        if np.abs(p.eigenvalues[np.argmin(np.abs(p.eigenvalues.real))].imag) > 1e-6
    ]


def find_saddle_nodes(
    model: Model, parameter: str, low: float, high: float, **values: Any
) -> list[Bifurcation]:
    """Folds: values of `parameter` at which two equilibria meet and vanish, ascending. See `find_hopf_points`."""

    def test(jacobian: Array) -> float:
        return float(np.linalg.det(jacobian))

    return _bifurcations(model, parameter, low, high, values, test)


def _hopf_test(eigenvalues: NDArray[np.complex128]) -> float:
    """Product of the sums of all pairs of eigenvalues, scaled; zero where two of them add up to zero."""
    sums = [a + b for k, a in enumerate(eigenvalues) for b in eigenvalues[k + 1 :]]
    return float(np.prod(sums).real) if sums else 1.0


# the vector field as a function of a plain array


def _field(model: Model, values: Mapping[str, Any]) -> Callable[[Array], Array]:
    setting = model.set(values)
    p = model.Params(*setting.params.tolist())
    drive = model.input_value([check.finite(value, name) for name, value in setting.inputs.items()])
    return lambda point: np.array(model.rhs(0.0, tuple(point.tolist()), p, drive), float)


def _point(model: Model, state: Mapping[str, float] | Sequence[float]) -> Array:
    if isinstance(state, Mapping):
        for name in state:
            if name not in model.states:
                raise check.unknown(name, model.states, f"state: {model.name}")
        state = [state.get(name, item.value) for name, item in model.states.items()]
    point = check.finite_array(state, "state")
    if point.shape != (len(model.states),):
        raise ValueError(
            f"state must have {len(model.states)} values ({', '.join(model.states)}), got {point.shape}"
        )
    return point


def _named(model: Model, point: Array) -> dict[str, float]:
    return dict(zip(model.states, point.tolist(), strict=True))


def _box(model: Model, given: Mapping[str, float] | None, which: str) -> Array:
    given = dict(given or {})
    for name in given:
        if name not in model.states:
            raise check.unknown(name, model.states, f"{which}: {model.name}")
    edges = []
    for name, item in model.states.items():
        edge = given.get(name, getattr(item, which))
        if edge is None:
            raise ValueError(
                f"{which} must give {name}, whose range {model.name} does not know: {which}={{'{name}': ...}}"
            )
        edges.append(check.finite(edge, f"{which}[{name!r}]"))
    return np.array(edges)


def _eigenvalues(matrix: Array) -> NDArray[np.complex128]:
    return np.linalg.eigvals(matrix).astype(np.complex128)


def _differences(field: Callable[[Array], Array], point: Array, steps: Array) -> Array:
    """Matrix of d field_i / d point_j by central differences over steps[j] to either side."""
    columns = []
    for j, width in enumerate(steps):
        step = np.zeros(point.size)
        step[j] = width
        columns.append((field(point + step) - field(point - step)) / (2 * width))
    return np.array(columns).T


def _jacobian(field: Callable[[Array], Array], point: Array) -> Array:
    return _differences(field, point, _DIFFERENCE * np.maximum(1.0, np.abs(point)))


def _state_jacobian(field: Callable[[Array], Array], point: Array) -> Array:
    """Jacobian of the states alone, at a point (state..., parameter) of a branch."""
    return _jacobian(lambda state: field(np.append(state, point[-1])), point[:-1])


def _halton(count: int, dimensions: int, seed: int) -> Array:
    """Points that fill the unit cube evenly, shifted (modulo 1) by the seed."""
    from scipy.stats import qmc

    shift = check.generator(seed).random(dimensions)
    points = qmc.Halton(dimensions, scramble=False).random(count)
    return np.asarray((points + shift) % 1.0)


def _root(field: Callable[[Array], Array], start: Array) -> Array | None:
    """A zero of `field` near `start` by Powell's hybrid method; None if it gets nowhere."""
    from scipy.optimize import root

    with np.errstate(all="ignore"):
        try:
            found = root(field, start, method="hybr", options=dict(xtol=1e-13))
            point = np.asarray(found.x, float)
            residual = np.abs(field(point)).max()
            move = np.linalg.solve(_jacobian(field, point), -field(point))
        except (np.linalg.LinAlgError, OverflowError, ZeroDivisionError, ValueError):
            return None
    near = np.all(np.abs(move) <= 1e-7 * np.maximum(1.0, np.abs(point)))
    return point + move if residual < 1e-6 and near else None


# branches


def _bifurcations(
    model: Model,
    parameter: str,
    low: float,
    high: float,
    values: Mapping[str, Any],
    test: Callable[[Array], float],
) -> list[Bifurcation]:
    known = [*model.params, *model.inputs]
    if parameter not in known:
        raise check.unknown(parameter, known, f"parameter: {model.name}")
    if not check.finite(low, "low") < check.finite(high, "high"):
        raise ValueError(f"low must be below high, got low={low:g}, high={high:g}")
    others = {name: value for name, value in values.items() if name != parameter}

    def field(point: Array) -> Array:
        """dy/dt as a function of (state..., parameter)."""
        return _field(model, {**others, parameter: float(point[-1])})(point[:-1])

    start = np.array(model.set(others).state)
    scale = np.append(_reach(model, start), high - low)
    branches = []
    for at, direction in ((low, +1), (high, -1)):
        base = _equilibrium_at(model, field, start, at)
        if base is not None:
            branches.append(_branch(field, base, low, high, at, direction, scale))
            if (
                branches[0][-1][-1] >= high
            ):  # the branch from the low end reaches the high end: one is enough
                break
    if not branches:
        raise ValueError(
            f"no equilibrium of {model.name} was found at {low:g} or at {high:g}; give start states near one, such as "
            f"{next(iter(model.states))}=..., or another range"
        )
    found: list[Bifurcation] = []
    for branch in branches:
        levels = [test(_state_jacobian(field, q)) for q in branch]
        for before, after, a, b in zip(
            branch[:-1], branch[1:], levels[:-1], levels[1:], strict=True
        ):
            if a * b < 0:
                point = _refine(field, before, after, test, scale)
                if not low <= point[-1] <= high:
                    continue
                jacobian = _state_jacobian(field, point)
                if any(
                    np.allclose(point[-1], other.value, rtol=1e-7, atol=1e-9) for other in found
                ):
                    continue
                eigenvalues = _eigenvalues(jacobian)
                found.append(
                    Bifurcation(parameter, float(point[-1]), _named(model, point[:-1]), eigenvalues)
                )
    return sorted(found, key=lambda item: item.value)


def _reach(model: Model, start: Array) -> Array:
    """How far each state goes: its range where the model gives one. Steps along a branch are parts of it."""
    return np.array(
        [
            max(1.0, abs(value)) if item.low is None or item.high is None else item.high - item.low
            for item, value in zip(model.states.values(), start.tolist(), strict=True)
        ]
    )


def _branch(
    field: Callable[[Array], Array],
    base: Array,
    low: float,
    high: float,
    at: float,
    direction: int,
    scale: Array,
) -> list[Array]:
    """Points (state..., parameter) of the branch through `base`, from parameter `at` until it leaves [low, high]."""
    span = high - low
    point = np.append(base, at)
    tangent = np.append(np.zeros(base.size), float(direction))
    step, points = span / 400, [point]
    for _ in range(20000):
        tangent = _tangent(field, point, tangent, scale)
        corrected = _corrector(field, point + step * tangent * scale / span, tangent, scale)
        turn = 0.0
        if corrected is not None:
            turn = float(np.abs((corrected - point) / scale - step * tangent / span).max()) / (
                step / span
            )
        if corrected is None or turn > 0.3:
            step /= 2
            if step < 1e-9 * span:
                break
            continue
        point = corrected
        points.append(point)
        if not low - 1e-12 * span <= point[-1] <= high + 1e-12 * span:
            break
        if turn < 0.05:
            step = min(step * 1.3, span / 100)
    return points


def _equilibrium_at(
    model: Model, field: Callable[[Array], Array], start: Array, at: float
) -> Array | None:
    """An equilibrium at one parameter value: from the start state, else from starts over the model's ranges."""
    starts = [start]
    if all(item.low is not None and item.high is not None for item in model.states.values()):
        low, high = _box(model, None, "low"), _box(model, None, "high")
        starts += list(low + _halton(100, low.size, 0) * (high - low))
    for point in starts:
        root = _root(lambda state: field(np.append(state, at)), point)
        if root is not None:
            return root
    return None


def _full_jacobian(field: Callable[[Array], Array], point: Array, scale: Array) -> Array:
    """Derivatives with respect to the scaled coordinates, state and parameter."""
    return _differences(field, point, _DIFFERENCE * scale) * scale


def _tangent(field: Callable[[Array], Array], point: Array, last: Array, scale: Array) -> Array:
    """Unit vector along the branch, in scaled coordinates, pointing as `last` did."""
    matrix = np.vstack([_full_jacobian(field, point, scale), last])
    direction = np.linalg.lstsq(matrix, np.append(np.zeros(point.size - 1), 1.0), rcond=None)[0]
    return np.asarray(direction / np.linalg.norm(direction))


def _corrector(
    field: Callable[[Array], Array], guess: Array, tangent: Array, scale: Array
) -> Array | None:
    """Newton's method back to the branch, orthogonally to the tangent."""
    point = guess
    for _ in range(12):
        value = field(point)
        if not np.all(np.isfinite(value)):
            return None
        matrix = np.vstack([_full_jacobian(field, point, scale), tangent])
        move = np.linalg.lstsq(
            matrix, np.append(-value, -tangent @ ((point - guess) / scale)), rcond=None
        )[0]
        point = point + move * scale
        if np.abs(move).max() < 1e-11:
            return point
    return point if np.abs(move).max() < 1e-8 else None


def _refine(
    field: Callable[[Array], Array],
    a: Array,
    b: Array,
    test: Callable[[Array], float],
    scale: Array,
) -> Array:
    """The point between two neighbours on a branch at which the test function is zero, by bisection on the chord.

    Lengths are those of the branch, not of the chord: at a fold the chord is short in the parameter, and the branch
    bulges out beyond it.
    """
    tangent = (b - a) / scale / np.linalg.norm((b - a) / scale)

    def level(point: Array) -> float:
        return test(_state_jacobian(field, point))

    low, high, sign = 0.0, 1.0, np.sign(level(a))
    point = a
    for _ in range(60):
        middle = 0.5 * (low + high)
        corrected = _corrector(field, a + middle * (b - a), tangent, scale)
        if corrected is None:
            break
        point = corrected
        if np.sign(level(point)) == sign:
            low = middle
        else:
            high = middle
        if high - low < 1e-13:
            break
    return point
