"""Cards: what a lesson answers, as HTML for people and as plain text for terminals, screen readers
and tests.

Both come from the same parts and depend on nothing but them, so an executed notebook can be
compared word by word. Colours come from JupyterLab's theme; the words alone carry the meaning.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

Tone = Literal["good", "open", "info"]
_EDGE = {
    "good": "var(--jp-success-color1, #2e7d32)",
    "open": "var(--jp-warn-color1, #b26a00)",
    "info": "var(--jp-brand-color1, #1976d2)",
}


@dataclass(frozen=True)
class Table:
    """Rows under a header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Fold:
    """A text that opens on demand; plain text shows it at once."""

    summary: str
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list; each item may be a link `(text, address)`."""

    items: tuple[str | tuple[str, str], ...]


Part = str | Table | Fold | Bullets


@dataclass(frozen=True)
class Card:
    """A title with a tone, and parts below it."""

    title: str
    parts: Sequence[Part] = ()
    tone: Tone = "info"
    passed: bool | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return "\n".join([self.title, *(line for part in self.parts for line in _plain(part))])

    __repr__ = __str__

    def html(self) -> str:
        """The card as HTML, readable without any style sheet."""
        body = "".join(_html(part) for part in self.parts)
        return (
            f'<div role="status" style="border-left: 4px solid {_EDGE[self.tone]}; padding: 4px '
            "12px; margin: 4px 0; "
            'max-width: 48em; color: var(--jp-content-font-color1, inherit); line-height: 1.5">'
            f'<p style="margin: 4px 0"><strong>{inline(self.title)}</strong></p>{body}</div>'
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def inline(text: str) -> str:
    """Escape a text for HTML; what stands between backticks becomes code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text, quote=False))


def _plain(part: Part) -> list[str]:
    match part:
        case str():
            return textwrap.wrap(part, 96) or [""]
        case Fold(summary, text):
            return [
                f"{summary}:",
                *textwrap.wrap(text, 92, initial_indent="  ", subsequent_indent="  "),
            ]
        case Bullets(items):
            texts = [item if isinstance(item, str) else item[0] for item in items]
            return [
                line
                for text in texts
                for line in textwrap.wrap(text, 94, initial_indent="- ", subsequent_indent="  ")
            ]
        case Table(header, rows):
            widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
            return [
                "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
                for row in (header, *rows)
            ]


def _html(part: Part) -> str:
    match part:
        case str():
            return f'<p style="margin: 4px 0">{inline(part)}</p>'
        case Fold(summary, text):
            return (
                '<details style="margin: 4px 0"><summary style="cursor: '
                f'pointer">{inline(summary)}</summary>'
                f'<p style="margin: 4px 0 4px 1em">{inline(text)}</p></details>'
            )
        case Bullets(items):
            cells = [
                inline(item)
                if isinstance(item, str)
                else f'<a href="{escape(item[1])}">{inline(item[0])}</a>'
                for item in items
            ]
            return (
                '<ul style="margin: 4px 0">'
                + "".join(f"<li>{cell}</li>" for cell in cells)
                + "</ul>"
            )
        case Table(header, rows):
            left = 'style="text-align: left; padding: 2px 1em 2px 0"'
            head = "".join(f'<th scope="col" {left}>{inline(cell)}</th>' for cell in header)
            body = "".join(
                "<tr>" + "".join(f"<td {left}>{inline(cell)}</td>" for cell in row) + "</tr>"
                for row in rows
            )
            head = f"<thead><tr>{head}</tr></thead>"
            return f'<table style="margin: 4px 0">{head}<tbody>{body}</tbody></table>'


def number(x: float) -> str:
    """Four significant digits."""
    return f"{x:.4g}".replace("-", "\N{MINUS SIGN}") if x == x else "nan"


def quantity(x: float, unit: str) -> str:
    """A number with its unit; a pure number (unit "1") stands alone."""
    return number(x) if unit in ("", "1") else f"{number(x)} {unit}"
