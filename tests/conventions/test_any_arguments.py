"""Public functions of four packages answer any arguments with numbers that are finite, or with an error of ours.

Arguments make sense, but for up to two in a call that do not. A new function is tried as soon as it is exported. Under
`NUMBA_BOUNDSCHECK=1` an index beyond an array is an error too; `--hypothesis-profile=search` tries more.
"""

from __future__ import annotations

import inspect
import linecache
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurolab import data, networks, plasticity, synapses
from neurolab.engine.model import Model
from neurolab.kernels.chunks import Diverged
from tests.conventions.arguments import (
    BY_ANNOTATION,
    BY_FUNCTION,
    BY_NAME,
    DRAWN_ALWAYS,
    OBJECTS,
    SAME,
    TOGETHER,
    Choice,
)

PACKAGES = (synapses, plasticity, networks, data)

RESULTS = {
    "PeriodicTransmitter", "PoissonConductance", "QuantalContent", "QuantalStatistics", "ShortTermRelease",
    "StationaryRelease", "VarianceMeanFit", "BcmFixedPoint", "LearningRun", "OjaFixedPoint", "PlasticityRun",
    "ScalingRun", "SensorLimit", "HopfieldCapacity", "Recall", "RingBump", "Decisions", "BalancedRates", "BrunelState",
    "PopulationRate", "RateSpectrum", "ChaosRun", "ChaosTheory", "NetworkRun", "NetworkState", "LinearModes",
    "RateCourse", "RateFixedPoint", "WinnerTakeAll", "SavedWires",
    "PairingData", "EventRun", "EventState", "PerceptronRun", "NetworkRegime", "RateAutocorrelation",
}  # fmt: skip
"""Classes that functions return: tried as what they return, with their properties."""

UNTRIED = {
    "load_wires": "reads a file",
    "save_wires": "writes a file",
    "Synapse": "has no time constants of its own; its kinds are tried",
    "SpikeRule": "a protocol",
    "PoissonInput": "checked by the network that takes it",
    "NoiseInput": "checked by the network that takes it",
    "Projection": "checked by the network that takes it",
    "NeuralDynamics.compute_ionic_currents": "called in each step, with arrays that are checked",
    "NeuralDynamics.compute_recovery_dynamics": "called in each step, with arrays that are checked",
    "NeuralDynamics.compute_synaptic_currents": "called in each step, with arrays that are checked",
    "NeuralDynamics.compute_synaptic_dynamics": "called in each step, with arrays that are checked",
    "NeuralDynamics.initialize_system": "called by the constructor",
}

NOT_FINITE = {
    "Alpha.normalisation": "infinite where the two time constants are equal",
    "Biexponential.normalisation": "infinite where the two time constants are equal",
    "PoissonConductance.cv": "infinite at a rate of 0",
    "QuantalStatistics.cv": "infinite for a mean of 0",
    "QuantalStatistics.inverse_square_cv": "infinite where nothing varies",
    "QuantalContent.by_failures": "infinite without failures",
    "QuantalContent.by_variance": "infinite where noise explains all the variance",
    "SensorLimit.sensor": "infinite if any sensor will do",
    "SensorLimit.period": "infinite where there are no swings",
    "PairRule.w_min": "no bound",
    "PairRule.w_max": "no bound",
    "PairRule.coefficients": "no bound, and time constants that are not in use",
    "InhibitoryRule.w_min": "no bound",
    "InhibitoryRule.w_max": "no bound",
    "InhibitoryRule.coefficients": "no bound, and time constants that are not in use",
    "TripletRule.w_min": "no bound",
    "TripletRule.w_max": "no bound",
    "TripletRule.coefficients": "no bound",
    "LinearModes.gains": "infinite for an integrator",
    "LinearModes.time_constants": "infinite for an integrator",
    "ChaosRun.standard_error": "NaN for fewer than ten pieces",
    "Decisions.times": "NaN where nothing was decided",
    "Decisions.accuracy": "NaN if nothing was decided",
    "Decisions.mean_time": "NaN if nothing was decided",
    "RateAutocorrelation.period": "NaN if there is no second peak",
    "NetworkRegime.cv": "NaN if no unit has enough intervals",
    "NetworkRegime.period": "NaN if there is no second peak",
    "compute_correction_bound": "infinite if nothing separates the patterns",
    "compute_rate_swing": "NaN without spikes",
    "compute_isi_cvs": "NaN for a unit with few spikes",
    "compute_synchrony": "NaN if nothing varies",
    "compute_spike_synchrony": "NaN without spikes",
    "SpikeTrains.cv": "NaN with fewer than two intervals",
    "Connectivity.reciprocity": "NaN without pairs",
}
"""What is documented to be infinite or NaN, and when."""


def public() -> dict[str, Any]:
    return {name: getattr(package, name) for package in PACKAGES for name in package.__all__}


