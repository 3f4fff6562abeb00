"""The texts of lesson 1.3, from spikes to rates."""

from __future__ import annotations

import math
from collections.abc import Callable
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
from neurolab.labs.membrane.spikes_to_rates import hidden_weight
from neurolab.membrane import compute_lif_rate


def _rate(mu: float, tau: float, theta: float, reset: float, t_ref: float) -> float:
    """The rate of a leaky integrate-and-fire neuron under a steady input, from the library (Hz)."""
    return float(compute_lif_rate(mu, tau_m=tau, R=1.0, theta=theta, V_reset=reset, t_ref=t_ref))


def _climb(mu: float, tau: float, theta: float, reset: float) -> float:
    """Time from reset to threshold (ms)."""
    return tau * math.log((mu - reset) / (mu - theta))


def _silent_or(rate: Callable[..., float]) -> Callable[..., float]:
    """Right below threshold, mistaken above it."""
    return lambda mu, tau, theta, reset, t_ref: (
        0.0 if mu <= theta else rate(mu, tau, theta, reset, t_ref)
    )


def _unguarded(mu: float, tau: float, theta: float, reset: float, t_ref: float) -> float:
    return 1000.0 / (t_ref + _climb(mu, tau, theta, reset))


def _unguarded_numpy(mu: float, tau: float, theta: float, reset: float, t_ref: float) -> float:
    if mu < theta:
        return math.nan
    return _unguarded(mu, tau, theta, reset, t_ref)


def _guarded_below(mu: float, tau: float, theta: float, reset: float, t_ref: float) -> float:
    return 0.0 if mu < theta else _unguarded(mu, tau, theta, reset, t_ref)


_BELOW = Question(
    "below",
    "The cell fires at 20 mV above rest. Its input, on average, holds it at 15 mV. A steady input of "
    "that strength leaves it silent for ever. Now the input keeps the same average but flutters "
    "from moment to moment, a few millivolts up and down. What does the cell do?",
    (
        Option(
            "It stays silent: on average the input is still too weak.",
            "The average is too weak. But a spike does not ask for the average: one moment above "
            "threshold is enough.",
        ),
        Option(
            "It fires now and then, at irregular times.",
            "Whenever the flutter happens to lift the voltage by 5 mV there is a spike. Nobody can "
            "say when that will be, but one can say how often.",
            right=True,
        ),
        Option(
            "It fires regularly, like a clock, but slowly.",
            "It does fire, but what starts each spike is an accident, and accidents keep no time.",
        ),
        Option(
            "It fires at full speed: noise excites.",
            "A flutter pushes down as often as up. It takes a rare, large one to bridge 5 mV.",
        ),
    ),
    found=(
        "With noise of 5 mV it fires about 9.5 times a second, with a coefficient of variation of "
        "0.8: nearly as irregular as chance itself. With 10 mV it fires 25 times a second. "
        "The average input is the same all along, and too weak."
    ),
)

_ABOVE = Question(
    "above",
    "Now the average input is strong: alone it would lift the cell to 40 mV, twice the threshold, "
    "and the cell fires like a clock, 99 times a second. You add the same flutter of 5 mV. What "
    "happens to the rate?",
    (
        Option(
            "It rises by about 10 Hz, as it did below threshold.",
            "Below threshold noise decided whether there was a spike at all. Here every spike "
            "comes anyway, noise only moves it.",
        ),
        Option(
            "It falls: noise disturbs the clock.",
            "It disturbs the clock, but as many ticks come early as late.",
        ),
        Option(
            "It hardly changes, but the spikes lose their rhythm a little.",
            "The voltage climbs through the threshold so steeply that a push moves the spike by a "
            "little, forwards or backwards.",
            right=True,
        ),
        Option(
            "It doubles.",
            "The strong input already brings the cell to threshold in 8 ms. Noise cannot halve that.",
        ),
    ),
    found=(
        "From 98.9 to 100.5 Hz: less than 2 % more. Noise matters to a neuron that waits below its "
        "threshold, and hardly to one that is driven through it."
    ),
)

_PARADOX = Question(
    "paradox",
    "Two populations: excitatory cells E, which excite themselves strongly and excite I; and "
    "inhibitory cells I, which inhibit E and, weakly, themselves. Everything is at rest in a steady "
    "balance. Now you shine light on the inhibitory cells and so drive them harder, them alone, "
    "and leave the light on. Where does the rate of the inhibitory cells go, and where does it stay?",
    (
        Option(
            "Up, and it stays up.",
            "For the first few milliseconds it does go up. Then what it does to E comes back to it.",
        ),
        Option(
            "Up at first, then back to exactly where it was.",
            "That happens at one special strength of the excitatory loop, w_EE = 1. This one is "
            "stronger.",
        ),
        Option(
            "Up at first, then down, to below where it was.",
            "The inhibitory cells lose more drive from E than the light gives them.",
            right=True,
        ),
        Option(
            "Up and up: nothing stops it.",
            "I inhibits itself, and loses its own excitation when E falls. It is held from two "
            "sides.",
        ),
    ),
    found=(
        "With w_EE = 3 and 3 Hz more drive, the inhibitory rate climbs from 20 to 21 Hz in 7 ms, "
        "then falls, and stays at 17. The excitatory rate goes from 10 to 7. Driven harder, the "
        "inhibitory cells fire less."
    ),
)

