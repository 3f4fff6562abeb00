"""Ready-made explorable functions, one module a chapter, with ranges, presets and targets as data."""
