"""How fast a slider is: `explore` against `interact` with inline matplotlib, in a real JupyterLab.

Both show the same Hodgkin-Huxley run (200 ms, 20 000 steps; voltage, gates, phase plane) in the same
notebook and the same headless Chromium, measured in turns: a key press until pixels change, and a
drag of 100 events at 60 a second. A picture counts when it is on the screen: every animation frame
reads the pixels. Without a graphics card drawing alone fills two cores: run nothing else beside it.

The last row is a drag over a slow link: 100 ms there and back, 5 Mbit/s, page and kernel apart.

    python run.py bench widgets [--json FILE] [--presses 25] [--drags 5] [--only-link]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks._slow_link import SlowLink
from tests.browser.driver import FLAGS, Notebook, chromium
from tests.browser.lab_server import LabServer

MOVES, RATE = 100, 60.0

MODEL = """
import numpy as np
import neurolab as nl

def compute(I):
    return nl.simulate(nl.membrane.hodgkin_huxley, duration=200, dt=0.01, I=I)
"""

REFERENCE = """
import matplotlib.pyplot as plt
from ipywidgets import FloatSlider, interact

@interact(I=FloatSlider(min=0, max=20, step=0.05, value=10))
def show(I):
    run = compute(I)
    figure, axes = plt.subplot_mosaic([["V", "plane"], ["gates", "plane"]], figsize=(9, 5))
    axes["V"].plot(run.t, run.V)
    axes["V"].set(xlabel="time (ms)", ylabel="V (mV)", ylim=(-85, 55), title="Membrane potential")
    for gate in "mhn":
        axes["gates"].plot(run.t, run[gate], label=gate)
    axes["gates"].set(xlabel="time (ms)", ylabel="fraction open", ylim=(0, 1), title="Gates")
    axes["gates"].legend()
    axes["plane"].plot(run.V, run.n)
    axes["plane"].set(xlabel="V (mV)", ylabel="n", xlim=(-85, 55), ylim=(0.2, 0.9))
    axes["plane"].set_title("Phase plane")
    figure.tight_layout()
    plt.show()
"""

OURS = """
def show(I=10.0):
    run = compute(I)
    V = nl.Panel(nl.Line(run.t, run.V), ylim=(-85, 55), title="Membrane potential")
    plane = nl.Panel(
        nl.Line(run.V, run.n), x="V (mV)", y="n", xlim=(-85, 55), ylim=(0.2, 0.9),
        title="Phase plane", span=(2, 1),
    )
    gates = nl.Panel(
        *[nl.Line(run.t, run[gate], label=gate) for gate in "mhn"],
        y="fraction open", ylim=(0, 1), title="Gates",
    )
    return nl.Figure(V, plane, gates, columns=2)

