"""Own how trials are told: as Markdown for people and editors, and as JSON for programs.

Pure. What models and files say is shown as code, so that nothing in it is acted upon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from glossator_clients.types import ToolCall
from glossator_server.actions.safe_markdown import as_code, as_fence, safe_line
from glossator_server.playground.recording import Exchange
from glossator_server.playground.trials import MEASURES, Trial, means
from glossator_server.prompts.templates import PromptTemplate

SCHEMA = 1


def trial_as_json(trial: Trial) -> dict[str, Any]:
    """Return all of a trial for programs."""
    return {
        "prompt": _prompt_as_json(trial.prompt),
        "target": trial.target,
        "dry": trial.dry,
        "exchanges": [_exchange_as_json(it) for it in trial.exchanges],
        "text": trial.text,
        "diff": trial.diff,
        "evidence": [asdict(it) for it in trial.evidence],
        "notices": list(trial.notices),
        "comment": trial.comment,
        "measures": {name: round(value, 4) for name, value in trial.measures.items()},
        "problem": trial.problem or None,
        "seconds": round(trial.seconds, 3),
    }


def trial_in_markdown(trial: Trial, links: str = "") -> str:
    """Return a trial as a document: what came of it first, then every word that was said."""
    parts = [f"# {as_code(trial.prompt.name)} on {as_code(trial.target)}", links]
    parts += list(_outcome_in_markdown(trial))
    parts += _exchanges_in_markdown(trial, "")
    return "\n\n".join(filter(None, parts)) + "\n"


def comparison_in_markdown(trials: Sequence[Trial], links: str = "") -> str:
    """Return trials of several prompts on the same targets, side by side by their measures."""
    names = list(dict.fromkeys(it.prompt.name for it in trials))
    of = {name: [it for it in trials if it.prompt.name == name] for name in names}
    columns = [means(of[it]) for it in names]
    parts = [f"# {' and '.join(map(as_code, names))}", links]
    rows = [f"| | {' | '.join(map(as_code, names))} |", f"|---|{'---:|' * len(names)}"]
    for measure, title in MEASURES.items():
        if any(measure in it for it in columns):
            cells = [figure(measure, it[measure]) if measure in it else "" for it in columns]
            rows.append(f"| {title} | {' | '.join(cells)} |")
    parts.append("\n".join(rows))
    for target in dict.fromkeys(it.target for it in trials):
        parts.append(f"## {as_code(target)}")
        for trial in (it for it in trials if it.target == target):
            parts.append(f"### {as_code(trial.prompt.name)}")
            parts += _outcome_in_markdown(trial)
    for trial in trials:
        parts += _exchanges_in_markdown(
            trial, f"{as_code(trial.prompt.name)} on {as_code(trial.target)}, "
        )
    return "\n\n".join(filter(None, parts)) + "\n"


def figure(measure: str, value: float) -> str:
    """Return a measure as it is read: counts whole, seconds with one digit, shares with three."""
    if measure == "seconds":
        return f"{value:.1f}"
    if measure in {"rouge_l", "chrf", "meaning", "length"}:
        return f"{value:.3f}"
    if measure == "valid":
        return f"{value:.0%}"
    return f"{value:,.0f}"


def repeated(exchange: Exchange, before: Exchange | None) -> int:
    """Return how many of the first messages are those of the question before."""
    known = before.request.messages if before is not None else ()
    pairs = zip(exchange.request.messages, known, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), len(known))


def heading_of(exchange: Exchange) -> str:
    """Return whom a question went to, how long it was, and how words were to be picked."""
    sampling, counts = exchange.request.sampling, exchange.tokens
    size = f"{counts.whole} tokens" if counts.exact else f"about {counts.whole} tokens, estimated"
    picking = [f"temperature {sampling.temperature:g}", f"top_p {sampling.top_p:g}"]
    picking.append(f"at most {sampling.max_tokens} tokens of answer")
    if sampling.stop:
        picking.append(f"ends at {len(sampling.stop)} texts")
    if exchange.request.schema is not None:
        picking.append("by a JSON schema")
    if exchange.request.tools:
        picking.append(f"{len(exchange.request.tools)} tools")
    return f"{exchange.model.id} ({exchange.model.route}): {size}; {', '.join(picking)}"


def ending_of(exchange: Exchange) -> str:
    """Return how an answer ended: what it took, or why there is none."""
    if exchange.answer is None:
        return "nobody was asked"
    spent = [f"{exchange.seconds:.1f} s"]
    if exchange.usage is not None:
        usage = exchange.usage
        spent.append(f"{usage.prompt_tokens} + {usage.completion_tokens} tokens, as counted there")
    if exchange.problem:
        spent.append(exchange.problem)
    return ", ".join(spent)


def answer_text(exchange: Exchange) -> str:
    """Return an answer as the model gave it, with the tools that it called."""
    return "\n".join(filter(None, (exchange.answer, *map(_call, exchange.calls))))


def _outcome_in_markdown(trial: Trial) -> Iterator[str]:
    if trial.dry:
        yield safe_line(trial.problem or "Nobody was asked: these are the messages alone.")
        return
    if trial.problem:
        yield f"**Nothing was made:** {safe_line(trial.problem)}"
    if trial.diff:
        yield as_fence(trial.diff.rstrip("\n"), "diff")
    elif trial.text:
        yield as_fence(trial.text, "markdown")
    if trial.comment:
        yield f"A person wrote:\n\n{as_fence(trial.comment)}"
    lines = [f"- {it.verdict} {safe_line(f'{it.check}: {it.after}')}" for it in trial.evidence]
    lines += [f"- {safe_line(it)}" for it in trial.notices]
    told = (f"{title}: {figure(name, trial.measures[name])}" for name, title in _told(trial))
    lines.append(f"- {safe_line(', '.join(told))}")
    if not trial.exchanges:
        lines.append("- no model was asked: its words were known, or nothing was wanted")
    yield "\n".join(lines)


def _told(trial: Trial) -> list[tuple[str, str]]:
    return [(name, title) for name, title in MEASURES.items() if name in trial.measures]


def _exchanges_in_markdown(trial: Trial, of: str) -> Iterator[str]:
    before: Exchange | None = None
    for number, exchange in enumerate(trial.exchanges, 1):
        yield f"## {of}{'question' if of else 'Question'} {number}"
        yield safe_line(heading_of(exchange))
        known = repeated(exchange, before)
        if known:
            yield f"The first {known} messages are those of question {number - 1}."
        shares = zip(exchange.request.messages, exchange.tokens.messages, strict=True)
        for message, share in list(shares)[known:]:
            yield f"### {message.author} ({share} tokens)"
            yield as_fence(message.text)
        if exchange.answer is not None:
            yield f"### answer ({safe_line(ending_of(exchange))})"
            yield as_fence(answer_text(exchange))
        before = exchange


def _call(call: ToolCall) -> str:
    return f"{call.name} {call.arguments}"


def _prompt_as_json(prompt: PromptTemplate) -> dict[str, str]:
    return {"name": prompt.name, "use": prompt.use, "sha256": prompt.sha256}


def _exchange_as_json(exchange: Exchange) -> dict[str, Any]:
    request, usage = exchange.request, exchange.usage
    shares = zip(request.messages, exchange.tokens.messages, strict=True)
    return {
        "role": exchange.role,
        "model": exchange.model.id,
        "route": exchange.model.route,
        "messages": [
            {"author": str(it.author), "text": it.text, "tokens": share} for it, share in shares
        ],
        "prompt_tokens": exchange.tokens.whole,
        "exact": exchange.tokens.exact,
        "sampling": asdict(request.sampling),
        "schema": request.schema,
        "tools": [it.name for it in request.tools],
        "answer": exchange.answer,
        "calls": [asdict(it) for it in exchange.calls],
        "usage": None
        if usage is None
        else {"prompt": usage.prompt_tokens, "completion": usage.completion_tokens},
        "seconds": round(exchange.seconds, 3),
        "problem": exchange.problem or None,
    }
