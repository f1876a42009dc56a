"""Own whether a prompt fits, before it is sent and by what the server counted afterwards.

It must not send a prompt anywhere but to the tokenizer of the server that will get it anyway.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from glossator_clients.errors import ModelError, PromptTooLongError
from glossator_clients.openai_client.detection import Server
from glossator_clients.openai_client.parameters import messages_of, tools_of
from glossator_clients.openai_client.sdk import Connection, prompt_too_long, translated_errors
from glossator_clients.openai_profiles import Tokenizer
from glossator_clients.token_bounds import least_prompt_tokens, most_prompt_tokens
from glossator_clients.types import ChatRequest, ModelInfo, TokenCount, Usage

# A template that a server's counter and its chat do not share makes a small difference.
_SHARE_THAT_ARRIVED = 0.9


async def counted(
    connection: Connection, info: ModelInfo, server: Server, request: ChatRequest
) -> TokenCount:
    """Return the size of a prompt as its server counts it, else a ceiling."""
    tokens = None
    with suppress(ModelError), translated_errors(info):
        match server.traits.tokenizer:
            case Tokenizer.VLLM:
                tokens = await _by_vllm(connection, info.name, request)
            case Tokenizer.TGI:
                tokens = await _by_tgi(connection, info.name, request)
            case Tokenizer.LLAMA_CPP:
                tokens = await _by_llama_cpp(connection, request)
            case Tokenizer.NONE:
                pass
    if tokens is None:
        return TokenCount(most_prompt_tokens(request), exact=False)
    return TokenCount(tokens, exact=True)


async def checked_to_fit(
    connection: Connection, info: ModelInfo, server: Server, request: ChatRequest
) -> int:
    """Return how many tokens the prompt has at least; raises `PromptTooLongError`.

    The server is asked only where a ceiling does not settle it.
    """
    context = server.context_tokens
    least = least_prompt_tokens(request)
    if context is None or most_prompt_tokens(request) < context:
        return least
    if least >= context:
        raise prompt_too_long(info)
    count = await counted(connection, info, server, request)
    if not count.exact:
        return least
    if count.tokens >= context:
        raise prompt_too_long(info)
    return max(least, int(count.tokens * _SHARE_THAT_ARRIVED))


def check_arrived(
    info: ModelInfo, server: Server, least: int, usage: Usage | None, cached: int
) -> None:
    """Raise `PromptTooLongError` where the server counted less than was sent: it has cut."""
    if usage is None:
        return
    # Some servers count only what they read anew; then the cached part can be the greater one.
    seen = usage.prompt_tokens + (cached if cached > usage.prompt_tokens else 0)
    context = server.context_tokens
    # Not one token counted says that nobody counts.
    has_cut = 0 < seen < least
    overflowed = context is not None and usage.prompt_tokens > context
    if has_cut or overflowed:
        raise PromptTooLongError(
            f"{info.origin} cut the prompt for {info.id} without saying so; ask about a smaller "
            "piece of code, or start that server with a larger context."
        )


async def _by_vllm(connection: Connection, name: str, request: ChatRequest) -> int | None:
    body: dict[str, Any] = {
        "model": name,
        "messages": messages_of(request),
        "add_generation_prompt": True,
    }
    if request.tools:
        body["tools"] = tools_of(request)
    return _count(await _post(connection, "/tokenize", body, request), "count")


async def _by_tgi(connection: Connection, name: str, request: ChatRequest) -> int | None:
    body = {"model": name, "messages": messages_of(request)}
    if request.tools:
        body["tools"] = tools_of(request)
    answer = await _post(connection, "/chat_tokenize", body, request)
    tokens = answer.get("tokenize_response") if isinstance(answer, dict) else None
    return len(tokens) if isinstance(tokens, list) else None


async def _by_llama_cpp(connection: Connection, request: ChatRequest) -> int | None:
    body: dict[str, Any] = {"messages": messages_of(request)}
    if request.tools:
        body["tools"] = tools_of(request)
    path = "/v1/chat/completions/input_tokens"
    found = _count(await _post(connection, path, body, request), "input_tokens")
    if found is not None:
        return found
    # Older versions count a written prompt only.
    answer = await _post(connection, "/apply-template", body, request)
    prompt = answer.get("prompt") if isinstance(answer, dict) else None
    if not isinstance(prompt, str):
        return None
    body = {"content": prompt, "add_special": True, "parse_special": True}
    answer = await _post(connection, "/tokenize", body, request)
    tokens = answer.get("tokens") if isinstance(answer, dict) else None
    return len(tokens) if isinstance(tokens, list) else None


async def _post(connection: Connection, path: str, body: object, request: ChatRequest) -> object:
    errand = replace(request.errand, operation="tokenize")
    answer: object = await connection.post(path, body, errand)
    return answer


def _count(answer: object, name: str) -> int | None:
    count = answer.get(name) if isinstance(answer, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else None
