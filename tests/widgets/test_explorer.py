"""The kernel's side of a live lab: what is computed, given up and sent. No clock is looked at."""

from __future__ import annotations

import base64
import gc
import threading

import numpy as np
import pytest

from neurolab.figures import Figure, Line, Panel, Text
from neurolab.kernels import chunks
from neurolab.labs.declare import Target, lab
from neurolab.widgets import explore
from neurolab.widgets.explorer import IN_FLIGHT

T = np.linspace(0, 10, 500)


@lab(
    slope=(0, 5),
    n=(1, 9),
    kind=["up", "down"],
    presets={"steep": {"slope": 5}},
    targets=[
        Target("Make it steep", reached=lambda params, values: values["end"] > 40, tip="More.")
    ],
)
def ramp(slope: float = 2.0, n: int = 3, kind: str = "up", on: bool = True):
    """A line."""
    sign = 1 if kind == "up" else -1
    moving = Panel(Line(T, sign * slope * T), ylim=(-50, 50))
    still = Panel(Line(T, np.cos(T)), ylim=(-1, 1))
    return Figure(moving, still, summary=f"slope {slope:g}", values={"end": 10 * slope})


def test_one_request_one_frame(browse):
    page = browse(lambda: explore(ramp))
    page.set(slope=3)
    assert [frame["seq"] for frame in page.frames or page.settle()]
    page.settle()
    assert page.last["summary"] == "slope 3" and page.last["settled"]
    assert page.last["code"] == "ramp(slope=3.0)"
    assert page.explorer.params["slope"] == 3.0 and page.explorer.figure.values["end"] == 30


def test_only_what_changed_is_sent_again(browse):
    page = browse(lambda: explore(ramp))
    page.set(slope=3)
    page.settle()
    content, buffers = page.explorer.comm.messages[-1]
    assert content["arrays"] == ["0.0.y"] and "layout" not in content
    np.testing.assert_allclose(np.frombuffer(buffers[0], "<f4"), 3 * T, rtol=1e-6)
    page.set(slope=3)
    page.settle()
    assert page.last["arrays"] == []


def test_the_first_frame_travels_with_the_widget(browse):
    """So that it shows although the kernel is busy running the rest of the notebook."""
    page = browse(lambda: explore(ramp))
    first = page.explorer.first
    assert set(first["arrays"]) == {"0.0.x", "0.0.y", "1.0.x", "1.0.y"}
    assert len(first["layout"]["panels"]) == 2 and first["summary"] == "slope 2"
    assert page.contents == []


def test_a_page_that_has_the_first_frame_gets_nothing_twice(browse):
    page = browse(lambda: explore(ramp))
    page.send({"kind": "hello"})
    assert page.settle() == []


def test_a_page_loaded_later_gets_everything(browse):
    page = browse(lambda: explore(ramp))
    page.set(slope=4)
    page.settle()
    page.send({"kind": "hello"})
    page.settle()
    assert len(page.last["arrays"]) == 4 and "layout" in page.last
    assert page.last["params"]["slope"] == 4.0


def test_limits_travel_when_they_change(browse):
    def f(x=1.0):
        return Figure(Panel(Line([0, 1], [0, x]), Text(0, 0, f"{x:g}")))

    page = browse(lambda: explore(f, x=(0, 9)))
    page.set(x=8)
    page.settle()
    assert page.last["layout"]["panels"][0]["ylim"] == (0, 8)


def test_values_are_brought_to_the_declared_type(browse):
    """JavaScript sends 9.0 as 9: numba would compile for an int in mid-drag."""
    seen = []

    def f(x=1.0, n=2, kind="a", on=True):
        seen.append((type(x), type(n), type(kind), type(on)))
        return Figure(Panel(Line([0, 1], [0, x])))

    page = browse(lambda: explore(f, x=(0, 9), n=(1, 5), kind=["a", "b"]))
    page.set(x=9, n=3, kind="b", on=False)
    page.settle()
    assert set(seen) == {(float, int, str, bool)} and len(seen) == 2


def test_the_message_handler_does_not_compute(browse):
    """It runs in the kernel's own thread: here it returns while the lab is still held up."""
    free, entered = threading.Event(), threading.Event()

    def f(x=0.0):
        if x:
            entered.set()
            assert free.wait(60)
        return Figure(Panel(Line([0, 1], [0, x])), summary=f"{x:g}")

    page = browse(lambda: explore(f, x=(0, 9)))
    page.set(x=1)
    assert entered.wait(60)
    for x in (2, 3, 4):
        page.set(x=x)
    assert page.frames == []
    free.set()
    page.settle()
    # what came between was never begun; the newest was
    assert [frame["summary"] for frame in page.frames] == ["1", "4"]
    assert [frame["settled"] for frame in page.frames] == [False, True]


