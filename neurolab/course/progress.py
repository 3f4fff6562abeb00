"""What a learner has done, on disk: one JSON file a lesson in the folder NEUROLAB_HOME (default
~/.neurolab).

A lesson must go on whatever happens to the file: one that cannot be read is set aside under another
name, one that cannot be written is kept in memory, and both are said in `notice`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORMAT = 1
SECTIONS = ("predictions", "checks", "reproduced", "recall")


def home() -> Path:
    """The folder that keeps progress."""
    return Path(os.environ.get("NEUROLAB_HOME") or Path.home() / ".neurolab")


class Progress:
    """The record of one lesson.

    Attributes
    ----------
    notice : str
        What the learner should know about the file, empty where all is well.
    """

    def __init__(self, lesson: str) -> None:
        self.lesson = lesson
        self.notice = ""
        self._memory: dict[str, Any] | None = None

    @property
    def path(self) -> Path:
        """Where the record is kept."""
        return home() / f"{self.lesson}.json"

    def read(self) -> dict[str, Any]:
        """The record, with every section present."""
        record = self._memory if self._memory is not None else self._load()
        for section in SECTIONS:
            record.setdefault(section, {})
        return record

    def change(self, edit: Callable[[dict[str, Any]], None]) -> None:
        """Read, edit and write the record; the file is replaced whole, so that no crash leaves half
        of one.
        """
        record = self.read()
        edit(record)
        record["format"] = FORMAT
        record["lesson"] = self.lesson
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(
                dir=self.path.parent, prefix=f".{self.lesson}-", suffix=".json"
            )
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(record, file, indent=1, sort_keys=True)
                os.replace(name, self.path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            self._memory = None
        except OSError as error:
            self._memory = record
            self.notice = (
                f"Your progress cannot be saved in {self.path.parent} "
                f"({error.strerror}); it lasts until the kernel stops."
            )

    def _load(self) -> dict[str, Any]:
        try:
            record: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
            if not _is_record(record):
                raise ValueError("not a progress file")
        except FileNotFoundError:
            return {}
        except OSError as error:
            self.notice = (
                f"Your progress in {self.path} cannot be read ({error.strerror}); this "
                "session starts afresh."
            )
            return {}
        except ValueError:
            self._set_aside()
            return {}
        return record

    def _set_aside(self) -> None:
        aside = self.path.with_suffix(".unreadable")
        try:
            os.replace(self.path, aside)
            self.notice = (
                f"Your progress file could not be read. It is kept as {aside.name}, and "
                "the lesson starts afresh."
            )
        except OSError:
            self.notice = "Your progress file could not be read, and the lesson starts afresh."


def _is_record(record: Any) -> bool:
    """True for a dict of this format whose sections map keys to dicts."""
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        return False
    sections = [record.get(section, {}) for section in SECTIONS]
    return all(
        isinstance(s, dict) and all(isinstance(entry, dict) for entry in s.values())
        for s in sections
    )
