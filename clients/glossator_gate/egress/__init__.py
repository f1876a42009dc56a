"""Own the one door through which Glossator opens outbound connections.

It must not know models, prompts or SDKs beyond the two HTTP libraries that these ride on.
"""

from __future__ import annotations

from glossator_gate.egress.environment import hidden_environment, ignored_environment
from glossator_gate.egress.transports import ollama_http_transport, openai_http_client

__all__ = [
    "hidden_environment",
    "ignored_environment",
    "ollama_http_transport",
    "openai_http_client",
]
