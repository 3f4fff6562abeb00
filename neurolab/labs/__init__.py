"""Ready-made explorable functions, one module a chapter; ranges, presets, targets are data."""