def test_a_superseded_run_stops_at_its_next_chunk(browse):
    done = {0.0: 0, 1.0: 0, 2.0: 0}

    def f(x=0.0):
        def advance(size):
            done[x] += 1
            if x == 1 and done[x] == 2:
                page.set(x=2)
            return done[x] / 10

        chunks.run_chunked(advance)
        return Figure(Panel(Line([0, 1], [0, x])), summary=f"{x:g}")

    page = browse(lambda: explore(f, x=(0, 9)))
    page.explorer.patience = 0.0
    page.set(x=1)
    page.settle()
    assert done == {0.0: 10, 1.0: 2, 2.0: 10}
    assert [frame["summary"] for frame in page.frames] == ["2"]


def test_a_run_that_is_nearly_done_is_not_given_up(browse):
    """Within its patience a run ends though newer values wait; else a drag would show nothing."""
    done = {0.0: 0, 1.0: 0, 2.0: 0}

    def f(x=0.0):
        def advance(size):
            done[x] += 1
            if x == 1 and done[x] == 2:
                page.set(x=2)
            return done[x] / 10

        chunks.run_chunked(advance)
        return Figure(Panel(Line([0, 1], [0, x])), summary=f"{x:g}")

    page = browse(lambda: explore(f, x=(0, 9)))
    page.explorer.patience = float("inf")
    page.set(x=1)
    page.settle()
    assert [frame["summary"] for frame in page.frames] == ["1", "2"]


@lab(n=(1, 20))
def better(n: int = 2):
    """Each figure is better than the one before."""
    for k in range(n):
        yield Figure(Panel(Line([0, 1], [0, k])), summary=f"{k + 1} of {n}")


def test_each_figure_of_a_progressive_lab_is_shown(browse):
    page = browse(lambda: explore(better))
    page.set(n=3)
    page.settle()
    assert [f["summary"] for f in page.frames] == ["1 of 3", "2 of 3", "3 of 3", "3 of 3"]
    assert [f["settled"] for f in page.frames] == [False, False, False, True]


def test_never_more_than_three_frames_in_flight(browse):
    """A page that does not say that it has drawn gets three on the way, and always the last."""
    page = browse(lambda: explore(better))
    page.set(n=20)
    page.settle()
    assert [f["summary"] for f in page.frames] == ["1 of 20", "2 of 20", "3 of 20", "20 of 20"]
    assert sum(not f["settled"] for f in page.frames) == IN_FLIGHT
    page.set(n=2)
    page.settle()
    assert [f["summary"] for f in page.frames[4:]] == ["2 of 2"]
    page.send({"kind": "shown", "number": page.last["number"]})
    page.set(n=2)
    page.settle()
    assert [f["summary"] for f in page.frames[5:]] == ["1 of 2", "2 of 2", "2 of 2"]


def test_a_progressive_lab_stops_between_figures_when_something_newer_waits(browse):
    made = []

    def f(x=0.0):
        for k in range(5):
            made.append((x, k))
            if (x, k) == (1.0, 1):
                page.set(x=2)
            yield Figure(Panel(Line([0, 1], [0, x])), summary=f"{x:g}.{k}")

    page = browse(lambda: explore(f, x=(0, 9)))
    page.set(x=1)
    page.settle()
    assert [k for x, k in made if x == 1] == [0, 1]
    assert page.last["summary"] == "2.4"


def fails(x=1.0):
    y = 1.0 / (x - 2.0)
    return Figure(Panel(Line([0, 1], [0, y])))


def test_an_error_names_the_learners_line_and_keeps_the_last_figure(browse):
    page = browse(lambda: explore(fails, x=(0, 4)))
    before = page.explorer.figure
    page.set(x=2)
    page.settle()
    assert page.last["kind"] == "error" and page.last["seq"] == 1
    assert page.last["message"] == "ZeroDivisionError: float division by zero"
    assert page.last["where"].endswith("in fails:\n    y = 1.0 / (x - 2.0)")
    assert page.explorer.figure is before and page.explorer.params["x"] == 1.0
    page.set(x=3)
    page.settle()
    assert page.last["kind"] == "frame"


def test_a_wrong_value_is_an_error_in_place(browse):
    page = browse(lambda: explore(fails, x=(0, 4)))
    page.send({"kind": "set", "client": "page", "seq": 1, "params": {"y": 2}})
    page.settle()
    assert page.last["message"] == "ValueError: the lab fails has no 'y'. It has: x"


def test_an_error_in_a_cell_is_the_cells_own(browse):
    with pytest.raises(ZeroDivisionError):
        explore(fails, x=(0, 4)).run(x=2)


def test_targets_are_reached_when_the_hand_rests(browse):
    page = browse(lambda: explore(ramp))
    assert page.explorer.first["now"] == [False]
    page.set(slope=5)
    page.settle()
    assert page.last["now"] == page.last["reached"] == [True]
    page.set(slope=1)
    page.settle()
    assert page.last["now"] == [False] and page.last["reached"] == [True]


