"""Drive a notebook in a real browser: run all, find the labs, move sliders, look at pixels."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from tests.browser.lab_server import LabServer

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
]

RUN_SECONDS = 180
ANSWER_SECONDS = 10

IDLE = """() => {
  const panel = window.jupyterapp?.shell?.currentWidget;
  return panel?.sessionContext?.session?.kernel?.status === "idle";
}"""

# errors of cells, as the notebook holds them
CELL_ERRORS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .filter((cell) => cell.cell_type === "code")
  .flatMap((cell) => cell.getOutputs().filter((o) => o.output_type === "error"))
  .map((output) => `${output.ename}: ${output.evalue}`)"""

EXPLORERS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .filter((cell) => cell.cell_type === "code")
  .flatMap((cell) => cell.getOutputs())
  .filter((o) => o.data?.["application/vnd.jupyter.widget-view+json"] && o.data["image/png"])
  .length"""

# a number for all that the canvases of a lab show
PIXELS = """(root) => [...root.querySelectorAll("canvas")].map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let hash = 2166136261;
  for (const word of new Uint32Array(data.buffer)) hash = Math.imul(hash ^ word, 16777619);
  return hash >>> 0;
})"""

INK = """(root) => [...root.querySelectorAll("canvas")].map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let i = 3; i < data.length; i += 4) painted += data[i] > 60;
  return painted;
})"""


def chromium() -> str | None:
    """The Chromium of this machine: $CHROMIUM, or one on the PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for path in map(shutil.which, names) if path), None)


@dataclass
class Notebook:
    """One notebook, open in one page; `problems` collects what must not happen."""

    server: LabServer
    page: Page
    problems: list[str] = field(default_factory=list)

    @classmethod
    def open(
        cls,
        server: LabServer,
        browser: Browser,
        path: str,
        *,
        dark: bool = False,
        width: int = 1500,
        height: int = 1000,
        ratio: float = 1.0,
    ) -> Notebook:
        """Open `path` and wait for its kernel."""
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=ratio
        )
        page = context.new_page()
        page.set_default_timeout(RUN_SECONDS * 1e3)
        self = cls(server, page)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._response)
        page.goto(server.url(path))
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_function(IDLE)
        if dark:
            self.theme("JupyterLab Dark")
        if width < 800:
            self.command("application:toggle-left-area")
        return self

    def command(self, name: str, arguments: dict[str, Any] | None = None) -> None:
        """Run a command of JupyterLab and wait for it."""
        self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)",
            [name, arguments or {}],
        )

    def theme(self, name: str) -> None:
        """Change the theme while everything lives."""
        light = "true" if "Light" in name else "false"
        self.command("apputils:change-theme", {"theme": name})
        self.page.wait_for_function(
            "(light) => document.body.dataset.jpThemeLight === light", arg=light
        )
        self.page.wait_for_timeout(400)

    def run_all(self) -> None:
        """Run all cells; a cell that fails is a problem."""
        self.command("notebook:run-all-cells")
        self.page.wait_for_function(IDLE)
        self.problems += [f"cell error: {error}" for error in self.page.evaluate(CELL_ERRORS)]

    def labs(self, expected: int) -> list[Lab]:
        """The labs on the page, once there are `expected` and each shows a picture."""
        self.page.wait_for_function(
            "(n) => document.querySelectorAll('.nl[data-frame]').length >= n",
            arg=expected,
            timeout=30_000,
        )
        count = self.page.locator(".nl[data-frame]").count()
        return [Lab(self, index) for index in range(count)]

    def explorers(self) -> int:
        """How many outputs of the notebook hold a lab: only those are widget and picture at once."""
        return int(self.page.evaluate(EXPLORERS))

    def narrow(self, width: int) -> None:
        """Make the window narrow, as on a telephone, with JupyterLab's side bar folded."""
        self.page.set_viewport_size({"width": width, "height": 1000})
        self.command("application:toggle-left-area")
        self.page.wait_for_timeout(500)

    def failures(self) -> list[str]:
        """All problems so far, those in the log of server and kernels included."""
        traces = re.findall(
            r"Traceback \(most recent call last\):\n(?:.*\n){1,60}?(\w[\w.]*(?:Error|Exception).*)",
            self.server.log(),
        )
        return self.problems + [f"kernel or server: {trace}" for trace in dict.fromkeys(traces)]

    def close(self) -> None:
        """Leave the page and stop the notebook's kernel."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.context.close()

    def _console(self, message: ConsoleMessage) -> None:
        # failed requests are judged by their address, below
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(f"console: {message.text[:300]}")

    def _failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):
            self.problems.append(f"request failed: {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        missing = response.status == 404 and re.search(r"favicon|\.map$", response.url)
        if response.status >= 400 and not missing:
            self.problems.append(f"status {response.status}: {response.url}")


@dataclass
class Lab:
    """One lab on the page."""

    notebook: Notebook
    index: int

    @property
    def root(self) -> Any:
        return self.notebook.page.locator(".nl[data-frame]").nth(self.index)

    @property
    def title(self) -> str:
        return str(self.root.get_attribute("aria-label"))

    def pixels(self) -> list[int]:
        """A number for each canvas that changes when the picture does."""
        return list(self.root.evaluate(PIXELS))

    def ink(self) -> list[int]:
        """How many pixels of each canvas are painted."""
        return list(self.root.evaluate(INK))

    def sliders(self) -> int:
        return int(self.root.locator("input[type=range]").count())

    def label(self, slider: int) -> str:
        """The words at a slider."""
        words = "(range) => range.labels[0].textContent"
        return str(self.root.locator("input[type=range]").nth(slider).evaluate(words))

    def overflow(self) -> int:
        """By how many pixels the lab is wider than its place."""
        return int(self.root.evaluate("(e) => Math.max(0, e.scrollWidth - e.clientWidth)"))

    def nudge(self, slider: int) -> bool:
        """Move one slider by keyboard; whether pixels changed and no error is shown."""
        page = self.notebook.page
        handle = self.root.locator("input[type=range]").nth(slider)
        handle.scroll_into_view_if_needed()
        before, value = self.pixels(), handle.input_value()
        for key in ("ArrowRight", "ArrowLeft", "PageUp", "PageDown"):
            handle.focus()
            page.keyboard.press(key)
            if handle.input_value() != value and self._changed(before):
                return not self.root.locator(".nl-error").is_visible()
        return False

    def _changed(self, before: list[int]) -> bool:
        for _ in range(ANSWER_SECONDS * 20):
            settled = self.root.get_attribute("data-settled") == "true"
            if settled and self.pixels() != before:
                return True
            self.notebook.page.wait_for_timeout(50)
        return False

    def screenshot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.root.scroll_into_view_if_needed()
        self.root.screenshot(path=path)
