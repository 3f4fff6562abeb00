"""The texts of lesson 1.1, the membrane."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from neurolab.course.script import (
    Exercise,
    Measurement,
    Mistake,
    Option,
    Promise,
    Question,
    Script,
    Slip,
)
from neurolab.labs.membrane.the_membrane import hidden_block
from neurolab.membrane import hodgkin_huxley_rates, nernst, thermal_voltage


def _alpha_n(V: float) -> float:
    """The opening rate of potassium's gate, from the library (1/ms)."""
    return hodgkin_huxley_rates(V)[4]


def _unguarded_alpha_n(V: float) -> float:
    return 0.01 * (V + 55.0) / (1.0 - math.exp(-(V + 55.0) / 10.0))


def _alpha_n_or(at_the_gap: float) -> Any:
    """alpha_n as it stands in the paper, with some value put into its gap."""
    return lambda V: at_the_gap if abs(V + 55.0) < 1e-9 else _alpha_n(V)


_STRONG = Question(
    "strong",
    "You push a steady current into the axon and turn it up, from nothing to 160 µA/cm². What "
    "happens to the spikes?",
    (
        Option(
            "They come faster and faster, each as tall as the first.",
            "Faster, yes. But the membrane must get ready between spikes, and a strong current does "
            "not give it the time.",
        ),
        Option(
            "They come faster up to a highest rate, and stay there.",
            "Many people expect this ceiling. But before there is one, the spikes themselves fade "
            "away.",
        ),
        Option(
            "They come faster, shrink, and in the end there are none.",
            "Held high by the current, the membrane never gets ready for the next spike. The lesson "
            "shows what it is that must get ready.",
            right=True,
        ),
        Option(
            "They grow taller.",
            "A spike takes its height from the cell's batteries, not from the push. A strong push "
            "even makes it smaller.",
        ),
    ),
    found=(
        "The rate rises, from 52 spikes per second at 6.3 µA/cm² to about 170. But the peaks sink: "
        "above 63 µA/cm² they no longer reach 0 mV, and above 154 the voltage stands still, far "
        "above rest."
    ),
)

_RELEASE = Question(
    "release",
    "Now the other way. You draw a small current out of the resting axon for 50 ms, so that the "
    "inside becomes more "
    "negative. Then you let go. What follows?",
    (
        Option(
            "The voltage glides back to rest.",
            "A passive membrane does just that. But while it was held down, the gates moved too.",
        ),
        Option(
            "It glides back, and for a while the axon is harder to excite.",
            "The opposite: held down, the axon got ready. Sodium's second gate opened wide, and "
            "potassium's closed.",
        ),
        Option(
            "It springs back above rest and fires a spike.",
            "Held down, the axon got ready: sodium's second gate opened wide, potassium's closed. "
            "Let go, and there is "
            "nothing to hold it back.",
            right=True,
        ),
        Option(
            "It stays at the more negative voltage.",
            "The leak always pulls the voltage home when the current stops.",
        ),
    ),
    found=(
        "The axon fires a full spike, although nobody pushed it. Holding it at \N{MINUS SIGN}3 "
        "µA/cm² for 20 ms is enough; "
        "\N{MINUS SIGN}2.5 is not."
    ),
)

_RAMP = Question(
    "ramp",
    "Switched on at once, 8 µA/cm² makes the axon fire for ever. This time you turn the current "
    "up slowly, over 100 ms, to "
    "the same 8 µA/cm², and leave it there. What happens?",
    (
        Option(
            "It fires for ever, only later.",
            "The current is the same, so this is the natural answer. But the axon remembers how "
            "it got there.",
        ),
        Option(
            "It fires one spike and falls silent.",
            "A slow rise never starts the first spike, so there is not even one.",
        ),
        Option(
            "It stays silent for ever.",
            "Given time, the slow gates keep up with the rising voltage and win the race before "
            "it starts.",
            right=True,
        ),
        Option(
            "It fires faster, because it had time to prepare.",
            "It did prepare, but against firing: the slow gates kept up with the voltage.",
        ),
    ),
    found=(
        "Silence, for ever, at \N{MINUS SIGN}60.4 mV. At 8 µA/cm² the axon has two ways to be, "
        "resting and firing, and the way "
        "the current arrived decides between them. A rise over 20 ms still fires, one over 30 ms "
        "does not."
    ),
)

