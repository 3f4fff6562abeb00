"""Compiled-code foundations: the `kernel` decorator and its cache, chunked runs, argument checks."""
