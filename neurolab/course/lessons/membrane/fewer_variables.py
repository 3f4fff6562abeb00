"""The texts of lesson 1.2, fewer variables."""

from __future__ import annotations

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
from neurolab.labs.membrane.fewer_variables import hidden_model
from neurolab.membrane import compute_fitzhugh_nagumo_nullclines

_SLOWEST = Question(
    "slowest",
    "Neurons A and B have the same threshold: below one and the same current both are silent, "
    "above it both fire for ever. You give both a hair more than the threshold. How slowly do "
    "they fire?",
    (
        Option(
            "Both as slowly as you like, if the hair is thin enough.",
            "For one of the two this is right. The other has no slow train at all, however thin "
            "the hair.",
        ),
        Option(
            "Both start at the same lowest rate.",
            "Equal thresholds do not make equal rates: what happens at the threshold differs.",
        ),
        Option(
            "One as slowly as you like; the other at no less than a certain rate.",
            "These are Hodgkin's two classes. The lesson shows what makes the difference.",
            right=True,
        ),
        Option(
            "Both fire a few spikes and stop.",
            "Some neurons do that: Hodgkin's third class. These two fire for as long as the "
            "current lasts.",
        ),
    ),
    found=(
        "At 0.05 µA/cm² above the threshold A fires 1.2 times a second, and with less it is slower "
        "still. B fires 8.3 times a second, and nothing slower than 7 can be had from it."
    ),
)

_WHY = Question(
    "why",
    "A and B have the same leak, the same calcium channels and the same potassium channels, only "
    "in other amounts and tuned to other voltages. What makes A start slowly and B with a jump?",
    (
        Option(
            "B's slow variable is faster than A's.",
            "It is even slower: its speed is 0.04 per ms against 0.067. A fast B would only jump "
            "to a higher rate.",
        ),
        Option(
            "B has more channels, so each spike is stronger.",
            "The spikes are about equally tall. And a stronger push is not a faster one.",
        ),
        Option(
            "In A the resting state vanishes; in B it stays, but no longer holds.",
            "Where A's rest was, the flow is still slow, and every round passes there. B's cycle "
            "never goes near such a place.",
            right=True,
        ),
        Option(
            "A's membrane takes longer to charge.",
            "Both have the same capacitance and the same leak. A's slowness has no limit, and no "
            "time constant could give that.",
        ),
    ),
    found=(
        "A's rest meets a second fixed point at 39.96 µA/cm², and both are gone: only a slow place "
        "is left. B has one fixed point at every current; from 93.9 on it pushes away what it used "
        "to draw in, onto a cycle that goes round at a pace of its own."
    ),
)

_STEP = Question(
    "step",
    "Izhikevich's fast-spiking neuron, driven with 10, fires 137 spikes in a second if the "
    "equations are solved with great care. To save time, a program moves in steps of 1 ms. How "
    "many spikes does it get?",
    (
        Option(
            "137: one step a millisecond is fine for seven milliseconds between spikes.",
            "Between spikes it would be. But the upstroke takes a fraction of a millisecond, and "
            "the step cannot follow it.",
        ),
        Option(
            "About 130, a few percent less.",
            "That is what a step of 0.05 ms gives. At 1 ms it is far worse.",
        ),
        Option(
            "69, half of them.",
            "Each upstroke costs up to a step too much, and in it the slow variable runs ahead.",
            right=True,
        ),
        Option(
            "None: the program stops with an error.",
            "It would be better if it did. Instead it runs on and says nothing.",
        ),
    ),
    found=(
        "69 spikes with steps of 1 ms, 92 at 0.5 ms, 125 at 0.1 ms, 136 at 0.01 ms. The regular "
        "spiking neuron hardly minds: 21 for 23."
    ),
)

