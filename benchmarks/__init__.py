"""Benchmarks: each prints figures and returns rows; the runner alone stores them, by commit."""
