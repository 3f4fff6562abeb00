"""Spikes in recordings: known spikes are found, laws hold, and every way of getting it wrong is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurolab.data.recordings import compute_noise_level, detect_recorded_spikes
from tests.reference import recordings as naive

traces = arrays(np.float64, st.integers(2, 60), elements=st.integers(-9, 9).map(float))
polarities = st.sampled_from(["negative", "positive", "both"])
alignments = st.sampled_from(["peak", "threshold"])
dead_times = st.sampled_from([0.0, 0.1, 0.3, 1.0])
RATE = 25.0  # kHz


def recording(
    times: Any, amplitude: float = -60.0, noise: float = 5.0, duration: float = 2000.0
) -> Any:
    """Gaussian dips of 0.2 ms at `times` (ms) in white noise."""
    t = np.arange(round(duration * RATE)) / RATE
    x = noise * np.random.default_rng(3).standard_normal(t.size)
    for time in np.asarray(times):
        near = slice(max(0, round((time - 2) * RATE)), round((time + 2) * RATE))
        x[near] += amplitude * np.exp(-((t[near] - time) ** 2) / (2 * 0.2**2))
    return x


KNOWN = np.arange(20.0, 1980.0, 17.313)


@given(traces, st.integers(1, 6), polarities, dead_times, alignments)
def test_it_finds_what_the_naive_twin_finds(
    x: Any, threshold: int, polarity: str, dead_time: float, align: str
) -> None:
    options = dict(threshold=threshold, polarity=polarity, dead_time=dead_time, align=align)
    found = detect_recorded_spikes(x, 10.0, **options).times
    assert found.tolist() == pytest.approx(
        naive.detect_recorded_spikes(x.tolist(), 10.0, **options)
    )


@given(traces)
def test_the_noise_level_is_the_naive_one(x: Any) -> None:
    assert compute_noise_level(x) == pytest.approx(naive.compute_noise_level(x.tolist()))


@given(traces, polarities, alignments, st.sampled_from([2.0**-20, 0.25, 1024.0]))
def test_the_unit_of_the_trace_does_not_matter(
    x: Any, polarity: str, align: str, scale: float
) -> None:
    """Powers of two, so that rounding is the same too."""
    options = dict(polarity=polarity, align=align, factor=1.5)
    if np.median(np.abs(x)) > 0:
        assert detect_recorded_spikes(x, 10.0, **options) == detect_recorded_spikes(
            scale * x, 10.0, **options
        )


@given(traces, polarities, dead_times, st.integers(1, 20))
def test_later_samples_are_later_spikes(
    x: Any, polarity: str, dead_time: float, silence: int
) -> None:
    options = dict(polarity=polarity, dead_time=dead_time, threshold=2.5)
    early = detect_recorded_spikes(np.append(0.0, x), 10.0, **options)
    late = detect_recorded_spikes(np.append(np.zeros(silence + 1), x), 10.0, **options)
    assert late.times == pytest.approx(early.times + silence / 10.0)
    moved = detect_recorded_spikes(np.append(0.0, x), 10.0, start=7.0, **options)
    assert moved.times == pytest.approx(early.times + 7.0) and moved.start == 7.0


@given(traces, dead_times, alignments)
def test_the_mirrored_trace_has_the_other_polarity(x: Any, dead_time: float, align: str) -> None:
    options = dict(threshold=2.0, dead_time=dead_time, align=align)
    down = detect_recorded_spikes(x, 10.0, polarity="negative", **options)
    assert down == detect_recorded_spikes(-x, 10.0, polarity="positive", **options)
    both = detect_recorded_spikes(x, 10.0, polarity="both", **options)
    assert both == detect_recorded_spikes(-x, 10.0, polarity="both", **options)


@given(traces, polarities, alignments, st.sampled_from([0.1, 0.3, 1.0]))
def test_spikes_are_a_dead_time_apart(x: Any, polarity: str, align: str, dead_time: float) -> None:
    found = detect_recorded_spikes(
        x, 10.0, threshold=1.0, polarity=polarity, align=align, dead_time=dead_time
    )
    assert np.all(np.diff(found.times) >= dead_time * (1 - 1e-9))


def test_all_known_spikes_and_nothing_else() -> None:
    """Twelve times the noise: at five times the noise 50 000 samples hold 0.01 false spikes."""
    found = detect_recorded_spikes(recording(KNOWN), RATE, factor=5.0)
    assert found.count == KNOWN.size
    # the noise moves a top by about its own share of the height over the curvature: a tenth of a millisecond
    assert np.abs(found.times - KNOWN).max() < 0.15
    assert found.duration == 2000.0 and found.rate == pytest.approx(KNOWN.size / 2.0)


def test_between_samples_the_top_is_that_of_the_parabola() -> None:
    """A tenth of a sample where a dip of 5 samples' width is seen without noise; the grid's own error is a half."""
    found = detect_recorded_spikes(recording(KNOWN, noise=0.0), RATE, threshold=30.0)
    assert np.abs(found.times - KNOWN).max() < 0.1 / RATE


def test_a_crossing_lies_on_the_line_between_two_samples() -> None:
    found = detect_recorded_spikes(
        [0, -1, -3, -8, 0], 1.0, threshold=2.5, align="threshold", polarity="negative"
    )
    assert found.times.tolist() == [1.75]


def test_spikes_hardly_move_the_noise_level() -> None:
    """3 % of samples inside a spike move a quantile of the normal by 3 %, the standard deviation by half."""
    quiet, busy = recording([]), recording(KNOWN)
    level = compute_noise_level(quiet)
    assert level == pytest.approx(5.0, rel=0.02)  # three standard errors of 50 000 samples
    assert compute_noise_level(busy) == pytest.approx(level, rel=0.1)
    assert busy.std() > 1.5 * level


def test_false_spikes_of_pure_noise_are_as_many_as_a_normal_has() -> None:
    """P(|x| > 4 sigma) = 6.3e-5 for each sample of both sides together."""
    noise = np.random.default_rng(5).standard_normal(1_000_000)
    found = detect_recorded_spikes(noise, 1.0, factor=4.0, polarity="both", dead_time=0.0)
    assert found.count == pytest.approx(63.3, abs=4 * 63.3**0.5)


def test_the_larger_of_two_stays_and_by_crossing_the_earlier() -> None:
    x = np.zeros(60)
    x[10], x[14], x[40] = 4.0, 9.0, 5.0
    options: dict[str, Any] = dict(threshold=2.0, polarity="positive", dead_time=1.0)
    assert detect_recorded_spikes(x, 10.0, **options).times.tolist() == [1.4, 4.0]
    by_crossing = detect_recorded_spikes(x, 10.0, align="threshold", **options).times
    assert by_crossing == pytest.approx([0.95, 3.94])


def test_a_spike_that_the_recording_begins_in_is_left_out() -> None:
    found = detect_recorded_spikes([-9.0, -9.0, 0.0, -9.0], 1.0, threshold=2.0, dead_time=0.0)
    assert found.times.tolist() == [3.0]


def test_channels_are_units_with_noise_levels_of_their_own() -> None:
    rows = np.array([recording(KNOWN), 100.0 * recording(KNOWN[::2])])
    levels = compute_noise_level(rows)
    assert isinstance(levels, np.ndarray) and levels[1] == pytest.approx(100 * levels[0], rel=0.1)
    found = detect_recorded_spikes(rows, RATE, factor=5.0)
    assert [train.size for train in found] == [KNOWN.size, KNOWN[::2].size]
    assert (
        found.train(0).tolist() == detect_recorded_spikes(rows[0], RATE, factor=5.0).times.tolist()
    )


def test_integers_from_an_amplifier_will_do() -> None:
    counts = np.round(recording(KNOWN) * 10).astype(np.int16)
    assert detect_recorded_spikes(counts, RATE, factor=5.0).count == KNOWN.size


@pytest.mark.slow
def test_ten_million_samples_are_no_burden() -> None:
    """No loop over samples: what is looped over are spikes closer than the dead time."""
    x = np.tile(recording(KNOWN), 200)
    found = detect_recorded_spikes(x, RATE, factor=5.0)
    assert found.count == 200 * KNOWN.size


SILENT = np.zeros(100)


@pytest.mark.parametrize(
    ("trace", "options", "message"),
    [
        ([], {}, r"trace must be of shape .* not empty, got \(0,\)"),
        (np.zeros((2, 2, 2)), {}, r"trace must be of shape"),
        ([0.0, np.nan], {}, "trace must be finite, got nan at position 1"),
        (["a"], {}, "trace must be an array of numbers"),
        (SILENT, {}, "noise level of channel 0 must be above 0, got 0: .*; give threshold="),
        (SILENT, dict(threshold=-5.0), "threshold must be above 0, got -5; it is a distance"),
        (SILENT, dict(factor=0), "factor must be above 0, got 0"),
        (
            SILENT,
            dict(threshold=1.0, polarity="down"),
            "polarity must be one of negative, positive",
        ),
        (SILENT, dict(threshold=1.0, align="peek"), "align must be .*did you mean 'peak'"),
        (SILENT, dict(threshold=1.0, dead_time=-1), "dead_time must be 0 or more, got -1"),
        (SILENT, dict(threshold=1.0, start=np.inf), "start must be finite"),
    ],
)
def test_messages(trace: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        detect_recorded_spikes(trace, 10.0, **options)


def test_more_messages() -> None:
    with pytest.raises(ValueError, match="sampling_rate must be above 0, got 0"):
        detect_recorded_spikes([0.0], 0.0)
    with pytest.raises(ValueError, match="not empty"):
        compute_noise_level([])