_EXERCISE = Exercise(
    key="rate",
    title="From current to rate",
    signature="lif_rate(mu, tau, theta, reset, t_ref)",
    task=(
        "Return the number of spikes per second of a leaky integrate-and-fire neuron whose steady input "
        "alone would bring it to `mu`: with times in ms, voltages in mV, and 0 where it is silent."
    ),
    reference=_rate,
    inputs=(
        (16.0, 10.0, 15.0, 0.0, 2.0),
        (30.0, 10.0, 15.0, 0.0, 2.0),
        (25.0, 20.0, 20.0, 10.0, 2.0),
        (40.0, 20.0, 20.0, 10.0, 0.0),
        (22.0, 30.0, 18.0, -5.0, 5.0),
        (12.0, 10.0, 15.0, 0.0, 2.0),
        (15.0, 10.0, 15.0, 0.0, 2.0),
    ),
    unit="Hz",
    hints=(
        "After a spike the voltage starts at the reset and runs towards mu: "
        "V(t) = mu + (reset - mu) exp(-t / tau). When does it meet theta?",
        "From exp(-t / tau) = (mu - theta) / (mu - reset) follows t = tau ln((mu - reset) / (mu - "
        "theta)). One spike every t_ref + t milliseconds. And if mu never gets beyond theta?",
        "`{call}` gave {got} and should give {expected}. There are 1000 milliseconds in a second: "
        "return 1000 / (t_ref + t), and 0 where mu is not above theta.",
    ),
    mistakes=(
        Mistake(
            "no guard",
            _unguarded,
            "Below threshold there is no such time: the voltage never gets there, and the logarithm "
            "of a negative number stops Python. First ask whether mu is above theta; if not, the "
            "rate is 0.",
            raises=ValueError,
        ),
        Mistake(
            "no guard, numpy",
            _unguarded_numpy,
            "Below threshold the voltage never gets to theta, and your logarithm of a negative "
            "number is nan. First ask whether mu is above theta; if not, the rate is 0.",
            raises=ZeroDivisionError,
        ),
        Mistake(
            "guard without its edge",
            _guarded_below,
            "With mu exactly at theta the voltage comes ever closer and never arrives. There the "
            "rate is 0 too: ask for `mu <= theta`.",
            raises=ZeroDivisionError,
        ),
        Mistake(
            "per millisecond",
            _silent_or(
                lambda mu, tau, theta, reset, t_ref: 1e-3 * _rate(mu, tau, theta, reset, t_ref)
            ),
            "That is in spikes per millisecond. A second has 1000 of them.",
        ),
        Mistake(
            "interval",
            _silent_or(lambda mu, tau, theta, reset, t_ref: t_ref + _climb(mu, tau, theta, reset)),
            "That is the interval between two spikes, in ms. How many of them fit into 1000 ms?",
        ),
        Mistake(
            "dead time left out",
            _silent_or(lambda mu, tau, theta, reset, t_ref: 1e3 / _climb(mu, tau, theta, reset)),
            "After each spike the cell first waits for t_ref. Add it to the time of the climb.",
        ),
        Mistake(
            "dead time subtracted",
            _silent_or(
                lambda mu, tau, theta, reset, t_ref: 1e3 / (_climb(mu, tau, theta, reset) - t_ref)
            ),
            "The dead time makes the interval longer: add t_ref, do not subtract it.",
        ),
        Mistake(
            "log10",
            _silent_or(
                lambda mu, tau, theta, reset, t_ref: (
                    1e3 / (t_ref + _climb(mu, tau, theta, reset) / math.log(10.0))
                )
            ),
            "That logarithm is to the base 10. An exponential is undone by the natural one, "
            "`np.log`.",
        ),
        Mistake(
            "turned fraction",
            _silent_or(
                lambda mu, tau, theta, reset, t_ref: 1e3 / (t_ref - _climb(mu, tau, theta, reset))
            ),
            "The fraction under the logarithm is turned round: it must be above 1, or the climb "
            "takes a negative time.",
        ),
        Mistake(
            "reset taken as 0",
            _silent_or(lambda mu, tau, theta, reset, t_ref: _rate(mu, tau, theta, 0.0, t_ref)),
            "Right where the reset is 0 and wrong elsewhere: the climb starts at `reset`, so it is "
            "(mu - reset) above the fraction bar.",
        ),
        Mistake(
            "threshold above",
            _silent_or(
                lambda mu, tau, theta, reset, t_ref: (
                    1e3 / (t_ref + tau * math.log((theta - reset) / (mu - theta)))
                    if (theta - reset) / (mu - theta) > 0
                    else math.nan
                )
            ),
            "What decays is the distance to mu: it starts as mu - reset and ends as mu - theta.",
        ),
    ),
    praise="Right above threshold, at it and below it. The lesson uses your function from here on.",
)