_GATE = Exercise(
    key="gate",
    title="Where a gate settles",
    signature="steady_state(alpha, beta)",
    task=(
        "Replace the dots after `return` with the fraction of gates that are open in the end, "
        "when closed ones open at rate "
        "`alpha` and open ones close at rate `beta`."
    ),
    reference=lambda alpha, beta: alpha / (alpha + beta),
    inputs=(
        (3.0, 1.0),
        (0.2, 0.7),
        (4.0, 0.05),
        (np.array([0.07, 1.0, 0.3]), np.array([0.05, 1.0, 2.7])),
    ),
    unit="1",
    hints=(
        "In the end as many gates open as close in each millisecond. Write that down as an "
        "equation for the open fraction x.",
        "Closed gates (a fraction 1 - x) open at rate alpha; open ones (x) close at rate beta: "
        "alpha (1 - x) = beta x.",
        "Your function gave {got} for `{call}`; {expected} is right. Solve alpha (1 - x) = beta x "
        "for x.",
    ),
    mistakes=(
        Mistake(
            "closed fraction",
            lambda alpha, beta: beta / (alpha + beta),
            "That is the fraction of gates that are closed. Which rate opens them?",
        ),
        Mistake(
            "ratio of rates",
            lambda alpha, beta: alpha / beta,
            "That is open gates per closed gate, which can be above 1. A fraction of all gates "
            "lies between 0 and 1.",
        ),
        Mistake(
            "time constant",
            lambda alpha, beta: 1.0 / (alpha + beta),
            "That is the time constant, in ms: how fast the gate settles. Wanted is where it "
            "settles.",
        ),
        Mistake(
            "missing brackets",
            lambda alpha, beta: alpha / alpha + beta,
            "Python divides before it adds: `alpha / alpha + beta` is 1 + beta. Put brackets "
            "round the sum.",
        ),
        Mistake(
            "difference",
            lambda alpha, beta: (alpha - beta) / (alpha + beta),
            "That is open minus closed. Wanted is the open fraction alone.",
        ),
        Mistake(
            "minus below",
            lambda alpha, beta: alpha / (alpha - beta),
            "The rates add up in the denominator: both of them change how many gates are open.",
        ),
        Mistake(
            "rate of opening",
            lambda alpha, beta: alpha + 0 * beta,
            "That is the opening rate itself, in 1/ms. The open fraction has no unit.",
        ),
        Mistake(
            "whole numbers",
            lambda alpha, beta: alpha // (alpha + beta),
            "The double slash `//` throws the fraction away. Use a single slash.",
        ),
    ),
    praise="Right, also for whole arrays of rates. The lesson uses your function from here on.",
)

_ALPHA_N = Exercise(
    key="alpha_n",
    title="The rate with a hole in it",
    signature="alpha_n(V)",
    task="Write the rate so that it is right at every voltage, also at \N{MINUS SIGN}55 mV.",
    reference=_alpha_n,
    inputs=((-80.0,), (-55.0,), (-54.999999999,), (-40.0,), (0.0,)),
    unit="1/ms",
    hints=(
        "Call it at V = -55. What is above the fraction bar, and what is below?",
        "For a small x, exp(-x) is about 1 - x. Which number does x / (1 - exp(-x)) come close to?",
        "Your function gave {got} for `{call}`; {expected} is right. Near V = -55 return 0.1 (or "
        "better 0.1 + 0.005 (V + 55)).",
    ),
    mistakes=(
        Mistake(
            "hole left open",
            _unguarded_alpha_n,
            "At V = -55 this is 0 / 0, and Python stops. Between -55.1 and -54.9 the rate runs "
            "smoothly through a number: give it "
            "that number there.",
            raises=ZeroDivisionError,
        ),
        Mistake(
            "hole made nan",
            lambda V: float("nan") if V == -55.0 else _alpha_n(V),
            "At V = -55 your function gives nan, which is 0 / 0. One nan turns every later "
            "voltage into nan. Give the rate the "
            "number it comes close to on both sides.",
        ),
        Mistake(
            "hole filled with 0",
            lambda V: 0.0 if abs(V + 55.0) < 1e-6 else _alpha_n(V),
            "0 / 0 is not 0. Look at the rate on both sides of -55 mV: it runs straight through a "
            "number.",
        ),
        Mistake(
            "hole filled with 0",
            _alpha_n_or(0.0),
            "0 / 0 is not 0. Look at the rate on both sides of -55 mV: it runs straight through a "
            "number.",
        ),
        Mistake(
            "limit of the fraction alone",
            _alpha_n_or(1.0),
            "x / (1 - exp(-x)) tends to 1, but the rate is 0.01 (V + 55) / (...), and V + 55 is "
            "10 x: so 0.1 of that.",
        ),
        Mistake(
            "factor 0.01 alone",
            _alpha_n_or(0.01),
            "With x = (V + 55) / 10 the top is 0.01 (V + 55) = 0.1 x. So the limit is not 0.01 "
            "but ten times that.",
        ),
        Mistake(
            "sign in the exponent",
            lambda V: (
                0.1 if V == -55.0 else 0.01 * (V + 55.0) / (1.0 - math.exp((V + 55.0) / 10.0))
            ),
            "The sign in the exponent is flipped: it is exp(-(V + 55) / 10). With yours the rate "
            "is negative.",
        ),
        Mistake(
            "numerator and denominator turned",
            lambda V: (
                0.1 if V == -55.0 else 0.01 * (V + 55.0) / (math.exp(-(V + 55.0) / 10.0) - 1.0)
            ),
            "The denominator is turned round: it is 1 - exp(...), not exp(...) - 1.",
        ),
    ),
    rtol=1e-5,
    praise="Right everywhere, and smooth through \N{MINUS SIGN}55 mV. Sodium's alpha_m has the "
    "same hole at \N{MINUS SIGN}40 mV.",
)

