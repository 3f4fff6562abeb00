"""The texts of chapter 1, membranes and spikes: one module a lesson."""

from neurolab.course.lessons.membrane.spikes_to_rates import SPIKES_TO_RATES
from neurolab.course.lessons.membrane.the_membrane import MEMBRANE

SCRIPTS = (MEMBRANE, SPIKES_TO_RATES)
