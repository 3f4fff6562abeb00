"""The numbers and papers that lessons lean on: classic results and references, read from two data
files.

`classics.toml` holds every published or closed-form result that a lesson reproduces and a test
asserts, with all its parameters; `references.toml` holds every paper and book that is cited, by
key. Both are data, so that one place can be checked against the sources and nothing is typed twice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

Origin = Literal["published", "closed form", "computed"]


@dataclass(frozen=True)
class Value:
    """A number, how far from it a computation may be (absolute), and its unit."""

    value: float
    tolerance: float
    unit: str

    def holds(self, x: float) -> bool:
        """True where `x` is the number, to its tolerance."""
        return abs(x - self.value) <= self.tolerance


@dataclass(frozen=True)
class Classic:
    """One classic result: what is computed, with what, and the numbers it must give."""

    key: str
    row: str
    origin: Origin
    title: str
    model: str
    protocol: str
    references: tuple[str, ...]
    parameters: Mapping[str, float]
    values: Mapping[str, Value]

    @property
    def first(self) -> str:
        """Name of the number that is compared when none is named."""
        return next(iter(self.values))


@dataclass(frozen=True)
class Reference:
    """One paper or book. Details that are not certain are left empty."""

    key: str
    authors: str
    year: int
    title: str
    journal: str = ""
    publisher: str = ""
    volume: str = ""
    pages: str = ""
    doi: str = ""

    def __str__(self) -> str:
        where = ", ".join(
            x for x in (f"{self.journal} {self.volume}".strip(), self.pages, self.publisher) if x
        )
        return f"{self.authors} ({self.year}). {self.title}." + (f" {where}." if where else "")


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files("neurolab.course") / name).read_text(encoding="utf-8"))


@cache
def classics() -> Mapping[str, Classic]:
    """The classic results, by key.

    Returns
    -------
    Mapping[str, Classic]
        In the order of the file. `classics()["hh-hopf"].values["I_1"]` is a `Value` with `.value`,
        `.tolerance` (absolute) and `.unit`; `.parameters` are the model's parameters at which it
        holds.

    Examples
    --------
    >>> classics()["hh-hopf"].values["I_1"].value
    9.7754
    """
    return MappingProxyType(
        {
            key: Classic(
                key=key,
                row=row["row"],
                origin=row["origin"],
                title=row["title"],
                model=row["model"],
                protocol=row["protocol"],
                references=tuple(row["references"]),
                parameters=MappingProxyType({k: float(v) for k, v in row["parameters"].items()}),
                values=MappingProxyType(
                    {
                        k: Value(float(v["value"]), float(v["tolerance"]), v["unit"])
                        for k, v in row["values"].items()
                    }
                ),
            )
            for key, row in _table("classics.toml").items()
        }
    )


@cache
def references() -> Mapping[str, Reference]:
    """The papers and books that lessons and docstrings cite, by key.

    Examples
    --------
    >>> references()["hodgkin-huxley-1952"].year
    1952
    """
    return MappingProxyType(
        {key: Reference(key=key, **row) for key, row in _table("references.toml").items()}
    )
