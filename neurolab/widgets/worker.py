"""One thread that serves the newest request: what was asked before it and not yet begun is dropped.

Message handlers run in the kernel's own threads and must return at once; computing there would hold
up every other widget and, while a cell runs, race with the learner's code.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Request = TypeVar("Request")

IDLE_SECONDS = 30.0


class Worker(Generic[Request]):
    """Calls `serve(request)` for the newest request, in a thread that ends when nothing comes."""

    def __init__(self, serve: Callable[[Request], None]) -> None:
        self._serve = serve
        self._changed = threading.Condition()
        self._newest: Request | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._busy = False

    @property
    def pending(self) -> bool:
        """Whether a newer request waits."""
        return self._newest is not None

    def submit(self, request: Request) -> None:
        """Store the request in the place of any older one and wake the thread."""
        with self._changed:
            if self._closed:
                return
            self._newest = request
            if self._thread is None:
                # the context carries the kernel's notion of which message we answer
                context = contextvars.copy_context()
                self._thread = threading.Thread(
                    target=context.run, args=(self._loop,), name="neurolab-explorer", daemon=True
                )
                self._thread.start()
            self._changed.notify_all()

    def wait(self, timeout: float = 60.0) -> bool:
        """Block until all requests are served; False if that takes over `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy and not self.pending, timeout)

    def close(self) -> None:
        """Drop what waits and end the thread after the request it is serving."""
        with self._changed:
            self._closed, self._newest = True, None
            self._changed.notify_all()

    def _loop(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self.pending or self._closed, IDLE_SECONDS)
                if self._newest is None:
                    self._thread = None
                    return
                request, self._newest, self._busy = self._newest, None, True
            self._serve(request)
