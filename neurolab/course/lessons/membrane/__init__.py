"""The texts of chapter 1, membranes and spikes: one module a lesson."""

from neurolab.course.lessons.membrane.fewer_variables import FEWER_VARIABLES
from neurolab.course.lessons.membrane.spikes_to_rates import SPIKES_TO_RATES
from neurolab.course.lessons.membrane.the_membrane import MEMBRANE

SCRIPTS = (MEMBRANE, FEWER_VARIABLES, SPIKES_TO_RATES)
