"""The texts of chapter 0, the toolbox."""

from __future__ import annotations

import numpy as np

from neurolab.course.script import Exercise, Mistake, Option, Promise, Question, Script

START = Script(
    id="0.1",
    title="Start here",
    notebook="00_toolbox/1_start_here.ipynb",
    minutes=20,
    further=5,
    needs=(),
    remember="Predict first, then look: a surprise is where learning starts.",
    promises=(
        Promise("drive a live neuron, and set your own prediction against it", ("predict:double",)),
        Promise(
            "turn the time between two spikes into a rate, with the right unit", ("check:rate",)
        ),
        Promise("read a voltage trace, a raster and a phase plane", ("recall",)),
    ),
    predictions=(
        Question(
            "double",
            "You double the current into the neuron, from 10 to 20 µA/cm². What happens to its "
            "spikes?",
            (
                Option(
                    "They become about twice as tall.",
                    "The height of a spike is set by the cell's own batteries, not by the push "
                    "that starts it.",
                ),
                Option(
                    "They come about twice as often.",
                    "Nearly everyone says this. But after each spike the cell needs time to "
                    "recover, and a stronger push can "
                    "shorten only part of that time.",
                ),
                Option(
                    "They come a little more often, and keep about the same height.",
                    "Twice the push gave only a quarter more spikes: after each spike the cell "
                    "needs time to recover, and a "
                    "stronger push shortens only part of that time.",
                    right=True,
                ),
                Option(
                    "Nothing changes: a neuron either fires or it does not.",
                    "Each spike is all or nothing, that is right, but how often they come does "
                    "depend on the current.",
                ),
            ),
            found="The rate goes from 68.3 to 86.5 spikes per second, a quarter more. The spikes "
            "get slightly smaller.",
        ),
    ),
    exercises=(
        Exercise(
            key="rate",
            title="From an interval to a rate",
            signature="rate_from_interval(interval)",
            task="Replace the dots after `return` with the number of spikes per second, for a "
            "spike every `interval` milliseconds.",
            reference=lambda interval: 1000.0 / np.asarray(interval, dtype=float),
            inputs=((20.0,), (14.6,), (3.0,), (np.array([5.0, 8.0, 125.0]),)),
            unit="Hz",
            hints=(
                "How many milliseconds are there in a second? How many intervals fit into them?",
                "If a spike comes every 20 ms, then 1000 / 20 = 50 of them fit into a second.",
                "Your function gave {got} for `{call}`; {expected} is right. Divide 1000 by the "
                "interval.",
            ),
            mistakes=(
                Mistake(
                    "per millisecond",
                    lambda interval: 1.0 / interval,
                    "That is the number of spikes per millisecond. A rate in hertz counts them "
                    "per second, and a second has "
                    "1000 milliseconds.",
                ),
                Mistake(
                    "seconds only",
                    lambda interval: interval / 1000.0,
                    "That is the interval in seconds. The rate is one over it.",
                ),
                Mistake(
                    "times instead of over",
                    lambda interval: 1000.0 * interval,
                    "With that, a longer interval gives a higher rate. How many intervals fit "
                    "into 1000 milliseconds?",
                ),
                Mistake(
                    "wrong way to seconds",
                    lambda interval: 1.0 / (1000.0 * interval),
                    "One over the interval is right, but the interval in seconds is `interval / "
                    "1000`, not `1000 * interval`.",
                ),
                Mistake(
                    "whole numbers",
                    lambda interval: 1000 // interval,
                    "The double slash `//` throws the fraction away. Use a single slash.",
                ),
                Mistake(
                    "the interval itself",
                    lambda interval: interval,
                    "That gives the interval back. How many of them fit into 1000 milliseconds?",
                ),
            ),
            praise="Right, with the right unit, also for an array of intervals.",
        ),
    ),
    recall=(
        Question(
            "trace",
            "A voltage trace shows five sharp peaks in 100 ms. What is the rate?",
            (
                Option("5 Hz", "That counts per 100 ms. Hertz counts per second."),
                Option("50 Hz", "Five in a tenth of a second are fifty in a second.", right=True),
                Option("500 Hz", "That would be one every 2 ms; here there is one every 20 ms."),
            ),
        ),
        Question(
            "raster",
            "In a raster, one row has ticks that crowd together towards the right. What does that "
            "neuron do?",
            (
                Option(
                    "It fires faster and faster.",
                    "Time runs to the right; closer ticks are shorter intervals.",
                    right=True,
                ),
                Option(
                    "Its spikes grow taller.",
                    "A raster shows when spikes come, never how tall they are.",
                ),
                Option(
                    "Its voltage rises steadily.",
                    "A raster shows no voltage, only the times of the spikes.",
                ),
            ),
        ),
        Question(
            "plane",
            "In a phase plane, a point runs round a closed loop again and again. What would the "
            "trace of V against time show?",
            (
                Option(
                    "A straight line, since the loop is closed.",
                    "The loop has left time out: the point keeps moving along it.",
                ),
                Option(
                    "The same bump over and over.",
                    "Each round of the loop is one bump of the trace.",
                    right=True,
                ),
                Option(
                    "A slow return to rest.",
                    "At rest the point stands still. On a loop it never does.",
                ),
            ),
        ),
    ),
)

SCRIPTS = (START,)
