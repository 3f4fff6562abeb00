"""Lessons as scripts of promises that are checked: predictions, exercises, hints, progress, classic
results.

Start at `lesson.py` (what a notebook calls); `checks.py` judges a learner's function, `sources.py`
reads the classic results and references, `lessons/` holds the texts of each chapter as plain data.
"""

from neurolab.course.sources import Classic as Classic
from neurolab.course.sources import Reference as Reference
from neurolab.course.sources import Value as Value
from neurolab.course.sources import classics as classics
from neurolab.course.sources import references as references

__all__ = ["Classic", "Reference", "Value", "classics", "references"]
