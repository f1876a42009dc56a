"""A trial: what was said, word for word, and what the product made of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import ChatRequest, Message, TokenCount
from glossator_gate.types import DataClass
from glossator_indexer.symbols import find_symbols
from glossator_server.errors import UsageError
from glossator_server.playground.recording import NotAskedError, RecordedModel, Recorder
from glossator_server.playground.reports import (
    comparison_in_markdown,
    trial_as_json,
    trial_in_markdown,
)
from glossator_server.playground.trials import Attempt, Trial, means, specimen_of, try_document
from glossator_server.prompts.files import (
    load_template,
    product_file,
    product_prompt,
    prompts_folder,
)
from glossator_server.settings import Settings
from tests.server.actions.checks import snapshot_of

DOCUMENTED = """\
/**
 * add() - Sum up both numbers.
 * @left: The left number.
 * @right: The right number.
 *
 * Return: The sum.
 */
int add(int left, int right)
{
	return left + right;
}
"""
GOOD = (
    '{"summary": "Add two numbers", "parameters": {"left": "the left number", '
    '"right": "the right number"}, "returns": "the sum"}'
)
BAD = "I would rather not.\n```\nrm -rf /\n```"


async def tried(*answers: str, dry: bool = False, text: str = DOCUMENTED) -> Trial:
    snapshot = replace(snapshot_of(text), data_class=DataClass.PUBLIC)
    (symbol,) = find_symbols(snapshot.source, "add")
    attempt = Attempt(product_prompt("document"), Settings(), Recorder(dry=dry))
    model = RecordedModel(
        ScriptedModel([ScriptedReply(text=it) for it in answers]), attempt.recorder
    )
    specimen = specimen_of(snapshot, symbol, "file.c::add")
    return await try_document(specimen, attempt, model, lambda _: None)


async def test_a_persons_comment_is_hidden_and_compared_with() -> None:
    trial = await tried(GOOD)
    assert trial.problem == ""
    assert "Sum up" in trial.comment
    assert not any("Sum up" in it.text for it in trial.exchanges[0].request.messages)
    assert "+ * add() - Add two numbers." in trial.diff
    assert {it.verdict for it in trial.evidence} == {"passed"}
    assert 0 < trial.measures["rouge_l"] < 1
    assert trial.measures["valid"] == 1
    assert trial.measures["questions"] == 1


async def test_every_question_and_every_raw_answer_is_kept() -> None:
    trial = await tried(BAD, GOOD)
    first, second = trial.exchanges
    assert first.answer == BAD
    assert second.answer == GOOD
    assert second.request.messages[: len(first.request.messages)] == first.request.messages
    assert "cannot be used" in second.request.messages[-1].text
    assert trial.measures["questions"] == 2


async def test_what_cannot_be_used_is_a_problem_with_its_words() -> None:
    trial = await tried(BAD, BAD)
    assert trial.problem
    assert trial.diff == ""
    assert trial.measures["valid"] == 0
    report = trial_in_markdown(trial)
    assert "Nothing was made" in report
    # Nothing in an answer ends the block that it stands in.
    assert f"````\n{BAD}\n````" in report


async def test_dry_asks_nobody() -> None:
    trial = await tried(dry=True)
    (exchange,) = trial.exchanges
    assert exchange.answer is None
    assert exchange.tokens.whole == sum(exchange.tokens.messages) > 0
    assert trial.measures["completion_tokens"] == 0
    assert "Nobody was asked" in trial_in_markdown(trial)


async def test_what_keeps_a_model_from_being_asked_is_raised_or_told() -> None:
    trial = await tried(text=DOCUMENTED.replace("Sum up both numbers.", "x").replace("/**", "/*!"))
    assert "another style" in trial.problem
    assert trial.exchanges == ()


class _Counting(ScriptedModel):
    """A model with a tokenizer: each message is as many tokens as it has words."""

    async def count_tokens(self, request: ChatRequest) -> TokenCount:
        return TokenCount(sum(len(it.text.split()) for it in request.messages), exact=True)


class _Failing(_Counting):
    async def count_tokens(self, request: ChatRequest) -> TokenCount:
        raise UsageError(f"It cannot count {len(request.messages)} messages today.")


@pytest.mark.parametrize(("kind", "exact"), [(_Counting, True), (_Failing, False)])
async def test_tokens_are_the_models_own_where_it_counts(
    kind: type[ScriptedModel], *, exact: bool
) -> None:
    recorder = Recorder(dry=True)
    model = RecordedModel(kind([]), recorder)
    request = ChatRequest((Message("system", "one two"), Message("user", "three")))  # type: ignore[arg-type]
    with pytest.raises(NotAskedError):
        async for _ in model.stream(request):
            pass
    counts = recorder.exchanges[0].tokens
    assert counts.exact is exact
    if exact:
        assert counts.messages == (2, 1)
        assert counts.whole == 3


async def test_secrets_are_not_shown() -> None:
    token = "ghp_" + "a1B2" * 9
    trial = await tried(
        GOOD, text=DOCUMENTED.replace("return left", f'log("{token}");\n\treturn left')
    )
    assert trial.exchanges
    assert token not in str(trial_as_json(trial)["exchanges"])


async def test_two_prompts_stand_side_by_side() -> None:
    one, other = await tried(GOOD), await tried(BAD, BAD)
    other = replace(other, prompt=replace(other.prompt, name="mine"))
    report = comparison_in_markdown([one, other])
    assert "| | `document` | `mine` |" in report
    assert "| passed the checks | 100% | 0% |" in report
    assert means([one, one])["questions"] == 1


@pytest.mark.parametrize("count", [0, 2, 8])
async def test_as_many_examples_are_shown_as_the_prompt_says(count: int) -> None:
    comment = "/**\n * f{0}() - Do number {0}.\n */\nvoid f{0}(void);\n\n"
    text = "".join(comment.format(it) for it in range(12)) + DOCUMENTED
    text = text[: text.rindex("/**")] + text[text.rindex("int add") :]
    prompt = prompts_folder() / "many.md"
    prompt.parent.mkdir(parents=True)
    prompt.write_text(product_file("document").text.replace("few_shot = 3", f"few_shot = {count}"))
    snapshot = replace(snapshot_of(text), data_class=DataClass.PUBLIC)
    (symbol,) = find_symbols(snapshot.source, "add")
    settings = Settings().with_prompt("document", "many")
    attempt = Attempt(load_template("many"), settings, Recorder(dry=True))
    model = RecordedModel(ScriptedModel([]), attempt.recorder)
    specimen = specimen_of(snapshot, symbol, "file.c::add")
    trial = await try_document(specimen, attempt, model, lambda _: None)
    # A system prompt, a question and an answer for each example, and the task.
    assert len(trial.exchanges[0].request.messages) == 2 + 2 * count