_NERNST = Exercise(
    key="nernst",
    title="An ion's own voltage",
    signature="nernst(outside, inside, z, T)",
    task=(
        "Return, in mV, the voltage at which an ion of charge `z` has no reason to move, for two "
        "concentrations and a "
        "temperature `T` in °C."
    ),
    reference=lambda outside, inside, z, T: nernst(outside, inside, z, T),
    inputs=(
        (20.0, 400.0, 1, 20.0),
        (440.0, 50.0, 1, 6.3),
        (2.0, 1e-4, 2, 37.0),
        (120.0, 10.0, -1, 30.0),
    ),
    unit="mV",
    hints=(
        "The formula is E = (R T / (z F)) ln(outside / inside), with T in kelvin. It gives volts.",
        "RT/F at 20 °C is 8.314 * 293.15 / 96485 = 0.02526 V. Which unit is wanted?",
        "Your function gave {got} mV for `{call}`; {expected} mV is right. Check kelvin, the "
        "logarithm, z and the factor 1000.",
    ),
    mistakes=(
        Mistake(
            "turned round",
            lambda outside, inside, z, T: nernst(inside, outside, z, T),
            "The sign is turned round: it is outside over inside. Potassium, plentiful inside, "
            "must come out negative.",
        ),
        Mistake(
            "log10",
            lambda outside, inside, z, T: nernst(outside, inside, z, T) / math.log(10.0),
            "Every value is 2.303 times too small, which is ln 10: use the natural logarithm, "
            "`np.log`.",
        ),
        Mistake(
            "volts",
            lambda outside, inside, z, T: nernst(outside, inside, z, T) / 1000.0,
            "That is in volts. Millivolts are wanted: times 1000.",
        ),
        Mistake(
            "Celsius",
            lambda outside, inside, z, T: nernst(outside, inside, z, T) * T / (T + 273.15),
            "The temperature must go in as kelvin: add 273.15 to the degrees Celsius.",
        ),
        Mistake(
            "minus 273",
            lambda outside, inside, z, T: (
                nernst(outside, inside, z, T) * (T - 273.15) / (T + 273.15)
            ),
            "Kelvin are degrees Celsius plus 273.15, not minus.",
        ),
        Mistake(
            "charge left out",
            lambda outside, inside, z, T: nernst(outside, inside, 1, T),
            "The charge z is missing: right for potassium and sodium, wrong for calcium (2) and "
            "chloride (-1). Divide by z.",
        ),
        Mistake(
            "times charge",
            lambda outside, inside, z, T: nernst(outside, inside, 1, T) * z,
            "You multiply by the charge z. A double charge feels the voltage twice as strongly, "
            "so the voltage is half: divide.",
        ),
        Mistake(
            "fixed temperature",
            lambda outside, inside, z, T: thermal_voltage(20.0) / z * math.log(outside / inside),
            "Right at 20 °C, wrong at any other temperature: use the argument T.",
        ),
        Mistake(
            "no logarithm",
            lambda outside, inside, z, T: thermal_voltage(T) / z * outside / inside,
            "The logarithm is missing: E grows with the logarithm of the ratio, not with the "
            "ratio.",
        ),
    ),
    rtol=1e-4,
    praise="Right for potassium, sodium, calcium and chloride, cold and warm.",
)

_DOSE = Measurement(
    key="dose",
    title="The dose",
    task="Find the share of sodium channels that is blocked, in percent.",
    answer=hidden_block,
    tolerance=2.0,
    unit="%",
    hints=(
        "A lasting current dies at a small dose, so it tells you only that the dose is above that. "
        "Which experiment still gives an answer at a large one?",
        "A single shock gives a spike whose height falls steadily with the dose. Give both axons "
        "the same shock, and read off the height under the picture.",
        "Give the poisoned axon a shock of 40 and nothing else. In the lab Tetrodotoxin choose "
        "the single shock, which is the same, and raise the block until the peaks agree.",
    ),
    slips=(
        Slip(
            "what is left",
            lambda: 100.0 - hidden_block(),
            "That is the share still open. Wanted is the share that is blocked.",
        ),
        Slip(
            "fraction",
            lambda: hidden_block() / 100.0,
            "That looks like a fraction. Give it in percent.",
        ),
    ),
    praise="You measured a drug without ever seeing it.",
)