def test_run_is_synchronous_and_shows(browse):
    page = browse(lambda: explore(ramp))
    assert page.explorer.run(slope=4).values["end"] == 40
    assert page.last["params"] == {"slope": 4.0, "n": 3, "kind": "up", "on": True}
    assert page.explorer.run(n=5).summary == "slope 4"


def test_explore_takes_ranges_and_starting_values(browse):
    explorer = browse(lambda: explore(ramp, slope=(1, 3), kind="down")).explorer
    control = explorer.spec["controls"][0]
    assert (control["low"], control["high"]) == (1, 3)
    assert explorer.params["kind"] == "down" and explorer.spec["controls"][2]["value"] == "down"
    with pytest.raises(
        ValueError, match="explore takes a function that returns a Figure, got a Figure"
    ):
        explore(ramp())
    with pytest.raises(ValueError, match="the lab ramp has no 'slop'; did you mean 'slope'"):
        explore(ramp, slop=3)


def test_presets_go_to_the_page_complete(browse):
    explorer = browse(lambda: explore(ramp)).explorer
    assert explorer.spec["presets"] == [
        {"name": "steep", "params": {"slope": 5.0, "n": 3, "kind": "up", "on": True}}
    ]


def test_without_a_kernel_there_is_a_picture_and_words(browse):
    explorer = browse(lambda: explore(ramp)).explorer
    data, metadata = explorer._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert base64.b64decode(data["image/png"])[:4] == b"\x89PNG"
    assert data["text/plain"].startswith("Ramp.\nslope 2.\n")
    assert data["text/plain"].endswith("Set to: slope = 2, n = 3, kind = up, on = True.")


def test_closing_ends_the_thread(browse):
    page = browse(lambda: explore(ramp))
    page.set(slope=1)
    page.settle()
    thread = page.explorer._worker._thread
    page.explorer.close()
    thread.join(60)
    assert not thread.is_alive()


def test_widgets_do_not_use_pyplot_interact_or_output():
    from pathlib import Path

    import neurolab.widgets

    for file in Path(neurolab.widgets.__file__).parent.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not any(word in text for word in ("pyplot", "interact(", "Output("))


def count_signatures() -> int:
    from numba.core.dispatcher import Dispatcher

    # by type(): a dead weak proxy has one, and has no class to ask for
    living = (o for o in gc.get_objects() if issubclass(type(o), Dispatcher))
    return sum(len(dispatcher.signatures) for dispatcher in living)


@pytest.mark.slow
def test_a_slider_never_adds_a_numba_signature(browse):
    """Whole numbers arrive as ints; none of them may compile anything after the first frame."""
    from neurolab.engine.model import Model, param, simulate

    model = Model(
        lambda t, y, p, I: ((I - y[0]) / p.tau,),
        state={"x": 0.0},
        params={"tau": param(10.0, "ms", low=1, high=100)},
        name="slow_follower",
    )

    @lab(model=model, I=(0, 20))
    def follow(I: float = 1.5, tau: float = 10.5):
        run = simulate(model, duration=20.0, dt=0.1, I=I, tau=tau)
        return Figure(Panel(Line(run.t, run["x"])), summary=f"{run['x'][-1]:.3g}")

    page = browse(lambda: explore(follow))
    before = count_signatures()
    for I, tau in [(2, 10), (3, 11.5), (4.5, 12), (0, 1), (20, 100)]:
        page.set(I=I, tau=tau)
        page.settle()
    assert count_signatures() == before > 0
    assert [frame["seq"] for frame in page.frames] == [1, 2, 3, 4, 5]


@pytest.mark.slow
def test_two_thousand_updates_leave_the_kernel_as_large_as_before(browse):
    import psutil

    page = browse(lambda: explore(ramp))

    def drag(updates: int) -> None:
        for k in range(updates):
            page.set(slope=(k % 50) / 10)
            page.settle()
            page.explorer.comm.messages.clear()
        gc.collect()

    drag(200)
    before = psutil.Process().memory_info().rss
    drag(2000)
    assert psutil.Process().memory_info().rss - before < 10e6


@pytest.mark.slow
def test_a_saved_and_closed_notebook_shows_every_lab():
    import nbformat
    from nbclient import NotebookClient

    cells = [
        "from neurolab.figures import Figure, Line, Panel\n"
        "from neurolab.widgets import explore\n"
        "def ramp(slope=2.0):\n"
        "    return Figure(Panel(Line([0, 1], [0, slope])), summary=f'slope {slope:g}')",
        "explore(ramp, slope=(0, 5))",
        "explore(ramp, slope=(0, 9))",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    notebook.metadata.pop("widgets", None)
    closed = nbformat.reads(nbformat.writes(notebook), as_version=4)
    for cell in closed.cells[1:]:
        (output,) = cell.outputs
        assert base64.b64decode(output.data["image/png"])[:4] == b"\x89PNG"
        assert "slope 2." in output.data["text/plain"]
