"""Own the question whether what trains is installed.

It must not import it: the answer has to come at once.
"""

from __future__ import annotations

import importlib.util

from glossator_gate.errors import GlossatorError

_LIBRARIES = ("torch", "transformers", "peft", "gguf", "safetensors")


class TuningUnavailableError(GlossatorError):
    """What trains is not installed."""


def check_installed() -> None:
    """Raise `TuningUnavailableError` where a library of the extra is missing."""
    missing = [it for it in _LIBRARIES if importlib.util.find_spec(it) is None]
    if missing:
        raise TuningUnavailableError(
            f"Training needs {', '.join(missing)}; run pip install 'glossator[tune]' "
            "(on a machine without a GPU, docs/how-to/tune.md says how to take the small build)."
        )