_RECALL = (
    Question(
        "down",
        "What brings the voltage back down within two milliseconds of the peak?",
        (
            Option(
                "The sodium-potassium pump carries the sodium out again.",
                "The pump works over minutes. A spike moves so few ions that an axon can fire "
                "thousands of times without it.",
            ),
            Option(
                "Sodium's second gate closes and potassium's gate opens.",
                "Both are slow and both follow the voltage: h falls, n rises, and potassium wins.",
                right=True,
            ),
            Option(
                "The sodium inside is used up.",
                "Each spike changes the sodium inside by far less than a thousandth.",
            ),
            Option(
                "The leak pulls it back.",
                "The leak pulls that way, but at 0.3 mS/cm² it would take many times longer.",
            ),
        ),
    ),
    Question(
        "two rates",
        "A gate opens at 3 per ms and closes at 1 per ms. Where does it settle, and how fast?",
        (
            Option(
                "At 0.75, with a time constant of 0.25 ms.",
                "alpha / (alpha + beta) = 3/4, and 1 / (alpha + beta) = 1/4 ms.",
                right=True,
            ),
            Option(
                "At 0.75, with a time constant of 4 ms.",
                "The place is right. But fast rates mean a short time: 1 / (3 + 1) ms.",
            ),
            Option(
                "At 3, with a time constant of 1 ms.",
                "A fraction cannot be above 1: the rate is divided by the sum of both rates.",
            ),
            Option(
                "At 0.25, with a time constant of 0.25 ms.",
                "0.25 is the closed fraction; it opens three times as fast as it closes.",
            ),
        ),
    ),
    Question(
        "rebound",
        "Why does an axon fire when it is released from a long inhibition?",
        (
            Option(
                "While it was held down, m opened.",
                "m closes when the voltage is low. It is h that opened.",
            ),
            Option(
                "The inhibition charged the membrane like a spring.",
                "A charged membrane glides back to rest and stops. Only gates overshoot.",
            ),
            Option(
                "While it was held down, h opened wide and n closed, and both are slow to change "
                "back.",
                "For a few milliseconds sodium is ready and nothing opposes it.",
                right=True,
            ),
        ),
    ),
    Question(
        "units",
        "From lesson 0.1: dividing a current in µA/cm² by a conductance in mS/cm² gives a voltage "
        "in",
        (
            Option(
                "volts", "µA over mS is a millionth over a thousandth, so a thousandth of a volt."
            ),
            Option(
                "millivolts", "µA / mS = mV: that is why this set of units is used.", right=True
            ),
            Option("microvolts", "A millionth over a thousandth is a thousandth, not a millionth."),
        ),
    ),
    Question(
        "interval",
        "From lesson 0.1: at 10 µA/cm² the axon fires every 14.6 ms. What is its rate?",
        (
            Option(
                "14.6 Hz",
                "That is the interval, not the rate. How many intervals fit into a second?",
            ),
            Option(
                "68.5 Hz", "1000 milliseconds hold 1000 / 14.6 = 68.5 such intervals.", right=True
            ),
            Option("0.0685 Hz", "That is per millisecond. Hertz counts per second."),
        ),
    ),
)

MEMBRANE = Script(
    id="1.1",
    title="The membrane",
    notebook="01_membrane/1_the_membrane.ipynb",
    minutes=30,
    further=30,
    needs=("0.1",),
    remember="A spike is a race: fast sodium against slow potassium.",
    promises=(
        Promise(
            "compute where a gate settles, and how fast, from its two rates",
            ("check:gate", "recall:two rates"),
        ),
        Promise(
            "say what an axon does with a current that is strong, slow or taken away, and why",
            ("predict:strong", "predict:release", "predict:ramp", "recall:rebound"),
        ),
        Promise("tell the spike as a race, from rest to peak and back", ("recall:down",)),
        Promise(
            "go further: find, to the published digits, the currents at which rest gives way",
            ("reproduce:hh-hopf",),
        ),
        Promise("go further: find a hidden dose by experiment", ("check:dose",)),
    ),
    predictions=(_STRONG, _RELEASE, _RAMP),
    exercises=(_GATE, _ALPHA_N, _NERNST),
    measurements=(_DOSE,),
    recall=_RECALL,
    reproduces=("hh-action-potential", "hh-rate", "hh-hopf", "nernst", "ghk-rest", "ghk-peak"),
    reading=(
        ("hodgkin-huxley-1952", "Part II and Part III: clearer than most texts about it"),
        ("dayan-abbott-2001", "Sections 5.5 and 5.6"),
        ("gerstner-2014", "Chapter 2"),
    ),
)
