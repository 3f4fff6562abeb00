"""Networks of leaky integrate-and-fire units event by event: no step, spikes at their exact times.

Between two events such a unit has a closed form, so nothing needs to be computed until a spike arrives or the unit
fires by itself. The cost follows the number of events, that of a clock the number of steps. The result is the limit
dt -> 0 of `Network.simulate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurolab.networks.spiking import Network, SpikingRun

__all__ = ["EventRun", "EventState", "simulate_event_driven"]


@dataclass(frozen=True, eq=False)
class EventState:
    """All that an event-driven network remembers between two events, to go on from by `state=`."""

    time: float
    parts: tuple[
        Any, ...
    ]  # units, the queue of looks at them, spikes in flight, inputs; and where the loop is


@dataclass(frozen=True, eq=False)
class EventRun(SpikingRun):
    """Spikes of every population at their exact times, recorded traces, the states at the end, and what it took.

    `run.spikes("E")` gives SpikeTrains, `run.traces["E"]["V"]` an array of shape (units recorded, samples) at the times
    `run.t`, `run.final["E"]["V"]` the last value of each unit; `events` is the number of spikes that arrived at
    synapses, those from Poisson inputs and those lost in a refractory time included. `run.state` lets another run go on
    from here.
    """

    events: int
    state: EventState


def simulate_event_driven(
    network: Network,
    duration: float,
    *,
    seed: int | np.random.Generator = 0,
    record: Mapping[str, Mapping[str, Sequence[int]]] | None = None,
    every: float = 1.0,
    state: EventState | None = None,
    max_spikes: int = 50_000_000,
    progress: Callable[[float], object] | None = None,
) -> EventRun:
    """Run a network of leaky integrate-and-fire units from event to event, with exact spike times.

    Every population must be of `lif`, of `add_synapses(lif, {"E": Exponential(5, None)})`, or of a model with the same
    kind of equations: a voltage that leaks, and currents that drive it and fade by themselves,

        tau_m dV/dt = -(V - V_rest) + R (I + Σ g_k),    tau_k dg_k/dt = -g_k

    with a threshold for V, a reset of V to one value, and a refractory time, in which what arrives at V is lost. Spikes
    may step V or the currents. Parameters, inputs and start values may differ between units. A population's `method`
    has no meaning here.

    All that arrives at a unit at one instant is added before it is tested against its threshold; units that reach it at
    the same instant fire in the order of their numbers. So the order of synapses can change the last digits only. A
    unit that starts at or above its threshold fires at 0.

    Parameters
    ----------
    network : Network
        Delays are exact. A projection without a delay acts at once, the limit of "the very next step"; the spikes of
        a SpikeSource are replayed at their own times.
    duration : float, ms
    seed : int or numpy.random.Generator
        Of Poisson inputs and sources. The spikes of one are drawn as one process, and fall to its units by chance.
    record : dict, optional
        Whose states to keep: `{"E": {"V": range(5)}}`, by population, state and units. They are exact.
    every : float, ms
        From sample to sample; one at the very time of an event shows the state after it.
    state : EventState, optional
        Where an earlier run of this network ended; the result is that of one long run, with the same seed.
    max_spikes : int
        Where a network that runs away is stopped, before its spikes fill the memory.
    progress : function of the fraction done, optional

    Returns
    -------
    EventRun

    Raises
    ------
    ValueError
        A model of another kind, an input or rate that changes in time, noise, synapses that change, a reset that is not
        below the threshold, a state of another network.
    Runaway
        More than `max_spikes` spikes; `.time` says when, `.partial` is the run up to there.
    Interrupted
        A notebook interrupt; `.partial` is the run so far.

    References
    ----------
    Brette et al. 2007, J Comput Neurosci 23:349-398 (a review of clock-driven and event-driven simulators).

    Examples
    --------
    A unit under a constant current of 2 nA first fires at 10 ln 4 ms, then every t_ref + 10 ln 4 ms:

    >>> from neurolab.membrane import lif
    >>> from neurolab.networks import Network, Population
    >>> network = Network({"cell": Population(lif, 1, values=dict(I=2.0))})
    >>> simulate_event_driven(network, 50.0).spikes("cell").times.round(6).tolist()
    [13.862944, 29.725887, 45.588831]
    """
    from neurolab.networks.event_simulation import simulate_events  # loads numba

    return simulate_events(
        network, duration, seed, record or {}, every, state, max_spikes, progress
    )