nl.explore(show, I=(0, 20, 0.05))
"""

# Watches the picture of one cell: notes when an input event came and when the screen changed.
WATCH = """(cell) => {
  const root = [...document.querySelectorAll(".jp-Notebook .jp-Cell")][cell];
  const scratch = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  Object.assign(scratch.canvas, { width: 4000, height: 1 });
  const hash = () => {
    const where = ".jp-OutputArea-output";
    const pictures = [...root.querySelectorAll(`${where} img, ${where} canvas`)]
      .filter((p) => p.getBoundingClientRect().width > 60 && (p.tagName !== "IMG" || (p.complete && p.naturalWidth)));
    if (!pictures.length) return null;
    let sum = 2166136261;
    for (const picture of pictures) {
      // three rows of each picture: reading all its pixels would weigh more than drawing them
      const width = picture.naturalWidth || picture.width, height = picture.naturalHeight || picture.height;
      for (let row = 1; row <= 3; row++) {
        const y = Math.round((row * height) / 4);
        let context = scratch;
        if (picture.tagName === "CANVAS") context = picture.getContext("2d");
        else scratch.drawImage(picture, 0, y, width, 1, 0, 0, width, 1);
        const { data } = context.getImageData(0, context === scratch ? 0 : y, width, 1);
        for (const word of new Uint32Array(data.buffer)) sum = Math.imul(sum ^ word, 16777619);
      }
    }
    return sum;
  };
  const state = { inputs: [], changes: [], on: true };
  const note = (event) => state.inputs.push(event.timeStamp);
  window.addEventListener("keydown", note, true);
  let last = hash();
  const step = () => {
    if (!state.on) return window.removeEventListener("keydown", note, true);
    const now = hash();
    if (now !== null && now !== last) { last = now; state.changes.push(performance.now()); }
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  window.watched = state;
}"""

# A drag by a timer in the page: a driver that waits for each event to be done would slow it down.
DRAG = """async (handle, [moves, period]) => {
  const native = handle.tagName === "INPUT", box = handle.getBoundingClientRect();
  const track = native ? null : handle.closest(".noUi-target").getBoundingClientRect();
  const y = box.top + box.height / 2, x = box.left + box.width / 2;
  const mouse = (target, type, clientX) =>
    target.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, clientX, clientY: y, buttons: 1 }));
  if (!native) mouse(handle.querySelector(".noUi-touch-area"), "mousedown", x);
  const begin = performance.now();
  for (let k = 1; k <= moves; k++) {
    const due = begin + k * period - performance.now();
    if (due > 0) await new Promise((done) => setTimeout(done, due));
    watched.inputs.push(performance.now());
    if (native) {
      handle.value = +handle.min + (0.9 * k / moves) * (handle.max - handle.min);
      handle.dispatchEvent(new Event("input", { bubbles: true }));
    } else mouse(document.documentElement, "mousemove", x + (0.9 * k / moves) * track.width);
  }
  if (!native) mouse(document.documentElement, "mouseup", x + 0.9 * track.width);
}"""

QUIET = "(ms) => performance.now() - Math.max(...watched.changes, ...watched.inputs) > ms"


@dataclass(frozen=True)
class Row:
    """One line of the result."""

    workload: str
    ours: float
    reference: float | None
    unit: str
    ratio: float | None
    goal: str
    ok: bool


def press(page: Page, cell: int, handle: Locator, key: str) -> float | None:
    """Milliseconds from a key press to the first changed pixels."""
    handle.scroll_into_view_if_needed()
    handle.focus()
    page.evaluate(WATCH, cell)
    page.keyboard.press(key)
    page.wait_for_function("() => watched.inputs.length && watched.changes.length", timeout=10_000)
    page.wait_for_function(QUIET, arg=400)
    seen = stop(page)
    return float(seen["changes"][0] - seen["inputs"][0])


def drag(page: Page, cell: int, handle: Locator) -> tuple[float, float]:
    """Frames a second of a drag, and milliseconds from its last move to the last new picture."""
    handle.scroll_into_view_if_needed()
    handle.focus()
    handle.press("Home")
    page.wait_for_timeout(2500)
    page.evaluate(WATCH, cell)
    handle.evaluate(DRAG, [MOVES, 1e3 / RATE])
    page.wait_for_function(QUIET, arg=2500)
    seen = stop(page)
    first, last = seen["inputs"][0], seen["inputs"][-1]
    end = max(seen["changes"][-1], last)
    return 1e3 * len(seen["changes"]) / (end - first), max(0.0, seen["changes"][-1] - last)


def stop(page: Page) -> dict[str, Any]:
    """End the watch and give what it saw."""
    return dict(page.evaluate("() => { watched.on = false; return watched; }"))


def measure(presses: int, drags: int) -> tuple[list[Row], dict[str, Any]]:
    """Both ways in turns, in one page."""
    times: dict[str, list[float]] = {"ours": [], "reference": []}
    rates: dict[str, list[float]] = {"ours": [], "reference": []}
    lags: dict[str, list[float]] = {"ours": [], "reference": []}
    with tempfile.TemporaryDirectory() as folder, LabServer(Path(folder)) as server:
        cells = [nbformat.v4.new_code_cell(code.strip()) for code in (MODEL, REFERENCE, OURS)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), Path(folder) / "bench.ipynb")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            notebook = Notebook.open(server, browser, "bench.ipynb")
            notebook.run_all()
            notebook.labs(1)
            page = notebook.page
            theirs = page.locator(".jp-OutputArea .noUi-handle").first
            ours = page.locator(".nl input[type=range]").first
            ways = {"reference": (1, theirs), "ours": (2, ours)}
            for k in range(presses + 2):
                for name, (cell, handle) in ways.items():
                    taken = press(page, cell, handle, "ArrowRight" if k % 2 else "ArrowLeft")
                    if k >= 2 and taken is not None:  # the first ones warm both
                        times[name].append(taken)
            for _ in range(drags):
                for name, (cell, handle) in ways.items():
                    fps, lag = drag(page, cell, handle)
                    rates[name].append(fps)
                    lags[name].append(lag)
            problems = notebook.failures()
            browser.close()
    if problems:
        print(f"problems on the page: {problems}", file=sys.stderr)
    raw = {"times": times, "rates": rates, "lags": lags}
    return rows(raw), raw


def measure_slow_link(drags: int) -> tuple[list[Row], dict[str, Any]]:
    """Drags with a slow link between page and server, and what a picture weighs on it."""
    rates, sizes = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        LabServer(Path(folder)) as server,
        SlowLink(server.port) as link,
    ):
        cells = [nbformat.v4.new_code_cell(code.strip()) for code in (MODEL, OURS)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), Path(folder) / "bench.ipynb")
        server.port, behind = link.port, server.port  # the page knows only the far end
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            notebook = Notebook.open(server, browser, "bench.ipynb")
            notebook.run_all()
            notebook.labs(1)
            handle = notebook.page.locator(".nl input[type=range]").first
            link.slow = True
            for k in range(drags + 1):
                before = link.down.bytes
                fps, _ = drag(notebook.page, 1, handle)
                if k:  # the first one warms
                    rates.append(fps)
                    pictures = fps * MOVES / RATE
                    sizes.append((link.down.bytes - before) / 1e3 / max(1.0, pictures))
            link.slow = False
            problems = notebook.failures()
            browser.close()
        server.port = behind
    if problems:
        print(f"problems on the page: {problems}", file=sys.stderr)
    rate = statistics.median(rates)
    row = Row("pictures a second in a drag, 100 ms and 5 Mbit/s away", rate, None, "1/s", None,
              "at least 8", rate >= 8)  # fmt: skip
    return [row], {"slow_rates": rates, "slow_kilobytes": sizes}


def rows(raw: dict[str, Any]) -> list[Row]:
    """Medians against the goals."""

    def pair(what: str) -> tuple[float, float]:
        return statistics.median(raw[what]["ours"]), statistics.median(raw[what]["reference"])

    (time_us, time_ref), (rate_us, rate_ref) = pair("times"), pair("rates")
    lag_us, lag_ref = pair("lags")
    return [
        Row("key press to changed pixels", time_us, time_ref, "ms", time_us / time_ref,
            "at most 1/3", time_us <= time_ref / 3),
        Row("pictures a second in a drag of 100 events", rate_us, rate_ref, "1/s", rate_us / rate_ref,
            "at least 10 x", rate_us >= 10 * rate_ref),
        Row("last event to last picture", lag_us, lag_ref, "ms", lag_us / lag_ref if lag_ref else None,
            "at most 250 ms", lag_us <= 250),
    ]  # fmt: skip


def table(found: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| workload | explore | interact | ratio | goal | ok |", "|---|---|---|---|---|---|"]
    for row in found:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        reference = "" if row.reference is None else f"{row.reference:.3g} {row.unit}"
        lines.append(
            f"| {row.workload} | {row.ours:.3g} {row.unit} | {reference} "
            f"| {ratio} | {row.goal} | {'yes' if row.ok else 'NO'} |"
        )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Measure, print the table, write --json; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--presses", type=int, default=25)
    parser.add_argument("--drags", type=int, default=5)
    parser.add_argument("--only-link", action="store_true", help="only the row of the slow link")
    options = parser.parse_args(argv)
    if chromium() is None:
        print("no Chromium on this machine; set CHROMIUM to its path", file=sys.stderr)
        return 2
    found, raw = measure_slow_link(options.drags)
    if not options.only_link:
        fast, more = measure(options.presses, options.drags)
        found, raw = fast + found, more | raw
    print(table(found))
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(
        f"\nMedians of {options.presses} presses and {options.drags} drags, in turns; load {load:.1f}; "
        f"{statistics.median(raw['slow_kilobytes']):.0f} kB a picture on the slow link."
    )
    if options.json:
        options.json.write_text(
            json.dumps({"rows": [asdict(r) for r in found], "raw": raw}, indent=1)
        )
    return 0 if all(row.ok for row in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
