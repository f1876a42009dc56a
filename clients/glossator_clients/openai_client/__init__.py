"""Own the model client for servers that speak OpenAI's interface; only `sdk` imports the SDK."""

from glossator_clients.openai_client.model import OpenAIModel
from glossator_clients.openai_profiles import ServerOptions

__all__ = ["OpenAIModel", "ServerOptions"]
