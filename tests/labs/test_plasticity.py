"""Every target of chapter 3 can be reached."""

from __future__ import annotations

from typing import Any

import pytest

from neurolab.labs import plasticity as labs
from neurolab.labs.declare import Lab

ALL = [getattr(labs, name) for name in labs.__all__]


REACHING: list[tuple[Lab, int, dict[str, Any]]] = [
    (labs.hebb_and_oja, 0, dict(rule="Hebb", alpha=3.5)),
    (labs.hebb_and_oja, 1, dict(rule="Oja", c=-1.0)),
    (labs.hebb_and_oja, 2, dict(rule="Oja", m=3.0)),
    (labs.two_patterns, 0, dict(w_1=0.4, w_2=0.6)),
    (labs.two_patterns, 1, dict(overlap=0.0, w_1=1.0, w_2=-1.0)),
    (labs.two_patterns, 2, dict(tau=300.0)),
    (labs.pair_of_spikes, 0, dict(lag=14.0)),
    (labs.pair_of_spikes, 1, dict(lag=-1.0)),
    (labs.pair_of_spikes, 2, dict(mu=1.0, w=0.95)),
    (labs.pairing_protocol, 0, dict(A_plus=0.0085, A_minus=0.0)),
    (labs.pairing_protocol, 1, dict(lag=-10.0, rate=45.0)),
    (labs.triplets_and_bcm, 0, dict(post_rate=19.2)),
    (labs.triplets_and_bcm, 1, dict(mean_rate=5.2)),
    (labs.competition, 0, dict(mu=0.2)),
    (labs.competition, 1, dict(correlation=0.2, balance=1.2)),
    (
        labs.hidden_window,
        0,
        dict(A_plus=91.0, tau_plus=13.5, A_minus=38.0, tau_minus=24.0),
    ),
    (labs.after_the_lesion, 0, dict(hour=14.0)),
    (labs.after_the_lesion, 1, dict(theta=0.5, hour=48.0)),
    (labs.thermostat, 0, dict(tau_w=3.1)),
    (labs.thermostat, 1, dict(tau_w=5.0, theta=0.5)),
]


@pytest.mark.parametrize(("lab", "index", "params"), REACHING)
def test_every_target_can_be_reached(lab: Lab, index: int, params: dict[str, float]) -> None:
    assert lab.targets[index].reached(lab.complete(params), lab(**params).values)


def test_no_target_is_missing_from_that_list() -> None:
    listed = {(lab.name, index) for lab, index, _ in REACHING}
    assert listed == {(lab.name, index) for lab in ALL for index in range(len(lab.targets))}
