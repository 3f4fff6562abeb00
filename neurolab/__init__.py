"""neurolab: computational neuroscience as live notebooks, and the tested, fast library behind them.

``import neurolab as nl`` costs a millisecond: every public name below is loaded on first use (PEP 562), so neither
NumPy, numba nor matplotlib is imported before something needs it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:  # the same names, for type checkers and editors
    from neurolab import course as course
    from neurolab import data as data
    from neurolab import dynamics as dynamics
    from neurolab import engine as engine
    from neurolab import figures as figures
    from neurolab import labs as labs
    from neurolab import membrane as membrane
    from neurolab import networks as networks
    from neurolab import plasticity as plasticity
    from neurolab import synapses as synapses
    from neurolab import widgets as widgets
    from neurolab.course.lesson import lesson as lesson
    from neurolab.data.connectivity import Connectivity as Connectivity
    from neurolab.data.ensemble import Ensemble as Ensemble
    from neurolab.data.recordings import compute_noise_level as compute_noise_level
    from neurolab.data.recordings import detect_recorded_spikes as detect_recorded_spikes
    from neurolab.data.spikes import SpikeTrains as SpikeTrains
    from neurolab.data.trajectory import Trajectory as Trajectory
    from neurolab.engine.adaptive import integrate as integrate
    from neurolab.engine.events import detect_spikes as detect_spikes
    from neurolab.engine.model import Model as Model
    from neurolab.engine.model import param as param
    from neurolab.engine.model import simulate as simulate
    from neurolab.engine.population import simulate_population as simulate_population
    from neurolab.engine.stochastic import simulate_stochastic as simulate_stochastic
    from neurolab.figures import Arrows as Arrows
    from neurolab.figures import Dots as Dots
    from neurolab.figures import Figure as Figure
    from neurolab.figures import Line as Line
    from neurolab.figures import Panel as Panel
    from neurolab.figures import Span as Span
    from neurolab.figures import Text as Text
    from neurolab.figures import Ticks as Ticks
    from neurolab.labs.declare import Target as Target
    from neurolab.labs.declare import lab as lab
    from neurolab.widgets import explore as explore

_MODULES = (
    "course",
    "data",
    "dynamics",
    "engine",
    "figures",
    "labs",
    "membrane",
    "networks",
    "plasticity",
    "synapses",
    "widgets",
)
_HOMES = {
    "Model": "engine.model",
    "param": "engine.model",
    "simulate": "engine.model",
    "integrate": "engine.adaptive",
    "simulate_population": "engine.population",
    "simulate_stochastic": "engine.stochastic",
    "detect_spikes": "engine.events",
    "Trajectory": "data.trajectory",
    "Ensemble": "data.ensemble",
    "Connectivity": "data.connectivity",
    "compute_noise_level": "data.recordings",
    "detect_recorded_spikes": "data.recordings",
    "SpikeTrains": "data.spikes",
    "Figure": "figures",
    "Panel": "figures",
    "Line": "figures",
    "Ticks": "figures",
    "Dots": "figures",
    "Arrows": "figures",
    "Span": "figures",
    "Text": "figures",
    "lab": "labs.declare",
    "Target": "labs.declare",
    "explore": "widgets",
    "lesson": "course.lesson",
}

__all__ = ["__version__", *_MODULES, *_HOMES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value = importlib.import_module(f"{__name__}.{name}")
    elif name in _HOMES:
        value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
