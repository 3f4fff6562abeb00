"""Wires in one .npz file of plain arrays (no pickle), with weights and delays beside them."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neurolab.data.connectivity import Connectivity
from neurolab.kernels import check

__all__ = ["SavedWires", "load_wires", "save_wires"]

Floats = NDArray[np.float64]

_FORMAT = 1  # a reader refuses what it does not know


@dataclass(frozen=True, eq=False)
class SavedWires:
    """What a file of wires holds; weights and delays (ms) are None, one number, or one for each synapse."""

    wires: Connectivity
    weights: Floats | None
    delays: Floats | None


def save_wires(
    path: str | PathLike[str],
    wires: Connectivity,
    *,
    weights: ArrayLike | None = None,
    delays: ArrayLike | None = None,
) -> None:
    """Write wires, and weights and delays if given, to one .npz file of plain arrays (no pickle).

    Parameters
    ----------
    path : str or path, ending in .npz
    wires : Connectivity
    weights : float or array of shape (synapses,), optional
    delays : float or array of shape (synapses,), ms, optional

    Raises
    ------
    ValueError
        For another ending, values of the wrong number or not finite, delays that are not above 0.
    """
    arrays: dict[str, Any] = dict(
        format=_FORMAT, indptr=wires.indptr, indices=wires.indices, n_pre=wires.n_pre, n_post=wires.n_post
    )  # fmt: skip
    for name, values in dict(weights=weights, delays=delays).items():
        if values is not None:
            wires.per_synapse(values, name)
            arrays[name] = check.finite_array(values, name)
    if delays is not None:
        _check_delays(arrays["delays"])
    np.savez(_npz(path), **arrays)


def load_wires(path: str | PathLike[str]) -> SavedWires:
    """Read what `save_wires` wrote; everything in it is checked again.

    Raises
    ------
    ValueError
        For a file that is not one of wires, or holds wires that cannot be.
    FileNotFoundError

    Examples
    --------
    >>> import os, tempfile
    >>> wires = Connectivity.from_dense([[0, 1], [1, 1]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "wires.npz")
    ...     save_wires(path, wires, weights=[0.5, 1.0, 2.0], delays=1.5)
    ...     saved = load_wires(path)
    >>> saved.wires == wires, saved.weights.tolist(), float(saved.delays)
    (True, [0.5, 1.0, 2.0], 1.5)
    """
    path = _npz(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
    except FileNotFoundError:
        raise
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, TypeError) as error:
        raise ValueError(
            f"{path} must be a file of arrays as save_wires writes it: {error}"
        ) from None
    missing = [n for n in ("format", "indptr", "indices", "n_pre", "n_post") if n not in arrays]
    if missing:
        raise ValueError(f"{path} must be a file of save_wires, but it has no {', '.join(missing)}")
    for name in ("format", "n_pre", "n_post"):
        if arrays[name].ndim:
            raise ValueError(f"{path}: {name} must be one number, got shape {arrays[name].shape}")
    if arrays["format"] != _FORMAT:
        raise ValueError(
            f"{path} must be of format {_FORMAT}, got {arrays['format']}; a newer neurolab may read it"
        )
    wires = Connectivity(
        arrays["indptr"], arrays["indices"], arrays["n_pre"].item(), arrays["n_post"].item()
    )
    for name in ("weights", "delays"):
        if name in arrays:
            wires.per_synapse(arrays[name], name)
    if "delays" in arrays:
        _check_delays(arrays["delays"])
    return SavedWires(wires, arrays.get("weights"), arrays.get("delays"))


def _npz(path: str | PathLike[str]) -> str:
    name = fspath(path)
    if not name.endswith(".npz"):
        raise ValueError(f"path must end in .npz, got {name!r}")
    return name


def _check_delays(delays: Floats) -> None:
    if np.any(delays <= 0):
        raise ValueError(f"delays must be above 0 ms, got {delays.min():g}")