def subjects() -> list[str]:
    """Functions, constructors and methods, by name."""
    found = []
    for name, item in public().items():
        if name in RESULTS or name in UNTRIED or not callable(item):
            continue
        found.append(name)
        if inspect.isclass(item):
            found += [f"{name}.{method}" for method in methods(item)]
    return [subject for subject in found if subject not in UNTRIED]


def methods(cls: type) -> list[str]:
    return [
        name
        for name, item in inspect.getmembers(cls)
        if not name.startswith("_") and callable(item)
    ]


def known(subject: str, parameter: inspect.Parameter) -> Choice:
    annotation = str(parameter.annotation)
    optional = annotation.endswith(" | None")
    annotation = annotation.removesuffix(" | None")
    for table, key in (
        (BY_FUNCTION.get(subject, {}), parameter.name),
        (BY_NAME, parameter.name),
        (BY_ANNOTATION, SAME.get(annotation, annotation)),
    ):
        if key in table:
            fine, odd = table[key]
            return (fine | st.none(), odd) if optional else (fine, odd)
    raise LookupError(
        f"{subject}: say in BY_FUNCTION, BY_NAME or BY_ANNOTATION what to draw for {parameter}"
    )


def parameters(subject: str) -> list[inspect.Parameter]:
    """What is to be drawn for a call."""
    owner, _, method = subject.partition(".")
    function = getattr(public()[owner], method) if method else public()[owner]
    found = list(inspect.signature(function).parameters.values())
    if method and not isinstance(inspect.getattr_static(public()[owner], method), classmethod):
        found = found[1:]
    return [p for p in found if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]


@st.composite
def calls(draw: Any, subject: str) -> tuple[Callable[..., Any], dict[str, Any]]:
    owner, _, method = subject.partition(".")
    function = public()[owner]
    if method:
        unbound = inspect.getattr_static(function, method)
        instance = function if isinstance(unbound, classmethod) else draw(OBJECTS[owner])
        function = getattr(instance, method)
    tables = {p.name: known(subject, p) for p in parameters(subject)}
    needed = DRAWN_ALWAYS | {p.name for p in parameters(subject) if p.default is p.empty}
    sets = TOGETHER.get(subject, [{}])
    values = dict(draw(st.sampled_from(sets)))
    for name, (fine, _) in tables.items():
        if not any(name in each for each in sets) and (name in needed or draw(st.booleans())):
            values[name] = draw(fine)
    may_be_odd = st.sampled_from([name for name, (_, odd) in tables.items() if odd] or [""])
    for name in draw(st.just([]) | st.lists(may_be_odd, max_size=2)):
        if name:
            values[name] = draw(st.sampled_from(tables[name][1]))
    return function, values


# what may come of it


def numbers_in(found: Any, where: str) -> Iterator[tuple[str, Any]]:
    """All numbers of a result, with the name of their place."""
    if isinstance(found, (bool, int, float, complex, np.generic, np.ndarray)):
        yield where, found
    elif isinstance(found, Model):
        return
    elif is_dataclass(found):
        cls = type(found)
        for field in fields(found):
            yield from numbers_in(getattr(found, field.name), f"{cls.__name__}.{field.name}")
        for name, item in inspect.getmembers(cls):
            if isinstance(item, property):
                yield from numbers_in(getattr(found, name), f"{cls.__name__}.{name}")
    elif isinstance(found, Mapping):
        for key, item in found.items():
            yield from numbers_in(item, f"{where}[{key!r}]")
    elif isinstance(found, (tuple, list)):
        for item in found:
            yield from numbers_in(item, where)


def assert_ours(error: ValueError) -> None:
    """It was raised by a raise of the library, with one line of text."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    line = linecache.getline(last.filename, last.lineno or 0).strip()
    assert "neurolab" in last.filename and line.startswith("raise"), f"{line!r}: {error}"
    assert str(error) and "\n" not in str(error), error


@pytest.mark.jit
@pytest.mark.parametrize("subject", subjects())
@settings(max_examples=max(1, settings.default.max_examples // 6))
@given(st.data())
def test_any_arguments(subject: str, draws: st.DataObject) -> None:
    function, values = draws.draw(calls(subject))
    try:
        for where, number in numbers_in(function(**values), subject):
            if where not in NOT_FINITE and np.asarray(number).dtype.kind in "fc":
                assert np.all(np.isfinite(number)), f"{where} is {number}"
    except Diverged:
        return
    except ValueError as error:
        assert_ours(error)


def test_every_public_name_is_known() -> None:
    """What is exported is tried, returned or left out with a reason, and every parameter can be drawn."""
    names = {name for name, item in public().items() if callable(item)}
    assert names >= RESULTS | {name for name in UNTRIED if "." not in name}
    for subject in subjects():
        assert "." not in subject or subject.partition(".")[0] in OBJECTS, subject
        for parameter in parameters(subject):
            known(subject, parameter)
    assert set(subjects()) >= {*BY_FUNCTION, *TOGETHER}
