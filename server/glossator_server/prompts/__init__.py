"""Prompts as files: how a model is asked, and how its answer is read.

Must not know editors, checks or model SDKs.
"""

from glossator_server.prompts.document import (
    DocumentPrompt,
    PromptSubject,
    answer_in,
    asked_parts,
    document_prompt,
    first_sentences,
    prompt_by,
    repair_messages,
    without_cut_phrases,
)
from glossator_server.prompts.files import load_template, template_for
from glossator_server.prompts.intent import intent_request, intent_schema, read_intent
from glossator_server.prompts.replies import UnreadableReplyError, read_fields
from glossator_server.prompts.templates import PromptTemplate

__all__ = [
    "DocumentPrompt",
    "PromptSubject",
    "PromptTemplate",
    "UnreadableReplyError",
    "answer_in",
    "asked_parts",
    "document_prompt",
    "first_sentences",
    "intent_request",
    "intent_schema",
    "load_template",
    "prompt_by",
    "read_fields",
    "read_intent",
    "repair_messages",
    "template_for",
    "without_cut_phrases",
]
