"""`@lab`: ranges, types, presets, targets, names and the line of code."""

from types import SimpleNamespace

import numpy as np
import pytest

from neurolab.figures import Figure, Line, Panel
from neurolab.labs.declare import Lab, Target, lab


def parameter(value, unit="", low=None, high=None, doc=""):
    return SimpleNamespace(value=value, unit=unit, low=low, high=high, doc=doc)


MODEL = SimpleNamespace(
    states={"V": parameter(-65.0, "mV", -80, 40, "start")},
    params={
        "g_Na": parameter(120.0, "mS/cm²", 0, 240, "sodium conductance"),
        "E_K": parameter(-77.0, "mV"),
    },
    inputs={"I": parameter(0.0, "µA/cm²", -5, 30, "current")},
)


def figure(*numbers: float) -> Figure:
    return Figure(Panel(Line(np.arange(len(numbers)), numbers)))


@lab(
    model=MODEL,
    I=(0, 20),
    mode=["step", "ramp"],
    count=(1, 10),
    presets={"rest": {"I": 0}, "many": {"count": 10, "mode": "ramp"}},
    targets=[Target("Fire", reached=lambda params, values: params["I"] > 6)],
)
def spikes(
    I: float = 10.0, g_Na: float = 120.0, mode: str = "step", count: int = 3, noise: bool = False
) -> Figure:
    """A train of spikes."""
    return figure(I, g_Na, count, noise)


def test_a_lab_is_still_its_function():
    assert spikes.name == spikes.__name__ == "spikes" and spikes.title == "Spikes"
    assert spikes.doc == spikes.__doc__ == "A train of spikes."
    np.testing.assert_array_equal(spikes(I=4).panels[0].marks[0].y, [4, 120, 3, 0])


def test_ranges_come_from_the_decorator_and_then_from_the_model():
    assert (spikes.controls["I"].low, spikes.controls["I"].high) == (0, 20)
    g_Na = spikes.controls["g_Na"]
    assert (g_Na.low, g_Na.high, g_Na.unit, g_Na.doc) == (0, 240, "mS/cm²", "sodium conductance")
    assert spikes.controls["I"].unit == "µA/cm²"
    assert [control.kind for control in spikes.controls.values()] == [
        "float",
        "float",
        "choice",
        "int",
        "bool",
    ]


@pytest.mark.parametrize(
    ("spec", "default", "step"),
    [
        ((0, 20), 1.0, 0.1),
        ((0, 1), 0.5, 0.005),
        ((0, 240), 1.0, 1.0),
        ((0, 20, 0.25), 1.0, 0.25),
        ((1, 9), 2, 1),
    ],
)
def test_a_slider_has_about_two_hundred_round_steps(spec, default, step):
    def f(x=default):
        return figure(x)

    assert Lab(f, ranges={"x": spec}).controls["x"].step == step


def test_a_default_without_a_point_is_whole_only_if_its_range_is():
    def f(x=1, y=1):
        return figure(x)

    kinds = Lab(f, ranges={"x": (0, 9), "y": (0, 9, 0.5)}).controls
    assert kinds["x"].kind == "int" and kinds["y"].kind == "float"
    assert type(kinds["y"].default) is float


def test_values_come_in_the_declared_type():
    """A browser sends 9.0 as 9; an int would make numba compile anew."""
    params = spikes.complete({"I": 9, "count": 4.0, "noise": 1})
    assert [type(value) for value in params.values()] == [float, float, str, int, bool]


def test_code_holds_only_what_was_changed():
    assert spikes.code() == "spikes()"
    assert spikes.code(I=9.2, g_Na=120, mode="ramp") == "spikes(I=9.2, mode='ramp')"


def test_presets_are_checked_and_typed():
    assert spikes.presets["rest"] == {"I": 0.0} and type(spikes.presets["rest"]["I"]) is float


def test_a_generator_lab_gives_its_last_figure_and_each_on_the_way():
    @lab(n=(1, 5))
    def better(n: int = 3):
        for k in range(n):
            yield figure(k)

    assert len(list(better.frames(n=4))) == 4
    assert better().panels[0].marks[0].y[0] == 2