_V_NULLCLINE = Exercise(
    key="v_nullcline",
    title="Where v stands still",
    signature="v_nullcline(v, I)",
    task="Return the w at which v stands still, for each v and for a current `I`.",
    reference=lambda v, I: v - v**3 / 3 + I,
    inputs=(
        (0.0, 0.0),
        (1.0, 0.0),
        (-1.5, 0.4),
        (np.array([-2.0, -1.0, 0.5, 2.0]), 0.75),
        (np.array([0.3, 1.7]), -0.5),
    ),
    unit="1",
    hints=(
        "v stands still where dv/dt = 0. Write the right-hand side of the first equation, put a 0 "
        "on its left, and solve for w.",
        "0 = v - v³/3 - w + I. Bring w to the other side.",
        "Your function gave {got} for `{call}`; {expected} is right. It is one line: v, minus a "
        "third of v cubed, plus I.",
    ),
    mistakes=(
        Mistake(
            "sign",
            lambda v, I: -(v - v**3 / 3 + I),
            "Every value has the wrong sign. In the equation w is subtracted: 0 = ... - w, so "
            "w = ...",
        ),
        Mistake(
            "current left out",
            lambda v, I: v - v**3 / 3 + 0 * I,
            "The current is missing. It lifts the whole curve.",
        ),
        Mistake(
            "current subtracted",
            lambda v, I: v - v**3 / 3 - I,
            "The current has changed its sign on the way. It stands on the same side as v, with "
            "a plus.",
        ),
        Mistake(
            "no third",
            lambda v, I: v - v**3 + I,
            "The cubic term is v³/3: the third is missing.",
        ),
        Mistake(
            "cube of a third",
            lambda v, I: v - (v / 3) ** 3 + I,
            "You cube v/3. Python takes powers first if you let it: `v**3 / 3`.",
        ),
        Mistake(
            "plus cubic",
            lambda v, I: v + v**3 / 3 + I,
            "The cubic term is subtracted: without that the curve never bends down, and nothing "
            "ends a spike.",
        ),
        Mistake(
            "square",
            lambda v, I: v - v**2 / 3 + I,
            "That is a square. The curve needs the cube: two bends, not one.",
        ),
        Mistake(
            "caret",
            lambda v, I: v - v ^ 3 / 3 + I,
            "In Python a power is written with two stars, `v**3`; `^` is something else.",
            raises=TypeError,
        ),
        Mistake(
            "derivative",
            lambda v, I: 1 - v**2 + 0 * I,
            "That is the slope of the curve. Wanted is the curve itself.",
        ),
    ),
    praise="Right. Remember its left bend: rest will be lost there. The lesson draws with your "
    "function.",
)

_W_NULLCLINE = Exercise(
    key="w_nullcline",
    title="Where w stands still",
    signature="w_nullcline(v, a, b)",
    task="Return the w at which w stands still, for each v and for the numbers `a` and `b`.",
    reference=lambda v, a, b: compute_fitzhugh_nagumo_nullclines(v, a=a, b=b)[1],
    inputs=(
        (0.0, 0.7, 0.8),
        (-1.2, 0.7, 0.8),
        (np.array([-2.0, 0.0, 1.5]), 0.5, 0.4),
        (np.array([-1.0, 2.5]), 1.2, 1.6),
    ),
    unit="1",
    hints=(
        "w stands still where dw/dt = 0, and eps is not zero. So what must the bracket be?",
        "v + a - b w = 0. Solve for w.",
        "Your function gave {got} for `{call}`; {expected} is right. Divide the sum v + a by b.",
    ),
    mistakes=(
        Mistake(
            "missing brackets",
            lambda v, a, b: v + a / b,
            "Python divides before it adds: `v + a / b` divides only a. Put brackets round the "
            "sum.",
        ),
        Mistake(
            "times b",
            lambda v, a, b: (v + a) * b,
            "You multiply by b. From b w = v + a follows w = (v + a) / b.",
        ),
        Mistake(
            "other form",
            lambda v, a, b: b * v + a,
            "That belongs to the other way of writing the equations, dw/dt = eps (b v - w + a), "
            "where b is the slope. Here 1/b is.",
        ),
        Mistake(
            "sign of a",
            lambda v, a, b: (v - a) / b,
            "a has changed its sign: v + a - b w = 0.",
        ),
        Mistake(
            "b left out",
            lambda v, a, b: v + a + 0 * b,
            "b is missing: it stands before w, so the sum is divided by it.",
        ),
        Mistake(
            "sign",
            lambda v, a, b: -(v + a) / b,
            "Every value has the wrong sign: b w = v + a, with a plus.",
        ),
    ),
    praise="Right: a straight line of slope 1/b.",
)

