"""Every classic result is computed, by the tests of exactly one package."""

from __future__ import annotations

import importlib
from collections import Counter

from neurolab.course import classics
from tests.conventions.sources import ROOT


def test_every_classic_is_computed_once() -> None:
    packages = sorted(path.parent.name for path in ROOT.glob("tests/*/test_classics.py"))
    computed = Counter[str]()
    for package in packages:
        if package != "course":
            computed.update(
                importlib.import_module(f"tests.{package}.test_classics").COMPUTED.keys()
            )
    assert computed == Counter(classics().keys())