def test_ranges_can_be_replaced():
    other = spikes.ranged({"I": (5, 15)})
    assert other.controls["I"].low == 5 and other.presets == spikes.presets
    assert spikes.controls["I"].low == 0


def test_a_range_with_its_own_unit_and_meaning():
    @lab(model=MODEL, I=parameter(2.0, "nA", 0, 5, "through the electrode"))
    def own(I: float = 2.0) -> Figure:
        return figure(I)

    control = own.controls["I"]
    assert (control.low, control.high, control.unit) == (0, 5, "nA")
    assert control.doc == "through the electrode"


def test_numbers_as_choices():
    @lab(n=[10, 100, 1000])
    def f(n: int = 100):
        return figure(n)

    assert f.controls["n"].coerce(10.0) == 10 and type(f.controls["n"].coerce(10.0)) is int


def test_decorator_without_parentheses():
    @lab
    def f(on: bool = True):
        return figure(on)

    assert f.controls["on"].kind == "bool"


def plain(I: float = 1.0):
    return figure(I)


def bare(I):
    return figure(I)


def worded(mode: str = "a"):
    return figure(0)


def starred(*values):
    return figure(0)


def late(E_K: float = -77.0):
    return figure(E_K)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: spikes(i=3), "the lab spikes has no 'i'; did you mean 'I'"),
        (lambda: spikes(I=float("nan")), "I must be finite"),
        (lambda: spikes(I="much"), "I must be a number, got 'much'"),
        (lambda: spikes(count=2.5), "count must be a whole number, got 2.5"),
        (
            lambda: spikes(mode="rump"),
            "mode must be one of 'step', 'ramp', got 'rump'; did you mean 'ramp'",
        ),
        (lambda: spikes(noise=2), "noise must be True or False"),
        (lambda: Lab(plain), r"plain: I needs a range; give I=\(low, high\)"),
        (lambda: Lab(late, model=MODEL), r"E_K needs a range"),
        (lambda: Lab(bare, ranges={"I": (0, 1)}), "I needs a default; write I=1.0"),
        (lambda: Lab(worded), r'mode is text and needs its choices; give mode=\["a", "b"\]'),
        (lambda: Lab(starred), "a lab names all its parameters"),
        (lambda: Lab(plain, ranges={"I": (3, 2)}), "must have low < high"),
        (lambda: Lab(plain, ranges={"I": (2, 3)}), "default of I must lie in 2 to 3, got 1"),
        (
            lambda: Lab(plain, ranges={"I": 5}),
            r"must be \(low, high\), \(low, high, step\) or a list",
        ),
        (lambda: Lab(plain, ranges={"I": (0, 1, -1)}), "the step of I must be above 0"),
        (lambda: Lab(plain, ranges={"g": (0, 1)}), "the lab plain has no 'g'"),
        (lambda: Lab(worded, ranges={"mode": ["b", "c"]}), "mode must be one of 'b', 'c', got 'a'"),
        (
            lambda: Lab(plain, ranges={"I": (0, 2)}, presets={"p": {"J": 1}}),
            "the lab plain has no 'J'",
        ),
    ],
)
def test_errors_say_what_is_wrong(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_lab_must_return_a_figure():
    @lab(x=(0, 1))
    def nothing(x: float = 0.0):
        return None

    @lab(x=(0, 1))
    def silent(x: float = 0.0):
        yield from ()

    with pytest.raises(TypeError, match="nothing must return a Figure, got NoneType; end it with"):
        nothing()
    with pytest.raises(ValueError, match="silent yielded no figure"):
        silent()


def test_labs_need_no_widgets():
    import subprocess
    import sys

    code = (
        "import sys, neurolab.labs.declare; "
        "print(sorted({'ipywidgets', 'matplotlib', 'numba'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_code_of_a_ready_made_lab_runs_as_it_stands():
    import neurolab as nl

    line = nl.labs.toolbox.first_neuron.code(I=20)
    assert line == "nl.labs.toolbox.first_neuron(I=20.0)"
    assert eval(line, {"nl": nl}).values["rate"] == pytest.approx(
        86.47, abs=0.05
    )  # Hodgkin-Huxley at 20
