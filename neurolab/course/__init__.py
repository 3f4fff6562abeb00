"""Lessons as scripts of promises that are checked: predictions, exercises, hints, progress, classic
results.

Start at `lesson.py` (what a notebook calls); `checks.py` judges a learner's function, `sources.py`
reads the classic results and references, `lessons/` holds the texts of each chapter as plain data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurolab.course.sources import Classic as Classic
from neurolab.course.sources import Reference as Reference
from neurolab.course.sources import Value as Value
from neurolab.course.sources import classics as classics
from neurolab.course.sources import references as references

if TYPE_CHECKING:
    from neurolab.course.cards import Card

__all__ = ["Classic", "Reference", "Value", "classics", "references", "show_progress"]


def show_progress() -> Card:
    """A card with a row for each written lesson: promises kept, and how far that is."""
    from neurolab.course.overview import show_progress  # the lessons' texts need the models

    return show_progress()
