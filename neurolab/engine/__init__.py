"""Models and the solvers that integrate them."""
