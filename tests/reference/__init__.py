"""Naive twins: the same results by plain loops, written to be read beside the textbook."""
