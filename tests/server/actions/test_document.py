"""The action "document": from answers of a scripted model to a comment, or the reason why not."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from glossator_clients.errors import ModelTimeoutError, ModelUnavailableError
from glossator_clients.protocol import ChatModel
from glossator_clients.router import Need, Router
from glossator_clients.scripted import ScriptedModel, ScriptedReply
from glossator_clients.types import ModelInfo
from glossator_gate.types import Api, DataClass, ModelEntry, Policy
from glossator_indexer.symbols import find_symbols
from glossator_server.actions.document import document_symbol, place_again
from glossator_server.proposal import CommentProposal, SkipCause, Verdict
from glossator_server.settings import DocumentOptions
from tests.server.actions.checks import applied, check_skipped, document, proposed, snapshot_of

FUNCTION = """\
int stack_push(struct stack *stack, int item)
{
\tif (stack->used == 16)
\t\treturn -ENOSPC;
\treturn 0;
}
"""
WORDS = {
    "summary": "Put an item on top",
    "parameters": {"stack": "the stack to grow", "item": "what to put on it"},
    "returns": "0, or -ENOSPC when it is full",
}
ANSWER = json.dumps(WORDS)
COMMENT = """\
/**
 * stack_push() - Put an item on top.
 * @stack: The stack to grow.
 * @item: What to put on it.
 *
 * Return: 0, or -ENOSPC when it is full.
 */
"""
DRIFTED = """\
/**
 * stack_push() - Push, as people call it.
 * @stack: Where the item goes; it must not be full.
 * @gone: Was here once.
 *
 * A sentence that a person wrote.
 *
 * Context: Any.
 *
 * Return: Zero if all went well.
 */
