"""Own the answer to one question: may this model see this file for this errand, and by which rule.

It decides nothing: it asks the same functions as who sends.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy.classifying import denying_glob, place_of, refusal_for
from glossator_gate.types import DataClass, ModelEntry, Policy

# What a role asks of its model; any other role asks for words.
_USE_OF = {"embed": "embed", "rerank": "rerank"}


@dataclass(frozen=True, slots=True)
class Question:
    """A file of a workspace folder, a model by its id, and the role where one is meant."""

    root: Path
    path: Path
    model_id: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: `reason` is a sentence, `rule` what decided, `class_rule` what classified."""

    is_allowed: bool
    reason: str
    rule: str
    data_class: DataClass
    class_rule: str
    model: ModelEntry


def explain(policy: Policy, question: Question) -> Verdict:
    """Answer a question; raises `ConfigurationError` where no file lists the model."""
    place = place_of(policy, question.root, question.path)
    entry = policy.model(question.model_id)
    refused = next((it for it in policy.refused if it.entry.id == question.model_id), None)
    listed = entry or (refused.entry if refused is not None else None)
    if listed is None:
        ids = ", ".join(it.id for it in policy.models) or "none"
        raise ConfigurationError(
            f"No file lists a model {question.model_id!r}; those that may be used are {ids}."
        )
    refusal = (refused.reason, refused.entry.rule) if refused is not None else None
    if entry is not None:
        refusal = _refusal(policy, question, entry, place.data_class)
    is_here = listed.origin is None
    where = "this machine" if is_here else f"{listed.origin} ({listed.address})"
    leave = (
        f"{listed.id} at {where} may see it: it is {place.data_class}, and {listed.max_class} data "
        "is the strictest that may be sent there."
    )
    reason, rule = refusal or (leave, listed.rule)
    return Verdict(refusal is None, reason, rule, place.data_class, place.rule, listed)


def _refusal(
    policy: Policy, question: Question, entry: ModelEntry, data_class: DataClass
) -> tuple[str, str] | None:
    """Return why not, with the rule that says so; None where it is allowed."""
    if (glob := denying_glob(policy, question.root, question.path)) is not None:
        sentence = f"{question.path} is never read: deny_paths names it by {glob!r}."
        return sentence, f"[redact] deny_paths {glob!r}"
    role = question.role
    if role is not None and role in policy.roles and entry.id not in policy.roles[role]:
        ids = ", ".join(policy.roles[role]) or "no model"
        return f"The role {role} is for {ids}, not for {entry.id}.", f"[roles] {role}"
    use = _USE_OF.get(role or "", "chat")
    if use not in entry.uses and role is not None:
        uses = ", ".join(entry.uses)
        return f"{entry.id} may be used for {uses}, which {role} is not.", f"uses of {entry.rule}"
    sentence_of_class = refusal_for(entry, data_class)
    if sentence_of_class is not None:
        return sentence_of_class, f"max_class of {entry.rule}"
    return None
