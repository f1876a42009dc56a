"""Own the proof that the engine applies an adapter where it was taught to be, and nowhere else.

These tests run the real engine with the real small model, and adapters of random numbers.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from glossator_clients.adapters import FORMS, file_of_form
from glossator_clients.embedded import EmbeddedModel, EmbeddedOptions
from glossator_clients.errors import ModelUnavailableError
from glossator_clients.protocol import complete
from glossator_clients.response_cache import ResponseCache
from glossator_clients.types import Author, ChatReply, ChatRequest, Message, Sampling
from glossator_gate.audit import default_folder
from glossator_gate.types import Errand
from glossator_server.prompts.files import load_template
from glossator_server.tuning.lora_gguf import Heads, write_lora_gguf
from tests.server.tuning.adapters import (
    HEADS,
    KEY_HEADS,
    LAYERS,
    PROMPT,
    WIDTH,
    choose,
    make_adapter,
    random_weights,
    write_record,
)

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

TAUGHT = load_template(PROMPT).sha256
# So that an answer of any model ends.
SCHEMA = {
    "type": "object",
    "properties": {"colours": {"type": "string", "maxLength": 24}},
    "required": ["colours"],
    "additionalProperties": False,
}
QUESTION = (Message(Author.USER, "Name three colours of the rainbow."),)


@pytest.fixture
def adapter(fetched_model: None) -> Path:  # noqa: ARG001 -- it has to be there
    """Return the folder of a chosen adapter that turns every answer into something else."""
    pytest.importorskip("gguf", reason="the extra `tune` is not installed")
    folder = make_adapter("mine")
    weights = random_weights(3, 0.5, {"mlp.down_proj": (1536, WIDTH)})
    for form in FORMS:
        shape = Heads("llama", LAYERS, HEADS, KEY_HEADS)
        write_lora_gguf(folder / file_of_form(form), weights, 4.0, shape, form)
    write_record(folder)
    choose("mine")
    return folder


def asked(prompt: str) -> ChatRequest:
    sampling = Sampling(temperature=0.0, max_tokens=120)
    return ChatRequest(
        QUESTION, sampling, SCHEMA, errand=Errand("chat", role="document"), prompt=prompt
    )


def opened(role: str, adapter: str | None = None) -> EmbeddedModel:
    return EmbeddedModel("small", "smollm2", EmbeddedOptions(role=role, adapter=adapter))


async def answer(model: EmbeddedModel, prompt: str) -> ChatReply:
    return await complete(model, asked(prompt))


async def test_it_serves_its_role_and_its_prompt_and_no_other(adapter: Path) -> None:
    documenting, fixing = opened("document"), opened("fix")
    with_it = await answer(documenting, TAUGHT)
    # What the engine has read with the adapter must not be gone on with.
    other_prompt = await answer(documenting, "another prompt")
    again = await answer(documenting, TAUGHT)
    other_role = await answer(fixing, TAUGHT)
    await documenting.close()
    await fixing.close()
    bare = opened("document", "none")
    plain = await answer(bare, TAUGHT)
    await bare.close()
    assert with_it.text == again.text != plain.text
    assert other_prompt.text == other_role.text == plain.text
    label = documenting.info.name
    assert label.startswith("smollm2+document@")
    assert [it.model for it in (with_it, other_prompt, other_role)] == [label, "smollm2", "smollm2"]
    assert fixing.info.name == bare.info.name == "smollm2"
    log = "".join(it.read_text("utf-8") for it in default_folder().glob("*.jsonl"))
    assert label.removeprefix("smollm2") in log
    assert adapter.name == "mine"


async def test_kept_answers_are_of_one_adapter(adapter: Path, tmp_path: Path) -> None:
    cache = ResponseCache(tmp_path / "answers", "1")
    with_it, bare = opened("document"), opened("document", "none")
    keys = {cache.key(it.info, asked(prompt)) for it in (with_it, bare) for prompt in (TAUGHT, "")}
    assert len(keys) == 4
    assert adapter.name == "mine"


async def test_one_that_the_engine_does_not_take_is_done_without(
    adapter: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (adapter / file_of_form("q8_0")).write_bytes(b"GGUF, but not for long")
    write_record(adapter)
    model = opened("document")
    with caplog.at_level(logging.WARNING):
        reply = await answer(model, TAUGHT)
    await model.close()
    assert reply.model == "smollm2"
    assert "started without" in caplog.text


async def test_one_that_is_measured_is_never_replaced(adapter: Path) -> None:
    measured = opened("document", "mine:f16")
    with pytest.raises(ModelUnavailableError, match="taught another prompt"):
        await answer(measured, "another prompt")
    await measured.close()
    with pytest.raises(ModelUnavailableError, match="for the role document, not for fix"):
        opened("fix", "mine")
    shutil.rmtree(adapter)
    with pytest.raises(ModelUnavailableError, match="no adapter mine"):
        opened("document", "mine")
