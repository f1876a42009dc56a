"""Small programs with known faults, to measure how well code is mended."""
