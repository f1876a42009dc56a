"""Own the process in which the embedded engine runs a model and serves it on a loopback port.

It must not be imported by anything: a crash in the engine takes down its process and no other.

It is started as a program. Standard input holds one JSON object, the `Orders`; the answer is one
line of JSON on the file descriptor that they name: {} once the engine serves, or {"error": KIND}
where it cannot. The process then lives until nobody has needed it for a while.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import IO, Any

from glossator_clients.engine_state import (
    EnginePlaces,
    EngineState,
    EngineUse,
    Orders,
    is_current,
    open_lock_file,
    published_state,
    try_lock_alone,
    unlock,
)

# Short enough that a second engine or a removed run folder is noticed at once, for no cost.
_LOOK_EVERY_S = 1.0


def main() -> int:
    """Serve as ordered; return only where that is impossible."""
    orders = Orders(**json.load(sys.stdin))
    # Of its own, so that it is nobody's child whose end somebody would have to wait for.
    if os.fork():
        os._exit(0)
    try:
        server = _started(orders)
    except ImportError:
        return _answer(orders, "not-installed")
    except RuntimeError:
        return _answer(orders, "not-loaded")
    port = int(server.listening_address.rpartition(":")[2])
    places = EnginePlaces(Path(orders.folder), orders.name)
    state = EngineState(os.getpid(), port, orders.key, orders.model, orders.model_sha256)
    with published_state(places, state) as own, open_lock_file(places.lease) as lease:
        _answer(orders, None)
        while is_current(places, own) and not _unneeded(lease, orders.idle_s):
            time.sleep(_LOOK_EVERY_S)
        # The lease is still locked where nobody needs the engine: who comes now waits for the end
        # of this process, finds no state and starts the next one.
        if is_current(places, own):
            places.state.unlink(missing_ok=True)
        # The engine's own threads would have to be waited for.
        os._exit(0)


def _started(orders: Orders) -> Any:  # noqa: ANN401 -- the engine ships no types
    """Load the model and listen; raises `RuntimeError` where the engine does not take it."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = orders.model
    params.n_ctx = orders.context_tokens
    params.n_parallel = 1
    # Reading a prompt scales with the cores. Writing waits for all its threads at every token: with
    # as many as cores, one other busy program slows it from 75 tokens a second to 17.
    params.cpuparams_batch.n_threads = orders.threads
    params.cpuparams.n_threads = max(1, min(orders.threads, (os.cpu_count() or 1) - 1))
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [orders.key]
    # One prompt stays cached in its slot; a cache of many would grow to gigabytes.
    params.cache_ram_mib = 0
    # It costs a second of each start and saves nothing on the first prompt.
    params.warmup = False
    params.fit_params = False
    params.ui = False
    params.endpoint_slots = False
    params.endpoint_metrics = False
    params.endpoint_props = False
    # No page in a browser is a user of it.
    params.cors_origins = "http://127.0.0.1"
    # Errors only: what is told at higher levels holds pieces of prompts.
    params.verbosity = 1
    params.lora_adapters = [_at_rest(it) for it in orders.adapters]
    if orders.use != EngineUse.CHAT:
        _prepare_pooling(params, orders)
    return xllamacpp.Server(params)


def _at_rest(path: str) -> Any:  # noqa: ANN401 -- as above
    """Return an adapter that is loaded and does nothing until a request says its scale."""
    import xllamacpp

    adapter = xllamacpp.CommonAdapterLoraInfo()
    adapter.path = path
    adapter.scale = 0.0
    return adapter


def _prepare_pooling(params: Any, orders: Orders) -> None:  # noqa: ANN401 -- as above
    """Have the engine make vectors or scores of whole texts."""
    import xllamacpp

    kinds = xllamacpp.llama_pooling_type
    params.embedding = True
    # A text is read in one piece: in several its tokens would not all see each other.
    params.n_batch = params.n_ubatch = orders.context_tokens
    if orders.use == EngineUse.RERANK:
        params.pooling_type = kinds.LLAMA_POOLING_TYPE_RANK
    elif orders.pooling == "mean":
        params.pooling_type = kinds.LLAMA_POOLING_TYPE_MEAN


def _answer(orders: Orders, error: str | None) -> int:
    """Tell the starter how it went, and let the next starter in."""
    words = {} if error is None else {"error": error}
    # A starter that was killed meanwhile no longer reads.
    with contextlib.suppress(OSError):
        os.write(orders.answer_fd, json.dumps(words).encode() + b"\n")
    os.close(orders.answer_fd)
    os.close(orders.lock_fd)
    return 0 if error is None else 1


def _unneeded(lease: IO[bytes], idle_s: float) -> bool:
    """Say whether nobody needs the engine and nobody has for `idle_s`; if so, keep users out."""
    if not try_lock_alone(lease):
        return False
    if time.time() - os.fstat(lease.fileno()).st_mtime > idle_s:
        return True
    unlock(lease)
    return False


if __name__ == "__main__":
    sys.exit(main())
