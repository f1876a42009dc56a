"""Intent: what free text asks for, told by rules, weights and labelled examples on this machine.

It must not act: a guess names an intent and its reason.
"""

from glossator_server.intent.classifier import classify
from glossator_server.intent.types import Intent, IntentGuess

__all__ = ["Intent", "IntentGuess", "classify"]