_NEXT_V = Exercise(
    key="next_V",
    title="One step",
    signature="next_V(V, u, I, dt)",
    task="Return the voltage one step of `dt` later, by Euler's method.",
    reference=lambda V, u, I, dt: V + dt * (0.04 * V**2 + 5 * V + 140 - u + I),
    inputs=(
        (-70.0, -14.0, 0.0, 0.25),
        (-65.0, -13.0, 14.0, 0.25),
        (-40.0, -5.0, 10.0, 0.1),
        (20.0, 3.0, -6.0, 0.01),
    ),
    unit="mV",
    hints=(
        "Euler: the new value is the old one plus dt times the slope. The slope is the right-hand "
        "side of the equation for V.",
        "The slope is 0.04 V² + 5 V + 140 - u + I. Multiply all of it by dt, and add V.",
        "Your function gave {got} mV for `{call}`; {expected} mV is right. Count the brackets: "
        "V + dt * (...).",
    ),
    mistakes=(
        Mistake(
            "slope alone",
            lambda V, u, I, dt: 0.04 * V**2 + 5 * V + 140 - u + I + 0 * dt,
            "That is the slope, in mV/ms. Multiply it by dt and add it to V.",
        ),
        Mistake(
            "change alone",
            lambda V, u, I, dt: dt * (0.04 * V**2 + 5 * V + 140 - u + I),
            "That is the change in one step. Add it to the old V.",
        ),
        Mistake(
            "no dt",
            lambda V, u, I, dt: V + (0.04 * V**2 + 5 * V + 140 - u + I) + 0 * dt,
            "The step is missing: that is right for dt = 1 ms only.",
        ),
        Mistake(
            "missing brackets",
            lambda V, u, I, dt: V + dt * 0.04 * V**2 + 5 * V + 140 - u + I,
            "Here dt multiplies only the first term. Put brackets round the whole slope.",
        ),
        Mistake(
            "u added",
            lambda V, u, I, dt: V + dt * (0.04 * V**2 + 5 * V + 140 + u + I),
            "u is subtracted: it is what holds the voltage back.",
        ),
        Mistake(
            "current left out",
            lambda V, u, I, dt: V + dt * (0.04 * V**2 + 5 * V + 140 - u) + 0 * I,
            "The current I is missing.",
        ),
        Mistake(
            "no square",
            lambda V, u, I, dt: V + dt * (0.04 * V + 5 * V + 140 - u + I),
            "The first term needs V squared, `V**2`: without it there is no upstroke.",
        ),
    ),
    praise="Right. The lesson lets your step fire.",
)


def _cell(letter: str, hints: tuple[str, ...], others: dict[int, str], praise: str) -> Measurement:
    """Which model is a hidden cell? `others` says of each wrong one what speaks against it."""
    return Measurement(
        key=f"cell_{letter}",
        title=f"Cell {letter}",
        task=f"Give the number, 1 to 6, of the model behind cell {letter}.",
        answer=lambda: float(hidden_model(f"cell {letter}")),
        tolerance=0.0,
        unit="1",
        hints=hints,
        slips=tuple(
            Slip(f"model {number}", lambda number=number: float(number), text)  # type: ignore[misc]
            for number, text in others.items()
        ),
        praise=praise,
    )


_CELL_A = _cell(
    "A",
    (
        "Take a current of 1.5 and look at the time between spikes. What happens to it?",
        "Each interval is longer than the one before, and then they stay. Which of the six "
        "remembers its own spikes like that, without falling into bursts?",
    ),
    {
        1: "Model 1 forgets everything at each spike, so its intervals are equal from the start. "
        "Those of cell A are not.",
        3: "Model 3 fires a spike when inhibition ends. Does cell A?",
        4: "Model 4 starts slowly too. But at three thresholds it is soon silent; cell A is not.",
        5: "Model 5 cannot fire slowly. How slowly can cell A?",
        6: "Model 6 fires in bursts, with pauses between them. Cell A has none.",
    },
    "It adapts: each spike leaves a current behind that holds the next one back.",
)
_CELL_B = _cell(
    "B",
    (
        "Look for its slowest lasting train: raise the current from 0.9 in the smallest steps.",
        "It starts with a jump, so it is of class 2. Two of the six are. What do they do after "
        "inhibition?",
    ),
    {
        1: "Model 1 can fire as slowly as you like. Cell B jumps to about thirty-five a second.",
        2: "Model 2 fires more and more slowly after the current comes. Cell B does not.",
        3: "Class 2, yes. But model 3 fires when inhibition ends, and keeps firing at three "
        "thresholds. Cell B does neither.",
        4: "Model 4 has the same shape of spike. But it can fire slowly, just above its "
        "threshold; cell B cannot.",
        6: "Model 6 fires in bursts. Cell B has equal intervals.",
    },
    "Class 2: the resting point is still there, and no longer holds.",
)
_CELL_C = _cell(
    "C",
    (
        "How slow can it be? And how fast, with three thresholds?",
        "It starts slowly, and its intervals are equal: model 1 or 4. One of the two falls "
        "silent when pushed hard. And look at the curve just before a spike: does it bend "
        "upwards?",
    ),
    {
        2: "In model 2 each interval is longer than the one before. Here they are equal.",
        3: "Model 3 cannot fire slowly, and it fires when inhibition ends.",
        4: "Class 1, yes. But at three thresholds model 4 falls silent, and before each spike its "
        "voltage bends upwards. Cell C bends the other way until it is cut off.",
        5: "Model 5 starts with a jump. Cell C starts slowly.",
        6: "Model 6 fires in bursts. Cell C has equal intervals.",
    },
    "No upstroke at all: its threshold is put in by hand.",
)

