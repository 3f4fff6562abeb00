"""For all tests: what hypothesis tries is the same everywhere and is not judged by the clock.

A busy machine must not fail a law, nor a lucky draw pass it; a search for new counterexamples is
`run.py test --hypothesis-profile=search`.
"""

from __future__ import annotations

import signal

from hypothesis import settings

# a shell that starts a job in the background has it ignore interrupts; tests send some
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("neurolab", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile("neurolab")