def _integrand(u: Any) -> Any:
    """exp(u²) (1 + erf u), to the last digit."""
    from scipy.special import erfcx

    return erfcx(-u)


def _as_printed(u: Any) -> Any:
    from scipy.special import erf

    return np.exp(u**2) * (1 + erf(u))


def _without_subtraction(u: Any) -> Any:
    from scipy.special import erfc

    return np.exp(u**2) * erfc(-u)


_INTEGRAND = Exercise(
    key="integrand",
    title="The same thing, without losing it",
    signature="integrand(u)",
    task="Return exp(u²) (1 + erf u) for any u, numbers and arrays, down to -40 and below.",
    reference=_integrand,
    inputs=(
        (-2.0,),
        (-6.0,),
        (-15.0,),
        (-40.0,),
        (1.5,),
        (np.array([-30.0, -8.0, 0.0, 2.0]),),
    ),
    unit="1",
    hints=(
        "1 + erf(u) subtracts two numbers that are nearly equal when u is negative. "
        "`scipy.special` knows this sum by a name of its own: erfc(-u).",
        "erfc(-u) keeps its digits, but exp(u²) still overflows at u = -27, while erfc(-u) becomes "
        "0. The product never does either: look for `erfcx` in `scipy.special`.",
        "erfcx(x) is exp(x²) erfc(x). `{call}` gave {got} and should give {expected}: with which x?",
    ),
    mistakes=(
        Mistake(
            "as printed",
            _as_printed,
            "That is the formula as printed: right at u = -2, and at -6 all its digits are gone. "
            "Do not add 1 to erf(u).",
        ),
        Mistake(
            "as printed, with math",
            lambda u: math.exp(u**2) * (1 + math.erf(u)),
            "At u = -40 the exponential alone is too large for a computer, and 1 + erf(u) has been "
            "0 for long. Do not compute the two factors apart.",
            raises=OverflowError,
        ),
        Mistake(
            "without the subtraction",
            _without_subtraction,
            "Much better: erfc(-u) loses no digits. But at u = -40 one factor overflows and the "
            "other is 0. The product has a function of its own.",
        ),
        Mistake(
            "sign",
            lambda u: _integrand(-u),
            "The sign of u is turned round: 1 + erf(u) is erfc(-u).",
        ),
        Mistake(
            "not scaled",
            lambda u: _without_subtraction(u) * np.exp(-(u**2)),
            "That is 1 + erf(u) alone. The factor exp(u²) belongs to it: there is one function for "
            "the product.",
        ),
    ),
    praise="Right at both ends. With it Siegert's integral holds for any noise.",
)


def _weight() -> float:
    return hidden_weight()[0]


_WEIGHT = Measurement(
    key="weight",
    title="The unknown weight",
    task="Find w_EE of the pair, to 0.1.",
    answer=_weight,
    tolerance=0.1,
    unit="",
    hints=(
        "Where nothing changes any more, E = w_EE E - 2 I + g_E. You can read E and I, but there "
        "are two unknowns in it: w_EE and g_E. What gets rid of the one that does not interest you?",
        "Measure at two drives and subtract the two equations: (w_EE - 1) (E₂ - E₁) = 2 (I₂ - I₁). "
        "Take drives that lie far apart, or the rounding of the rates spoils the difference.",
        "w_EE = 1 + 2 (I₂ - I₁) / (E₂ - E₁). With g_I = 0 and g_I = 10 you have all you need.",
    ),
    slips=(
        Slip(
            "without the 1",
            lambda: _weight() - 1.0,
            "That is w_EE - 1. E stands on both sides: E = w_EE E - 2 I + g_E.",
        ),
        Slip(
            "without w_EI",
            lambda: 1.0 + (_weight() - 1.0) / 2.0,
            "The inhibitory rate enters with its weight, w_EI = 2. You seem to have left it out.",
        ),
        Slip(
            "sign",
            lambda: 1.0 - (_weight() - 1.0),
            "Both rates fell together, so the quotient of their changes is positive. Check a sign.",
        ),
    ),
    praise="Nobody told you the drive of the excitatory cells, and you did not need it.",
)

