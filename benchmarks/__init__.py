"""Benchmarks: `python -m benchmarks` measures, prints a table and writes JSON to `benchmarks/results/`."""
