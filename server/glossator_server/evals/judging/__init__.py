"""Judging: a model says which of two texts is better, and people say whether to believe it.

Each pair is asked twice with the places exchanged; nothing in here counts a single answer as a
preference.
"""
