"""Layout, limits, words and pictures of figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurolab.figures import Arrows, Dots, Figure, Line, Panel, Span, Text, Ticks
from neurolab.figures.figure import tick_step


def example() -> Figure:
    """A figure with every mark."""
    t = np.linspace(0, 50, 5001)
    trace = Panel(
        Span(5, 20, label="current on"),
        Line(t, -65 + 100 * np.exp(-(((t - 20) / 2) ** 2)), "V"),
        Text(21, 35, "spike"),
        title="Membrane potential",
        ylim=(-85, 55),
    )
    grid = np.meshgrid(np.linspace(-2, 2, 5), np.linspace(-1, 2, 4))
    plane = Panel(
        Arrows(*grid, *grid),
        Line([-2, 2], [0, 1], "w-nullcline", dash=True),
        Dots([-1, 1], [0, 1], "fixed point", filled=[True, False]),
        title="Phase plane",
        x="V",
        y="w",
        span=(2, 1),
        pick=("V0", "w0"),
    )
    raster = Panel(Ticks([1, 5, 9], [0, 1, 0]), title="Raster", y="neuron", xlim=(0, 50))
    return Figure(trace, plane, raster, columns=(2, 1), summary="1 spike", values={"spikes": 1})


def test_panels_take_the_first_free_place_in_reading_order():
    assert example().places() == [(0, 0, 1, 1), (0, 1, 2, 1), (1, 0, 1, 1)]
    wide = Figure(Panel(), Panel(), Panel(span=(1, 2)), Panel(), columns=2)
    assert [place[:2] for place in wide.places()] == [(0, 0), (0, 1), (1, 0), (2, 0)]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=8))
def test_panels_never_overlap(spans):
    figure = Figure(*(Panel(span=span) for span in spans), columns=3)
    cells = [
        (row, column)
        for place in figure.places()
        for row in range(place.row, place.row + place.rows)
        for column in range(place.column, place.column + place.columns)
    ]
    assert len(cells) == len(set(cells)) and max(column for _, column in cells) < 3


def test_a_row_is_as_high_as_its_tallest_panel():
    figure = Figure(Panel(height=2), Panel(height=0.5), Panel(), columns=2)
    assert figure.row_heights() == [2.0, 1.0]


def test_axes_are_shared_with_the_panel_below():
    above, below = Panel(xlim=(0, 9)), Panel(xlim=(0, 9))
    assert Figure(above, below).shares_x() == [True, False]
    assert Figure(above, Panel(xlim=(0, 8))).shares_x() == [False, False]


def test_limits_follow_the_data_in_whole_ticks():
    panel = Panel(Line([3, 17], [-64.2, 38.9]))
    assert panel.xlim == (3, 17) and panel.ylim == (-80, 40)
    assert Panel().ylim == (0, 1)
    assert Panel(Line([0, 1], [5, 5])).ylim[0] < 5 < Panel(Line([0, 1], [5, 5])).ylim[1]
    assert Panel(Line([0, 1], [0, np.nan])).ylim[0] < 0
    assert Panel(Line([0.02, 3], [1, 2]), log="x").xlim == (0.01, 10)


@given(st.floats(1e-6, 1e6), st.floats(1, 20))
def test_ticks_step_in_ones_twos_and_fives(width, count):
    step = tick_step(width, count)
    mantissa = step / 10 ** np.floor(np.log10(step) + 1e-9)
    assert np.isclose(mantissa, [1, 2, 5, 10]).any()
    assert count / 2 <= width / step <= count * 2


def test_marks_without_colour_get_those_nobody_asked_for():
    panel = Panel(Line([0], [0]), Line([0], [0], color=0), Line([0], [0]), Ticks([0]))
    assert panel.colours == (1, 0, 2, "ink")


def test_the_words_name_every_mark_and_its_range():
    assert example().alt.splitlines() == [
        "1 spike.",
        "Membrane potential: V (mV) from -85 to 55 against time (ms) from 0 to 50.",
        "- shaded (current on): x from 5 to 20.",
        "- line (V): from -65 to -65, highest 35.",
        "- text: spike.",
        "Phase plane: w from -1 to 2 against V from -2 to 2.",
        "- arrows: the flow at 20 points.",
        "- dashed line (w-nullcline): from 0 to 1.",
        "- dots (fixed point): (-1, 0), open (1, 1).",
        "Raster: neuron from -0.5 to 1.5 against time (ms) from 0 to 50.",
        "- ticks: 3 events in 2 rows.",
    ]


def test_empty_marks_have_words():
    alt = Figure(Panel(Ticks([]), Dots([], []), Line([], []), Line([0, 1], [2, 2]))).alt
    assert "ticks: 0 events" in alt and "dots: none" in alt
    assert "line: no data" in alt and "constant at 2" in alt


def test_a_panel_along_which_nothing_is_measured_says_so():
    alt = Figure(Panel(Line([0, 2], [5, 6]), title="Two cells", y="")).alt
    assert alt.startswith("Two cells: along time (ms) from 0 to 2.")
    assert "line: swings by 1." in alt  # heights that measure nothing are not read out


def test_alt_reads_numbers_as_one_says_them() -> None:
    panel = Panel(Dots([np.nan, 1.0], [2.0, 54321.0]), xlim=(0, 3000), ylim=(0, 2e7), y="rate")
    assert Figure(panel).alt.splitlines() == [
        "rate from 0 to 2e+07 against time (ms) from 0 to 3000.",
        "- dots: (1, 54300).",
    ]


def test_a_picture_is_reproducible_and_leaves_matplotlib_as_it_was():
    import matplotlib

    before = dict(matplotlib.rcParams)
    figure = example()
    picture = figure.png()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n" and picture == example().png()
    assert b"matplotlib" not in picture.lower()
    assert dict(matplotlib.rcParams) == before


def test_a_picture_does_not_follow_the_users_settings():
    import matplotlib

    plain = example().png()
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 30}):
        assert example().png() == plain


def test_notebooks_get_picture_and_words():
    bundle, metadata = example()._repr_mimebundle_()
    assert metadata["image/png"]["alt"] == bundle["text/plain"]
    assert bundle["text/plain"] == example().alt == repr(example())
    assert bundle["image/png"].startswith("iVBOR")


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_save_follows_the_ending(tmp_path, ending):
    example().save(tmp_path / f"figure.{ending}")
    assert (tmp_path / f"figure.{ending}").stat().st_size > 1000


def test_a_log_panel_draws():
    h = np.array([0.1, 0.01, 0.001])
    Figure(Panel(Line(h, h**2), Dots(h, h**2), log="xy", x="dt (ms)", y="error")).png()


def test_values_are_named_numbers():
    assert example().values["spikes"] == 1.0
    assert example().titled("Other").title == "Other"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Figure(), "at least one panel"),
        (lambda: Figure(Line([0], [0])), r"panels must be Panel objects, got Line"),
        (lambda: Panel([0, 1]), r"got list; wrap arrays as Line\(x, y\)"),
        (lambda: Panel(xlim=(1, 0)), r"xlim must be \(low, high\) with low < high"),
        (lambda: Panel(ylim=(0, 1), log="y"), "must be positive on a log axis"),
        (lambda: Panel(log="z"), "log must be"),
        (lambda: Panel(height=0), "height must be positive"),
        (lambda: Panel(span=(0, 1)), "span must be"),
        (lambda: Panel(pick=("V0",)), "pick must name two parameters"),
        (lambda: Figure(Panel(span=(1, 2))), "spans 2 columns, the figure has 1"),
        (lambda: Figure(Panel(), columns=0), "columns must be"),
    ],
)
def test_errors_say_what_is_wrong(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_importing_figures_imports_no_matplotlib():
    import subprocess
    import sys

    code = "import sys, neurolab.figures; print(any('matplotlib' in name for name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_rows_of_a_raster_are_not_rounded_to_ticks():
    assert Panel(Ticks([1, 2], [0, 99])).ylim == (-0.5, 99.5)