_RECALL = (
    Question(
        "crossing",
        "In a phase plane, what is special about a point where the two nullclines cross?",
        (
            Option(
                "There a spike begins.",
                "A spike begins where the voltage runs away. At the crossing nothing runs.",
            ),
            Option(
                "There neither quantity changes: it is a fixed point.",
                "On one curve v stands still, on the other w. Where they cross, both do.",
                right=True,
            ),
            Option(
                "There the neuron rests, whatever the current.",
                "A fixed point may be unstable: then the neuron leaves it, and fires.",
            ),
        ),
    ),
    Question(
        "lingers",
        "Just above its threshold a neuron of class 1 waits a second between two spikes. Where "
        "does it spend the time?",
        (
            Option(
                "At the peak of the spike.",
                "The spike is as short as ever. The waiting is done long before it.",
            ),
            Option(
                "Near the place where its resting point has just vanished.",
                "The flow there is still almost zero: the ghost of rest.",
                right=True,
            ),
            Option(
                "Far below rest, until potassium has closed.",
                "That takes the same time at every current. Only the ghost's time grows without "
                "limit.",
            ),
        ),
    ),
    Question(
        "rhythm",
        "Two weak pulses, each too weak for a spike, are given 40 ms apart, and together they make "
        "one. Given 20 ms apart, they do not. What does that tell of the neuron?",
        (
            Option(
                "It adds up its inputs.",
                "Then the closer pair would do better, not worse.",
            ),
            Option(
                "It rings below threshold: it loses its rest like class 2.",
                "The second pulse comes when the first one's swing is on its way up again. Panel "
                "K of the gallery does this.",
                right=True,
            ),
            Option(
                "It adapts to the first pulse.",
                "Adaptation would make the second pulse weaker at any distance.",
            ),
        ),
    ),
    Question(
        "squid",
        "From lesson 1.1: the squid's axon starts to fire at 52 spikes per second, and its rest is "
        "lost at a Hopf point. Which class is it?",
        (
            Option("Class 1.", "Class 1 can fire as slowly as you like. 52 per second is a jump."),
            Option(
                "Class 2.",
                "A jump in the rate, and a rest that stays but no longer holds.",
                right=True,
            ),
            Option("Class 3.", "Class 3 never fires for ever. The squid does, from 6.3 µA/cm² on."),
        ),
    ),
    Question(
        "slow rate",
        "From lesson 0.1: neuron A fires every 800 ms. What is its rate?",
        (
            Option("0.8 Hz", "That is the interval in seconds. How many fit into one second?"),
            Option("1.25 Hz", "1000 / 800 = 1.25 spikes per second.", right=True),
            Option("800 Hz", "That is the interval in milliseconds, not a rate."),
        ),
    ),
)

FEWER_VARIABLES = Script(
    id="1.2",
    title="Fewer variables",
    notebook="01_membrane/2_fewer_variables.ipynb",
    minutes=30,
    further=40,
    needs=("0.1", "1.1"),
    remember="What a neuron does is decided by how it loses its rest.",
    promises=(
        Promise(
            "draw the two nullclines of a neuron and read its rest off the picture",
            ("check:v_nullcline", "check:w_nullcline", "recall:crossing"),
        ),
        Promise(
            "tell from a neuron's slowest train how it loses its rest",
            ("predict:slowest", "predict:why", "recall:lingers", "recall:squid"),
        ),
        Promise(
            "go further: compute where rest is lost, to the published digits",
            ("reproduce:fhn-hopf", "reproduce:ml-hopf", "reproduce:ml-saddle-node"),
        ),
        Promise(
            "go further: make one equation fire like twenty neurons, and say what the step does "
            "to them",
            ("predict:step", "check:next_V", "reproduce:izhikevich-2004"),
        ),
        Promise(
            "go further: name three hidden neurons by experiment",
            ("check:cell_A", "check:cell_B", "check:cell_C"),
        ),
    ),
    predictions=(_SLOWEST, _WHY, _STEP),
    exercises=(_V_NULLCLINE, _W_NULLCLINE, _NEXT_V),
    measurements=(_CELL_A, _CELL_B, _CELL_C),
    recall=_RECALL,
    reproduces=(
        "fhn-hopf",
        "fhn-other-form",
        "ml-hopf",
        "ml-saddle-node",
        "izhikevich-2004",
    ),
    reading=(
        ("izhikevich-2007", "Chapters 4 and 7: phase planes, and the classes of excitability"),
        ("rinzel-ermentrout-1998", "The whole chapter: the two neurons of this lesson"),
        ("gerstner-2014", "Chapters 4 to 6"),
    ),
)
