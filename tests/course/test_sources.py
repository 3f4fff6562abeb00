"""Classic results and references are whole, and belong together."""

from __future__ import annotations

import dataclasses
import math
import re

import pytest

from neurolab.course import classics, references
from neurolab.course.lessons import scripts


def test_every_classic_cites_papers_that_are_listed() -> None:
    for classic in classics().values():
        assert set(classic.references) <= set(references()), classic.key


def test_every_classic_says_where_its_numbers_come_from() -> None:
    for classic in classics().values():
        assert classic.origin in ("published", "closed form", "computed"), classic.key
        assert classic.references or classic.origin == "closed form", classic.key


def test_every_classic_has_numbers_with_tolerances() -> None:
    for classic in classics().values():
        assert classic.values, classic.key
        for name, value in classic.values.items():
            assert math.isfinite(value.value), (classic.key, name)
            assert value.tolerance >= 0, (classic.key, name)
            assert value.unit, (classic.key, name)


def test_classics_are_frozen() -> None:
    classic = classics()["hh-hopf"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        classic.title = "another"  # type: ignore[misc]
    with pytest.raises(TypeError):
        classic.values["I_1"] = classic.values["I_2"]  # type: ignore[index]


def test_a_value_holds_within_its_tolerance() -> None:
    value = classics()["hh-hopf"].values["I_1"]
    assert value.holds(9.78)  # as printed in 1978 and 1980
    assert not value.holds(9.9)


def test_references_are_complete_enough_to_find() -> None:
    for reference in references().values():
        assert 1800 < reference.year < 2100
        assert reference.journal or reference.publisher, reference.key
        assert str(reference.year) in reference.key
        if reference.doi:
            assert re.fullmatch(r"10\.\d{4,}/\S+", reference.doi), reference.key
        assert str(reference).endswith(".")


def test_closed_forms_are_what_they_say() -> None:
    """Rows whose numbers are formulae, computed here from the parameters alone."""
    step = classics()["membrane-step"].values
    for time in (10, 20, 30):
        assert step[f"V_{time}"].holds(-55 - 10 * math.exp(-time / 10))
    fhn = classics()["fhn-hopf"]
    eps, a, b = (fhn.parameters[k] for k in ("eps", "a", "b"))
    v = math.sqrt(1 - b * eps)
    assert fhn.values["v"].holds(v)
    for sign, name in ((-1, "I_1"), (1, "I_2")):
        x = sign * v
        assert fhn.values[name].holds((x + a) / b - x + x**3 / 3)
    for key in ("fhn-other-form", "fhn-other-form-mapped"):
        row = classics()[key]
        a, b, v = row.parameters["a"], row.parameters["b"], math.sqrt(1 - row.parameters["eps"])
        for sign, name in ((-1, "I_1"), (1, "I_2")):
            x = sign * v
            assert row.values[name].holds(b * x + a - x + x**3 / 3)
    lif = classics()["lif-rate"]
    for name, mu in (("rate_15_5", 15.5), ("rate_16", 16), ("rate_20", 20), ("rate_30", 30)):
        assert lif.values[name].holds(1000 / (2 + 10 * math.log(mu / (mu - 15))))
    steps = {"euler": 0.9, "heun": 0.905, "backward_euler": 1 / 1.1, "crank_nicolson": 0.95 / 1.05}
    for name, factor in steps.items():
        assert classics()["solver-order"].values[name].holds(factor**10)


def test_lessons_reproduce_results_that_exist() -> None:
    for script in scripts().values():
        assert set(script.reproduces) <= set(classics())
