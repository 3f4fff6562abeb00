"""The texts of every lesson, one module a chapter, and the map of the course."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module

from neurolab.course.script import Script

_MODULES = ("toolbox", "membrane")


@dataclass(frozen=True)
class Chapter:
    """A chapter of the course: its folder and the titles of its lessons."""

    number: int
    name: str
    title: str
    lessons: tuple[str, ...]


CHAPTERS = (
    Chapter(0, "toolbox", "Toolbox", ("Start here", "Solving equations", "Scale")),
    Chapter(
        1,
        "membrane",
        "Membranes and spikes",
        ("The membrane", "Fewer variables", "From spikes to rates"),
    ),
    Chapter(
        2,
        "synapses",
        "Synapses",
        ("Synaptic currents", "Release, one quantum at a time", "Short-term plasticity"),
    ),
    Chapter(3, "plasticity", "Plasticity", ("Hebb, Oja, BCM", "Spike timing", "Homeostasis")),
    Chapter(
        4,
        "networks",
        "Networks",
        ("Feedforward", "Recurrent: attractors and balance", "Winner takes all, decisions"),
    ),
    Chapter(
        5,
        "dendrites",
        "Dendrites",
        ("The cable", "Branches and morphologies", "NMDA spikes and plateaus"),
    ),
    Chapter(
        6,
        "coding",
        "Neural codes",
        ("Rate codes and spike statistics", "Population codes", "Temporal codes"),
    ),
    Chapter(
        7,
        "information",
        "Information",
        ("Mutual information and its bias", "Capacity and efficiency", "Directed information"),
    ),
    Chapter(8, "fields", "Neural fields", ("Bumps", "Waves", "Patterns")),
    Chapter(9, "dynamics", "Dynamics", ("Phase planes", "Bifurcations", "Chaos")),
    Chapter(
        10,
        "engineering",
        "Engineering",
        ("Brain-machine interfaces", "Prosthetics and stimulation", "Neuromodulation"),
    ),
    Chapter(
        11, "clinical", "Clinical", ("Disease mechanisms", "Therapeutic targets", "Biomarkers")
    ),
    Chapter(
        12,
        "cognitive",
        "Learning machines",
        ("Neural networks", "Brain-inspired learning", "Neuromorphic and event-driven"),
    ),
    Chapter(13, "circuits", "Circuits", ("Wiring", "Activity", "The mystery circuit")),
)


@cache
def scripts() -> dict[str, Script]:
    """Every lesson that is written, by its number."""
    found = [s for name in _MODULES for s in import_module(f"{__name__}.{name}").SCRIPTS]
    return {script.id: script for script in found}


def find_script(id: str) -> Script:
    """The texts of one lesson; ValueError naming the lessons there are where it is not one of
    them.
    """
    known = scripts()
    if id not in known:
        near = get_close_matches(str(id), known, n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise ValueError(f"lesson must be one of {', '.join(known)}, got {id!r}{hint}")
    return known[id]
