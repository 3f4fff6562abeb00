"""A widget without a kernel: a comm that keeps what is sent, and a browser that answers."""

from __future__ import annotations

from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm

from neurolab.widgets import Explorer


class RecordingComm(BaseComm):
    """Keeps each message instead of sending it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.messages: list[tuple[dict[str, Any], list[bytes]]] = []
        super().__init__(*args, **kwargs)

    def publish_msg(
        self,
        msg_type: str,
        data: Any = None,
        metadata: Any = None,
        buffers: Any = None,
        **keys: Any,
    ) -> None:
        if msg_type == "comm_msg" and data["method"] == "custom":
            self.messages.append((data["content"], list(buffers or [])))


class Browser:
    """What the page does: asks with running numbers and puts frames together from their news."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer, self.asked = explorer, 0

    def send(self, content: dict[str, Any]) -> None:
        """A message by the path that a kernel takes."""
        data = {"method": "custom", "content": content}
        self.explorer.comm.handle_msg({"content": {"data": data}, "buffers": []})

    def set(self, **params: Any) -> None:
        self.asked += 1
        self.send(
            {
                "kind": "set",
                "client": "page",
                "seq": self.asked,
                "params": self.explorer.params | params,
            }
        )

    def settle(self) -> list[dict[str, Any]]:
        """Wait until all is served; the messages so far."""
        assert self.explorer._worker.wait()
        return self.contents

    @property
    def contents(self) -> list[dict[str, Any]]:
        return [content for content, _ in self.explorer.comm.messages]

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [content for content in self.contents if content["kind"] == "frame"]

    @property
    def last(self) -> dict[str, Any]:
        return self.contents[-1]


@pytest.fixture
def browse(monkeypatch):
    """Open the page of an explorer: `page = browse(lambda: explore(ramp))`."""
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    pages: list[Browser] = []

    def open_page(make: Any) -> Browser:
        page = Browser(make())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.explorer._worker.wait()
        page.explorer.close()
