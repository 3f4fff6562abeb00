"""The page's half of a live lab against a kernel played by the test: no JupyterLab, no waiting for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from neurolab.figures import Dots, Figure, Line, Panel
from neurolab.labs.declare import Lab, Target, lab
from neurolab.widgets.explorer import ASSETS, Explorer, Request

pytestmark = pytest.mark.browser

FAKE_MODEL = """async ([code, css, spec, first]) => {
  document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const handlers = [];
  window.sent = [];
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const content = { ...first, arrays: Object.fromEntries(Object.entries(first.arrays).map(([k, v]) => [k, bytes(v)])) };
  window.model = {
    get: (name) => ({ spec, first: content })[name],
    on: (name, handler) => handlers.push(handler),
    send: (message) => window.sent.push(structuredClone(message)),
  };
  window.answer = (message, buffers = []) => handlers.forEach((h) => h(message, buffers.map(bytes)));
  const widget = (await import(url)).default;
  widget.initialize({ model: window.model });
  const el = document.createElement("div");
  widget.render({ model: window.model, el }); // before it is in the page, as anywidget does
  document.body.append(el);
  await new Promise((done) => setTimeout(done, 100));
}"""


@lab(
    gain=(0, 10),
    V0=(-5, 5, 0.5),
    w0=(-1, 1, 0.1),
    mode=["a", "b"],
    presets={"loud": {"gain": 9.5}},
    targets=[Target("Loud", reached=lambda params, values: params["gain"] > 9)],
)
def plane(gain: float = 2.0, V0: float = 0.0, w0: float = 0.0, mode: str = "a", on: bool = True):
    x = np.linspace(-5, 5, 50)
    return Figure(
        Panel(Line(x, gain * x), Dots([V0], [w0]), xlim=(-5, 5), ylim=(-1, 1), pick=("V0", "w0")),
        summary=f"gain {gain:g}",
    )


class Kernel:
    """Answers what the page asks, when the test says so."""

    def __init__(self, page: Page, explorer: Explorer) -> None:
        self.page, self.explorer = page, explorer

    def asked(self) -> list[dict[str, Any]]:
        return [m for m in self.page.evaluate("() => window.sent") if m["kind"] == "set"]

    def frame(self, **changes: Any) -> tuple[dict[str, Any], list[str]]:
        """The answer to the newest request, as it travels."""
        asked = self.asked()[-1]
        self.explorer.figure = plane(**asked["params"])
        self.explorer.params = plane.complete(asked["params"])
        content, arrays = self.explorer._content(Request(), settled=True)
        message = content | {"arrays": list(arrays), "client": asked["client"], "seq": asked["seq"]}
        return message | changes, encode(list(arrays.values()))

    def answer(self) -> None:
        self.send(*self.frame())

    def send(self, message: dict[str, Any], buffers: list[str] | None = None) -> None:
        self.page.evaluate("([m, b]) => window.answer(m, b)", [message, buffers or []])
        self.page.wait_for_timeout(50)


def encode(buffers: list[bytes]) -> list[str]:
    import base64

    return [base64.b64encode(buffer).decode() for buffer in buffers]


def show(page: Page, explorer: Explorer) -> None:
    """Draw a lab on an empty page."""
    first = dict(explorer.first)
    first["arrays"] = dict(
        zip(first["arrays"], encode(list(first["arrays"].values())), strict=True)
    )
    code, css = (
        (ASSETS / f"explorer.{kind}").read_text(encoding="utf-8") for kind in ("js", "css")
    )
    page.evaluate(FAKE_MODEL, [code, css, explorer.spec, first])


@pytest.fixture
def kernel(browser: Browser) -> Iterator[Kernel]:
    page = browser.new_page(viewport={"width": 1100, "height": 700})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    explorer = Explorer(plane)
    show(page, explorer)
    yield Kernel(page, explorer)
    page.close()
    explorer.close()
    assert problems == []


def slider(kernel: Kernel, index: int = 0) -> Any:
    return kernel.page.locator("input[type=range]").nth(index)


def test_three_questions_at_most_and_then_the_newest(kernel):
    slider(kernel).focus()
    for _ in range(10):
        kernel.page.keyboard.press("ArrowRight")
    assert [m["seq"] for m in kernel.asked()] == [1, 2, 3]
    assert kernel.asked()[-1]["params"]["gain"] == pytest.approx(2.15)
    kernel.answer()
    assert [m["seq"] for m in kernel.asked()] == [1, 2, 3, 4]
    assert kernel.asked()[-1]["params"]["gain"] == pytest.approx(2.5)
    kernel.answer()
    assert len(kernel.asked()) == 4


def test_it_asks_for_no_more_than_it_can_draw(kernel):
    """Answers that come together make one picture: then one less is asked for ahead."""
    for _ in range(3):
        slider(kernel).press("ArrowRight")
    messages = [kernel.frame(seq=seq) for seq in (1, 2, 3)]
    kernel.page.evaluate("(all) => all.forEach(([m, b]) => window.answer(m, b))", messages)
    kernel.page.wait_for_timeout(100)
    for _ in range(5):
        slider(kernel).press("ArrowRight")
    assert [m["seq"] for m in kernel.asked()] == [1, 2, 3, 4, 5]


def test_it_asks_for_what_it_may_have_missed(kernel):
    assert kernel.page.evaluate("() => window.sent[0].kind") == "hello"


def test_a_picture_changes_with_its_arrays(kernel):
    pixels = "() => document.querySelector('canvas').toDataURL()"
    before = kernel.page.evaluate(pixels)
    slider(kernel).press("PageUp")
    kernel.answer()
    assert kernel.page.evaluate(pixels) != before
    assert kernel.page.locator(".nl-summary").inner_text() == "gain 3"


def test_an_error_stands_over_the_dimmed_picture_until_the_next_good_one(kernel):
    height = kernel.page.locator(".nl").bounding_box()["height"]
    slider(kernel).press("ArrowRight")
    asked = kernel.asked()[-1]
    kernel.send(
        {
            "kind": "error",
            "message": "ValueError: no",
            "where": "line 1",
            **{k: asked[k] for k in ("client", "seq")},
        }
    )
    alert = kernel.page.get_by_role("alert")
    assert "ValueError: no" in alert.inner_text()
    assert kernel.page.locator(".nl-failed").count() == 1
    assert kernel.page.locator(".nl").bounding_box()["height"] == height
    slider(kernel).press("ArrowRight")
    kernel.answer()
    assert not kernel.page.locator(".nl-error").is_visible()
    assert kernel.page.locator(".nl-failed").count() == 0


def test_a_slow_answer_dims_and_says_so(kernel):
    slider(kernel).press("ArrowRight")
    kernel.page.wait_for_selector(".nl-busy")
    assert "computing" in kernel.page.locator(".nl-note").inner_text()
    kernel.answer()
    assert kernel.page.locator(".nl-busy").count() == 0


def test_a_click_sets_two_parameters_on_the_grid_of_their_sliders(kernel):
    box = kernel.page.locator("canvas").bounding_box()
    kernel.page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    params = kernel.asked()[-1]["params"]
    assert params["V0"] > 0 and params["w0"] > 0
    assert (params["V0"] * 2).is_integer() if isinstance(params["V0"], float) else True
    assert round(params["w0"], 1) == params["w0"]


@pytest.mark.parametrize(("y", "read"), [("V (mV)", ["V 2 mV"]), ("", [])])
def test_stacked_curves_are_not_read(browser, y, read):
    """Without a name the vertical axis measures nothing: the cursor reads the time alone."""
    page, explorer = (
        browser.new_page(),
        Explorer(Lab(lambda: Figure(Panel(Line([0, 9], [2, 2]), y=y)))),
    )
    show(page, explorer)
    page.locator("canvas").hover()
    page.wait_for_selector(".nl-tip")
    time, *others = page.locator(".nl-tip").inner_text().splitlines()
    assert time.startswith("time") and others == read
    page.close()
    explorer.close()


def test_a_number_can_be_typed_and_is_kept_in_range(kernel):
    box = kernel.page.locator(".nl-value input").first
    for typed, given in [("3.217", 3.217), ("−4", 0), ("99", 10), ("2,5", 2.5)]:
        box.fill(typed)
        box.press("Enter")
        assert kernel.asked()[-1]["params"]["gain"] == given
        kernel.answer()
    count = len(kernel.asked())
    box.fill("much")
    box.press("Enter")
    assert len(kernel.asked()) == count and box.input_value() == "2.50"


def test_presets_reset_choices_and_ticks(kernel):
    page = kernel.page
    page.get_by_role("button", name="loud").click()
    assert kernel.asked()[-1]["params"]["gain"] == 9.5
    kernel.answer()
    assert page.get_by_role("button", name="loud").get_attribute("aria-pressed") == "true"
    assert page.locator(".nl-state").inner_text() == "reached"
    page.locator("select").select_option("b")
    assert kernel.asked()[-1]["params"]["mode"] == "b"
    page.locator("input[type=checkbox]").uncheck()
    assert kernel.asked()[-1]["params"]["on"] is False
    page.get_by_role("button", name="Reset").click()
    kernel.answer()
    assert page.locator(".nl-state").inner_text() == "reached before"
    page.get_by_role("button", name="Reset").click()
    assert kernel.explorer.params["gain"] == 2.0


def test_pin_keeps_a_curve_to_compare_with(kernel):
    pixels = "() => document.querySelector('canvas').toDataURL()"
    kernel.page.get_by_role("button", name="Pin").click()
    slider(kernel).press("PageUp")
    kernel.answer()
    kernel.page.wait_for_timeout(100)
    pinned = kernel.page.evaluate(pixels)
    kernel.page.get_by_role("button", name="Unpin").click()
    kernel.page.wait_for_timeout(100)
    assert kernel.page.evaluate(pixels) != pinned


def test_all_that_can_be_worked_has_a_name_and_enough_room(kernel):
    """WCAG 2.2, success criteria 4.1.2 and 2.5.8: a name for each control, 24 pixels for each target."""
    for control in kernel.page.locator("input, select, button").all():
        box = control.bounding_box()
        name = control.evaluate(
            "(e) => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent"
        )
        assert name.strip(), control
        assert box["height"] >= 24 or control.get_attribute("type") == "checkbox", name
        assert control.get_attribute("data-lm-suppress-shortcuts") == "true", name
    assert "against" in kernel.page.locator("canvas").get_attribute("aria-label")
    assert slider(kernel).get_attribute("aria-valuetext") == "2.00"


BRIGHTEST = """() => {
  const canvas = document.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let brightest = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] > 250) brightest = Math.max(brightest, data[i] + data[i + 1] + data[i + 2]);
  }
  return brightest / 3;
}"""


def test_it_draws_in_the_colours_that_a_reader_forces(kernel):
    """Light on dark where the system says so, though no theme of JupyterLab does."""
    kernel.page.emulate_media(forced_colors="active", color_scheme="dark")
    slider(kernel).press("ArrowRight")
    kernel.answer()
    assert kernel.page.evaluate(BRIGHTEST) > 200


def test_nothing_moves_for_a_reader_who_asks_for_that(kernel):
    kernel.page.emulate_media(reduced_motion="reduce")
    style = "() => getComputedStyle(document.querySelector('.nl-grid')).transitionProperty"
    assert kernel.page.evaluate(style) == "none"


KEEP = """() => {
  const canvas = document.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  // a colour that hardly covers is no colour
  const pixels = data.map((level, i) => (level * data[i | 3]) / 255);
  const before = window.kept ?? pixels;
  window.kept = pixels;
  return [pixels.reduce((a, b) => Math.max(a, b)), pixels.reduce((a, b, i) => Math.max(a, Math.abs(b - before[i])), 0)];
}"""


def test_a_packed_curve_is_the_same_picture(kernel, monkeypatch):
    """To an eighth of 255 levels where an edge is drawn smooth: here a step is a twentieth of a pixel."""
    slider(kernel).press("PageUp")
    kernel.answer()
    kernel.page.evaluate(KEEP)
    monkeypatch.setattr("neurolab.widgets.frames.PACKED_FROM", 10)
    monkeypatch.setattr("neurolab.widgets.frames.FINEST", 2000)  # the line leaves the panel
    message, buffers = kernel.frame()
    assert message["layout"]["panels"][0]["marks"][0]["packed"] == ["x", "y"]
    kernel.send(message, buffers)
    strongest, difference = kernel.page.evaluate(KEEP)
    assert strongest > 100, "there is a picture"
    assert difference <= 32
