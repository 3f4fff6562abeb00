"""Chapter 9's tools, usable on any Model: equilibria, their stability, and where stability changes."""

from neurolab.dynamics.equilibria import (
    Bifurcation,
    Equilibrium,
    compute_jacobian,
    find_equilibria,
    find_hopf_points,
    find_saddle_nodes,
)

__all__ = [
    "Bifurcation",
    "Equilibrium",
    "compute_jacobian",
    "find_equilibria",
    "find_hopf_points",
    "find_saddle_nodes",
]