_RECALL = (
    Question(
        "distance",
        "A noisy neuron's mean lies below threshold. You shift its mean and its threshold up by the "
        "same 3 mV, and its reset too. What happens to its rate?",
        (
            Option(
                "It falls: the threshold is higher.",
                "The threshold is higher, and so is everything else. The noise has to bridge the "
                "same distance.",
            ),
            Option(
                "Nothing: only the distances count, measured in units of the noise.",
                "The formula knows mu, theta and the reset only through (theta - mu) / sigma and "
                "(reset - mu) / sigma.",
                right=True,
            ),
            Option(
                "It rises: the mean is higher.",
                "A higher mean helps only if it comes closer to the threshold.",
            ),
        ),
    ),
    Question(
        "where noise counts",
        "You double the noise of two neurons. One has its mean 5 mV below threshold, the other 20 mV "
        "above it. Whose rate changes more?",
        (
            Option(
                "The lower one's: from 9 to 25 Hz, and the other's by a few per cent.",
                "Below threshold noise decides whether a spike comes; above it, only when.",
                right=True,
            ),
            Option(
                "The upper one's, because it fires more spikes that noise can move.",
                "Moved, yes. But as many are moved forwards as backwards.",
            ),
            Option(
                "Both equally: noise adds the same to each.",
                "It adds the same to each voltage. What that does to the rate depends on where the "
                "voltage stands.",
            ),
        ),
    ),
    Question(
        "brakes",
        "In some piece of cortex light drives the inhibitory cells, and a moment later they fire "
        "less than before. What does that say about the piece?",
        (
            Option(
                "The light damaged the inhibitory cells.",
                "Then they would recover slowly or not at all. This comes and goes with the light.",
            ),
            Option(
                "Its excitatory cells would run away if the inhibition were frozen.",
                "w_EE is above 1: only inhibition that follows keeps them in check. So the test "
                "with light measures the strength of a loop.",
                right=True,
            ),
            Option(
                "Its inhibitory cells inhibit each other strongly.",
                "That makes the inhibitory cells respond less, but it cannot turn the sign: only "
                "w_EE can.",
            ),
            Option(
                "It has more inhibitory than excitatory cells.",
                "Numbers alone do not do it: it is the strength of the excitatory loop.",
            ),
        ),
    ),
    Question(
        "time constant",
        "From lesson 1.1: a membrane has a capacitance of 1 µF/cm² and a leak of 0.05 mS/cm². How "
        "long is its time constant?",
        (
            Option(
                "20 ms",
                "tau = C / g_L = 1 / 0.05 = 20 ms: that of the cell in this lesson.",
                right=True,
            ),
            Option("0.05 ms", "That is C times g_L. A large leak makes a membrane fast: divide."),
            Option("2 ms", "1 / 0.05 is 20, not 2."),
        ),
    ),
    Question(
        "which class",
        "From lesson 1.2: without noise, how slowly can the leaky integrate-and-fire neuron fire?",
        (
            Option(
                "As slowly as you like, just above threshold.",
                "The climb to threshold takes ever longer as mu comes down to it: like Hodgkin's "
                "first class.",
                right=True,
            ),
            Option(
                "Not below 1000 / (t_ref + tau).",
                "The climb takes tau times a logarithm, which grows without limit as mu comes close "
                "to theta.",
            ),
            Option(
                "It has a lowest rate, like the squid's axon.",
                "That axon starts with a rate of its own. Here nothing oscillates below threshold.",
            ),
        ),
    ),
)

SPIKES_TO_RATES = Script(
    id="1.3",
    title="From spikes to rates",
    notebook="01_membrane/3_spikes_to_rates.ipynb",
    minutes=30,
    further=30,
    needs=("1.1", "1.2"),
    remember="Noise turns a threshold into a slope.",
    promises=(
        Promise("compute how fast a neuron fires under a steady input", ("check:rate",)),
        Promise(
            "say what noise does to a neuron's rate, below its threshold and above",
            ("predict:below", "predict:above", "recall:distance", "recall:where noise counts"),
        ),
        Promise(
            "foresee what a circuit does when you excite its inhibitory cells, and why",
            ("predict:paradox", "recall:brakes"),
        ),
        Promise(
            "go further: reproduce the rates of noisy neurons and Wilson and Cowan's rhythm",
            ("reproduce:siegert-rate", "reproduce:wilson-cowan-rhythm"),
        ),
        Promise("go further: find a hidden weight by experiment", ("check:weight",)),
    ),
    predictions=(_BELOW, _ABOVE, _PARADOX),
    exercises=(_EXERCISE, _INTEGRAND),
    measurements=(_WEIGHT,),
    recall=_RECALL,
    reproduces=("lif-rate", "siegert-rate", "wilson-cowan-rhythm"),
    reading=(
        ("gerstner-2014", "Chapters 8 and 15"),
        ("dayan-abbott-2001", "Sections 5.4 and 7.5"),
        ("tsodyks-1997", "The paradox, in six pages"),
    ),
)
