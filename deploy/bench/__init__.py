"""Benchmarks: always a ratio to a floor in the same run, on real servers."""
