"""The learner's way through the course, at a glance: which promises are kept in which lesson."""

from __future__ import annotations

from neurolab.course.cards import Card, Part, Table
from neurolab.course.lesson import is_kept
from neurolab.course.lessons import scripts
from neurolab.course.progress import SECTIONS, Progress


def show_progress() -> Card:
    """A card with a row for each written lesson: promises kept, and how far that is.

    Returns
    -------
    Card
    """
    rows, notices, done = [], [], 0
    for script in scripts().values():
        progress = Progress(script.id)
        record = progress.read()
        if progress.notice:
            notices.append(progress.notice)
        kept = sum(is_kept(promise, record, script) for promise in script.promises)
        total = len(script.promises)
        begun = any(record[section] for section in SECTIONS)
        state = "done" if kept == total else "under way" if begun else "not started"
        bar = "\N{BLACK SQUARE}" * kept + "\N{WHITE SQUARE}" * (total - kept)
        rows.append((script.id, script.title, f"{bar} {kept} of {total}", state))
        done += kept == total
    table = Table(("Lesson", "Title", "Promises kept", "State"), tuple(rows))
    parts: list[Part] = [table, *notices]
    return Card(f"Your course: {done} of {len(rows)} lessons done", parts)
