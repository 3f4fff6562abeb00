"""What holds for every lab: it draws wherever its controls can go, and no target is reached at the start."""

from __future__ import annotations

import pytest

import neurolab.labs.membrane
import neurolab.labs.networks
import neurolab.labs.plasticity
import neurolab.labs.synapses
from neurolab.labs.declare import Lab

CHAPTERS = {
    chapter: [getattr(labs, name) for name in labs.__all__]
    for chapter, labs in (
        ("membrane", neurolab.labs.membrane),
        ("synapses", neurolab.labs.synapses),
        ("plasticity", neurolab.labs.plasticity),
        ("networks", neurolab.labs.networks),
    )
}
SPIKING = {"balance", "brunel_network", "hidden_network"}  # seconds for each figure


def marked(lab: Lab, chapter: str) -> object:
    jit = [pytest.mark.jit] if chapter == "networks" else []
    slow = [pytest.mark.slow] if lab.name in SPIKING else []
    return pytest.param(lab, id=lab.name, marks=jit + slow)


ALL = [marked(lab, chapter) for chapter, labs in CHAPTERS.items() for lab in labs]


@pytest.mark.parametrize("lab", ALL)
def test_it_draws_at_its_defaults_and_presets(lab: Lab) -> None:
    for params in [{}, *lab.presets.values()]:
        figure = lab(**params)
        assert figure.summary and figure.alt and figure.values
        for target in lab.targets:
            assert target.reached(lab.complete(params), figure.values) in (True, False)


@pytest.mark.parametrize("lab", ALL)
def test_it_draws_at_both_ends_of_every_slider_and_with_every_choice(lab: Lab) -> None:
    for name, control in lab.controls.items():
        kinds = {"bool": (False, True), "choice": control.choices}
        for value in kinds.get(control.kind, (control.low, control.high)):
            assert "nan" not in lab(**{name: value}).summary


@pytest.mark.parametrize("lab", ALL)
def test_no_target_is_reached_before_the_learner_has_moved(lab: Lab) -> None:
    values = lab().values
    reached = [target.text for target in lab.targets if target.reached(lab.complete({}), values)]
    assert reached in ([], ["Start the silent cell"])  # that one is shown done, as an example


@pytest.mark.parametrize("labs", CHAPTERS.values(), ids=CHAPTERS)
def test_every_control_says_what_it_is(labs: list[Lab]) -> None:
    silent = {
        f"{lab.name}.{name}"
        for lab in labs
        for name, control in lab.controls.items()
        if not control.doc and control.kind != "choice"  # whose choices are words
    }
    assert not silent