"""


async def test_good_words_become_a_checked_comment() -> None:
    outcome = await document(FUNCTION, "stack_push", [ANSWER])
    proposal = proposed(outcome)
    assert applied(FUNCTION, outcome) == COMMENT + FUNCTION
    assert [it.check for it in proposal.evidence] == ["only-comments", "parse", "style"]
    assert {it.verdict for it in proposal.evidence} == {Verdict.PASSED}
    assert all(it.tool and it.version for it in proposal.evidence)
    assert (proposal.rounds, proposal.notices, proposal.model) == (1, (), "scripted")
    assert proposal.prompt_tokens > 0
    assert proposal.completion_tokens > 0
    assert proposal.edits[0].version == 1


async def test_an_answer_with_gaps_is_asked_for_once_more_and_merged() -> None:
    first = {"summary": WORDS["summary"], "parameters": {"stack": "the stack to grow"}}
    second = {"parameters": {"item": "what to put on it"}, "returns": WORDS["returns"]}
    model = ScriptedModel([json.dumps(first), json.dumps(second)])
    outcome = await document(FUNCTION, "stack_push", model)
    assert applied(FUNCTION, outcome) == COMMENT + FUNCTION
    repair = model.requests[1].messages
    assert repair[-2].text == json.dumps(first)
    assert "@item is missing" in repair[-1].text
    assert "Return is missing" in repair[-1].text
    assert model.requests[1].sampling.temperature > model.requests[0].sampling.temperature


async def test_what_no_round_brought_is_filled_in_from_the_code_with_a_notice() -> None:
    poor = json.dumps({"summary": WORDS["summary"], "parameters": {"stack": "the stack to grow"}})
    outcome = await document(FUNCTION, "stack_push", [poor, poor])
    text = applied(FUNCTION, outcome)
    assert " * @item: Of type int.\n" in text
    assert " * Return: 0 on success, -ENOSPC on failure.\n" in text
    assert len(proposed(outcome).notices) == 2


@pytest.mark.parametrize(
    "answer",
    ["", "no JSON at all", "{}", '{"summary": "TODO"}', '{"summary": 7}', '{"parameters": {}}'],
)
async def test_answers_without_usable_words_end_in_a_reason(answer: str) -> None:
    outcome = await document(FUNCTION, "stack_push", [answer, answer])
    check_skipped(outcome, SkipCause.NO_USABLE_TEXT)


async def test_a_model_is_asked_as_often_as_the_options_say() -> None:
    for rounds in (1, 2, 3):
        model = ScriptedModel(["nothing"] * 3)
        options = DocumentOptions(rounds=rounds)
        check_skipped(
            await document(FUNCTION, "stack_push", model, options), SkipCause.NO_USABLE_TEXT
        )
        assert len(model.requests) == rounds


async def test_an_answer_that_broke_off_is_never_used() -> None:
    broken = ScriptedReply(ANSWER, break_after=len(ANSWER))
    outcome = await document(FUNCTION, "stack_push", [broken, broken])
    check_skipped(outcome, SkipCause.NO_USABLE_TEXT, "broke off")
    outcome = await document(FUNCTION, "stack_push", [broken, ANSWER])
    assert applied(FUNCTION, outcome) == COMMENT + FUNCTION


async def test_words_are_kept_where_one_more_round_does_not_fit() -> None:
    poor = json.dumps({"summary": WORDS["summary"], "parameters": {"stack": "the stack to grow"}})
    outcome = await document(FUNCTION, "stack_push", [poor, ScriptedReply(error="too_long")])
    assert " * @item: Of type int.\n" in applied(FUNCTION, outcome)
    assert proposed(outcome).rounds == 1
    outcome = await document(FUNCTION, "stack_push", ["nothing", ScriptedReply(error="too_long")])
    check_skipped(outcome, SkipCause.NO_USABLE_TEXT)


@pytest.mark.parametrize(
    ("error", "kind"),
    [("unavailable", ModelUnavailableError), ("timeout", ModelTimeoutError)],
)
async def test_a_model_that_cannot_answer_is_the_callers_business(
    error: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        await document(FUNCTION, "stack_push", [ScriptedReply(error=error)])


LONG = FUNCTION.replace("\treturn 0;", "\tstack->used++;\n" * 400 + "\treturn 0;")


async def handed_over(
    large: list[str | ScriptedReply], small: list[str | ScriptedReply]
) -> tuple[CommentProposal, ScriptedModel, ScriptedModel]:
    """Document a long function with a model that fails and one of less context behind it."""
    models = {
        name: ScriptedModel(replies, ModelInfo(name, "openai", name, "", context, local=True))
        for name, replies, context in (("large", large, 16_000), ("small", small, 2_000))
    }

    async def open_entry(entry: ModelEntry) -> ChatModel:
        return models[entry.id]

    entries = tuple(ModelEntry(it, Api.SCRIPTED, (it,)) for it in models)
    need = Need("document", DataClass.CONFIDENTIAL)
    model = await Router(Policy(entries), open_entry).open(need)
    proposal = proposed(await document(LONG, "stack_push", model))
    assert proposal.model == "small"
    assert "the middle of the body was left out of the prompt" in proposal.notices
    return proposal, models["large"], models["small"]


async def test_who_takes_over_is_asked_with_a_prompt_of_its_own_size() -> None:
    broken = ScriptedReply(error="unavailable")
    proposal, large, small = await handed_over(["nothing", broken], [ANSWER])
    assert proposal.rounds == 2
    first, again = large.requests
    (taken_over,) = small.requests
    # What the other one had answered is not shown to it.
    assert len(again.messages) == len(first.messages) + 2
    assert len(taken_over.messages) == 2
    task = taken_over.messages[-1].text
    assert len(task) < 2_000 * 2.5 < len(first.messages[-1].text)
    assert "/* ... */" in task


async def test_who_took_over_gets_its_own_answer_back() -> None:
    broken = ScriptedReply(error="unavailable")
    _, _, small = await handed_over([broken], ["nothing", ANSWER])
    first, again = small.requests
    assert again.messages[:2] == first.messages
    assert again.messages[2].text == "nothing"


async def test_cancelling_reaches_the_model() -> None:
    model = ScriptedModel([ScriptedReply(ANSWER, hold=asyncio.Event())])
    snapshot = snapshot_of(FUNCTION)
    symbol = find_symbols(snapshot.source, "stack_push")[0]
    asked = asyncio.Event()
    task = asyncio.create_task(
        document_symbol(snapshot, symbol, model, DocumentOptions(), lambda _: asked.set())
    )
    # The report comes right before the request, with no other wait between the two.
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert model.cancelled == 1


async def test_the_user_can_follow_the_work() -> None:
    said: list[str] = []
    snapshot = snapshot_of(FUNCTION)
    symbol = find_symbols(snapshot.source, "stack_push")[0]
    model = ScriptedModel(["nothing", ANSWER])
    await document_symbol(snapshot, symbol, model, DocumentOptions(), said.append)
    assert said == ["scripted writes", "scripted writes, once more", "checking"]


async def test_a_drifted_comment_keeps_its_sentences() -> None:
    words = json.dumps({"summary": "Another summary", "parameters": {"item": "what to put on it"}})
    outcome = await document(DRIFTED + FUNCTION, "stack_push", [words])
    text = applied(DRIFTED + FUNCTION, outcome)
    for line in DRIFTED.splitlines():
        assert (line in text) is ("@gone" not in line)
    assert " * @item: What to put on it.\n" in text
    assert text.endswith(FUNCTION)
    assert text.count("/**") == 1


async def test_a_drifted_comment_that_lacks_no_words_asks_no_model() -> None:
    renamed = DRIFTED.replace("@gone: Was here once.", "@item_old: What to push.")
    model = ScriptedModel([])
    outcome = await document(renamed + FUNCTION, "stack_push", model)
    assert " * @item: What to push.\n" in applied(renamed + FUNCTION, outcome)
    assert model.requests == []
    assert (proposed(outcome).rounds, proposed(outcome).model) == (0, "none")


async def test_line_ends_are_those_of_the_file() -> None:
    text = FUNCTION.replace("\n", "\r\n")
    outcome = await document(text, "stack_push", [ANSWER])
    assert applied(text, outcome) == (COMMENT + FUNCTION).replace("\n", "\r\n")


async def test_lone_carriage_returns_cannot_hold_a_kernel_doc_comment() -> None:
    # Accepted for now: the kernel's script knows no such lines either.
    text = FUNCTION.replace("\n", "\r")
    outcome = await document(text, "stack_push", [ANSWER, ANSWER])
    check_skipped(outcome, SkipCause.FAILED_CHECKS)


async def test_a_drifted_comment_in_a_file_of_crlf_stays_crlf() -> None:
    text = (DRIFTED + FUNCTION).replace("\n", "\r\n")
    words = json.dumps({"parameters": {"item": "what to put on it"}})
    after = applied(text, await document(text, "stack_push", [words]))
    assert after.count("\r\n") == after.count("\n") == after.count("\r")


async def test_text_around_the_symbol_stays_as_it_is() -> None:
    text = f"/* 😀\u2028 */\n\f\nint first;\n\n{FUNCTION}\n// the end, without a newline"
    after = applied(text, await document(text, "stack_push", [ANSWER]))
    assert after == text.replace(FUNCTION, COMMENT + FUNCTION)


async def test_an_ordinary_comment_above_is_kept() -> None:
    text = "/* Called with the lock held. */\n" + FUNCTION
    after = applied(text, await document(text, "stack_push", [ANSWER]))
    assert "/* Called with the lock held. */\n" in after
    assert COMMENT in after


@pytest.mark.parametrize(
    ("text", "cause", "word"),
    [
        (COMMENT + FUNCTION, SkipCause.ALREADY_DOCUMENTED, "agrees"),
        ("/*! Pushes. */\n" + FUNCTION, SkipCause.ALREADY_DOCUMENTED, "another style"),
        ("int stack_push(int, int b);\n", SkipCause.UNNAMED_PARAMETER, "no name"),
        ("int stack_push(int a, b c d e)\n{\n}\n", SkipCause.SYNTAX_ERROR, "finish the edit"),
    ],
)
async def test_what_cannot_be_documented_is_refused_before_a_model_is_asked(
    text: str, cause: SkipCause, word: str
) -> None:
    model = ScriptedModel([])
    check_skipped(await document(text, "stack_push", model), cause, word)
    assert model.requests == []


async def test_a_declaration_too_long_for_the_model_is_refused() -> None:
    info = ModelInfo("tiny", "scripted", "scripted", "built-in", 600, local=True)
    members = "".join(f"\tunsigned long member_{number};\n" for number in range(400))
    text = f"struct huge {{\n{members}}};\n"
    model = ScriptedModel([], info)
    outcome = await document(text, "huge", model)
    check_skipped(outcome, SkipCause.PROMPT_TOO_LONG, "does not fit")
    assert model.requests == []


async def test_what_was_cut_from_the_prompt_is_a_notice() -> None:
    body = "".join(f"\tcall_{number}(stack, item);\n" for number in range(2000))
    text = FUNCTION.replace("\treturn 0;\n", f"{body}\treturn 0;\n")
    model = ScriptedModel([ANSWER])
    outcome = await document(text, "stack_push", model)
    assert any("middle of the body" in it for it in proposed(outcome).notices)
    assert "call_999(" not in model.requests[0].messages[-1].text


async def test_the_options_bound_the_comment() -> None:
    long = {**WORDS, "details": " ".join(f"Word number {number} is here." for number in range(99))}
    options = DocumentOptions(width=50, max_lines=4)
    after = applied(FUNCTION, await document(FUNCTION, "stack_push", [json.dumps(long)], options))
    comment = after.removesuffix(FUNCTION)
    assert max(len(line) for line in comment.splitlines()) <= 50
    assert comment.count("\n") < 14


async def proposal_for(text: str) -> CommentProposal:
    return proposed(await document(text, "stack_push", [ANSWER]))


async def test_words_find_their_place_in_a_text_that_moved_on() -> None:
    proposal = await proposal_for(FUNCTION)
    newer = snapshot_of("#include <errno.h>\n\n" + FUNCTION + "\nint other(void);\n", version=7)
    again = place_again(proposal, newer)
    assert applied(newer.text, again) == newer.text.replace(FUNCTION, COMMENT + FUNCTION)
    assert proposed(again).edits[0].version == 7
    assert proposed(again).fields == proposal.fields


@pytest.mark.parametrize(
    ("newer", "cause"),
    [
        (FUNCTION.replace("return 0", "return 1"), SkipCause.STALE),
        (FUNCTION.replace("int item", "long item"), SkipCause.STALE),
        (FUNCTION.replace("stack_push", "stack_put"), SkipCause.STALE),
        ("", SkipCause.STALE),
        (COMMENT + FUNCTION, SkipCause.ALREADY_DOCUMENTED),
    ],
)
async def test_words_are_dropped_where_the_symbol_changed(newer: str, cause: SkipCause) -> None:
    check_skipped(place_again(await proposal_for(FUNCTION), snapshot_of(newer)), cause)


async def test_of_two_functions_with_the_same_code_the_one_without_a_comment_is_meant() -> None:
    twins = f"#ifdef A\n{FUNCTION}#else\n{FUNCTION}#endif\n"
    proposal = await proposal_for(twins)
    first = applied(twins, proposal)
    second = applied(first, place_again(proposal, snapshot_of(first)))
    both = f"#ifdef A\n{COMMENT}{FUNCTION}#else\n{COMMENT}{FUNCTION}#endif\n"
    assert second == both
    check_skipped(place_again(proposal, snapshot_of(both)), SkipCause.ALREADY_DOCUMENTED)


async def test_a_byte_order_mark_stays_first() -> None:
    text = "\ufeff" + FUNCTION
    assert applied(text, await document(text, "stack_push", [ANSWER])) == (
        "\ufeff" + COMMENT + FUNCTION
    )
    text = "\ufeff#include <errno.h>\n" + FUNCTION
    after = applied(text, await document(text, "stack_push", [ANSWER]))
    assert after == "\ufeff#include <errno.h>\n" + COMMENT + FUNCTION


async def test_a_head_of_old_c_is_no_unfinished_edit() -> None:
    head = "struct stack *\nstack_push (stack, item)\n  struct stack *stack;\n  int item;\n"
    text = head + "{\n  return ERR_PTR (-ENOSPC);\n}\n"
    after = applied(text, await document(text, "stack_push", [ANSWER]))
    assert " * @item: What to put on it.\n" in after


async def test_an_attribute_before_the_name_does_not_hide_it() -> None:
    text = FUNCTION.replace("int stack_push", "int __attribute__((weak)) __stack_push")
    after = applied(text, await document(text, "__stack_push", [ANSWER]))
    assert after == COMMENT.replace("stack_push", "__stack_push") + text


async def test_who_asks_for_it_gets_the_text_of_a_trailer_and_never_a_sign_off() -> None:
    outcome = await document(FUNCTION, "stack_push", [ANSWER])
    assert isinstance(outcome, CommentProposal)
    assert outcome.trailer is None
    wanted = replace(outcome, assisted_by=True)
    assert wanted.trailer == "Assisted-by: Glossator:scripted"
    # What no model wrote needs no credit.
    assert replace(wanted, rounds=0).trailer is None


async def test_an_old_comment_need_not_begin_to_tell_of_a_value() -> None:
    text = (
        "/**\n * @brief Adds.\n * @param a one\n */\nint add(int a, int b)\n{\n\treturn a + b;\n}\n"
    )
    answer = {"summary": "Adds", "parameters": {"b": "the other"}}
    after = applied(text, await document(text, "add", [json.dumps(answer)]))
    assert after.startswith("/**\n * @brief Adds.\n * @param a one\n * @param b The other.\n */\n")


@pytest.mark.parametrize(
    ("file", "name", "text", "expected"),
    [
        (
            "a.py",
            "A",
            "class A:\n    x = 1\n",
            'class A:\n    """Holds one."""\n\n    x = 1\n',
        ),
        (
            "a.go",
            "A",
            "package a\n\n//go:noinline\nfunc A() {\n}\n",
            "package a\n\n// A holds one.\n//\n//go:noinline\nfunc A() {\n}\n",
        ),
    ],
    ids=["class", "directive"],
)
async def test_a_new_comment_has_the_gap_that_formatters_want(
    file: str, name: str, text: str, expected: str
) -> None:
    outcome = await document(text, name, [json.dumps({"summary": "Holds one"})], file=file)
    assert applied(text, outcome) == expected


SHARED = '''\
def polygrid(x, y, c):
    """
    Evaluate a polynomial.

    Parameters
    ----------
    x, y : array_like, compatible objects
        Where it is evaluated, see `polyval`.
    c : array_like
        Its coefficients.
    """
'''


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("(x, c)", SHARED.replace("x, y :", "x :")),
        ("(c)", SHARED.replace("    x, y : array_like, compatible objects\n", "")),
        ("(x, y2, c)", SHARED.replace("x, y :", "x, y2 :")),
        ("(x, y, c, z)", SHARED.replace("ients.\n", "ients.\n    z\n        The new one.\n")),
    ],
    ids=["one dropped", "both dropped", "renamed", "added"],
)
async def test_an_entry_of_several_names_keeps_its_words_and_its_type(
    signature: str, expected: str
) -> None:
    text = SHARED.replace("(x, y, c)", signature)
    expected = expected.replace("(x, y, c)", signature)
    if signature == "(c)":
        expected = expected.replace("        Where it is evaluated, see `polyval`.\n", "")
    answer = json.dumps({"parameters": {"z": "The new one."}})
    outcome = await document(text, "polygrid", [answer], file="a.py")
    assert applied(text, outcome) == expected
