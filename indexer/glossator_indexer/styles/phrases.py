"""Own which phrases say nothing: placeholders, chatter, echoes and loops.

It works on scrubbed text and must not know the symbol.
"""

from __future__ import annotations

import re
from collections import Counter

_SENTENCE_GAP = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=\S)")
_EMPTY_PHRASES = frozenset(
    """
    |na|n a|none|null|nil|nan|undefined|unknown|unspecified|todo|tbd|tba|fixme|xxx|wip|etc|empty
    |placeholder|string|str|text|object|value|number|array|boolean|true|false|summary|description
    |details|returns|return|return value|parameter|parameters|name|type|comment|documentation
    |nothing|not available|not applicable|no description|no description available|no details
    |no description provided|see above|see below|same as above|self explanatory|the description
    |a description|the summary|one sentence|short description|brief description|short summary
    |brief summary|parameter description|function description|return value description|foo|bar
    |description of the parameter|description of the function|description of the return value
    |a brief description of the function|a short description of the function|example
    |what the function does|what it does|what it returns|what it is
    """.replace("\n    ", "").split("|")
)
_PLACEHOLDER = re.compile(
    r"\b(?:TODO|FIXME|TBD|XXX)\b|\blorem ipsum\b|\bdolor sit amet\b"
    r"|\b(?:description|summary|text|details?|name|comment|documentation)\s+(?:goes\s+)?here\b"
    r"|\b(?:insert|add|write|put|enter|provide|fill in)\b[^.]{0,40}\bhere\b"
    r"|[<\[{](?:your|insert|add|the|a|an|short|brief|one)?[\s_-]*(?:description|summary|text|details?"
    r"|parameter|return(?:s| value)?|name|string|sentence|comment|placeholder)"
    r"[^<>\[\]{}]{0,40}[>\]}]",
    re.IGNORECASE,
)
_ANSWER = r"(?:comment|documentation|description|summary|answer|json|response|code|version|result)"
_CHATTER = re.compile(
    r"(?:sure|certainly|of course|absolutely|okay|ok|great|yes|got it|understood|no problem)[,.!:]"
    rf"|here(?:'s| is| are)\b.{{0,60}}\b{_ANSWER}\b"
    rf"|(?:this|the following) is (?:the|a|your) {_ANSWER}\b"
    r"|(?:i )?hope (?:this|that|it)\b|let me know\b|feel free\b"
    r"|i(?:'m|'ll|'ve| am| will| have| can)? (?:sorry|unable|cannot|write|written|added|documented"
    r"|provide|help)\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\bas an ai\b|\blanguage model\b|\bi(?:'m| am) sorry\b|\bi (?:can(?:no|')t|am unable|won't)\b"
    r"|\bignore (?:all |the )?(?:previous|above|prior) (?:instructions?|prompts?)\b",
    re.IGNORECASE,
)
_PROMPT_ECHO = re.compile(
    r"[\"'](?:type|properties|required|summary|parameters|returns|details|description)[\"']\s*:"
    r"|\byou are an? (?:\w+ ){0,4}(?:assistant|writer|developer|expert|programmer)\b"
    r"|\bdocument (?:this|the following) (?:function|symbol|macro|struct|union|enum|code)\b"
    r"|\b(?:json schema|doc comment|documentation comment|kernel-doc comment) (?:for|of|that)\b"
    r"|\b(?:write|generate|produce|answer with|respond with) (?:a |an |only |the |valid )*"
    r"(?:json|doc comment|kernel-doc)\b",
    re.IGNORECASE,
)
# Where a sentence ends with one of these, it does not end there.
_LEADS_ON = re.compile(r"(?:[\s,;]+(?:an|and|but|nor|or|the)\b[,;]?)+\.?$")
_LONGEST_LOOP = 12
_FEWEST_LOOPS = 3
_ENOUGH_WORDS = 12
# A word, number, name or expression with the marks that people put around them.
_WORD = re.compile(
    r"[\"'(\[“‘«@%&$*!~-]*(?:0[xX][\da-fA-F]+|\d[\d.,:]*\w{0,3}|[^\W\d]\w*)"
    r"(?:(?:['’./:-]|->|\(\)|::)\w+)*(?:\(\)|\[\]|[.,;:!?\"')\]”’»%+*-])*"
)
_FEWEST_PLAIN = 0.6  # of all words; expressions such as `a|b` are rare in prose
_FEWEST_DIFFERENT = 0.34  # of the words of a long text; people's comments measure 0.5 and more


def sentences(text: str) -> list[str]:
    """Split a paragraph after each full stop, question or exclamation mark."""
    return [piece for piece in _SENTENCE_GAP.split(text.strip()) if piece]


def is_empty_phrase(text: str) -> bool:
    """Say whether a whole text stands in the place of words instead of being any."""
    bare = " ".join(re.sub(r"[^\w\s]|_", " ", text.lower()).split())
    return bare in _EMPTY_PHRASES or _PLACEHOLDER.search(text) is not None


def is_echo(text: str) -> bool:
    """Say whether a text repeats the question, is the schema, or refuses to answer."""
    return bool(
        _PROMPT_ECHO.search(text) or _REFUSAL.search(text) or text.lstrip()[:1] in {"{", "["}
    )


def is_babble(text: str) -> bool:
    """Say whether a text has too few words, or too few different ones, to be language."""
    tokens = [token for token in text.split() if re.search(r"\w", token)]
    plain = sum(_WORD.fullmatch(token) is not None for token in tokens)
    if not tokens or plain < len(tokens) * _FEWEST_PLAIN:
        return True
    words = re.findall(r"\w+", text.lower())
    if re.search(r"(\w)\1{4,}", text) or not any(len(word) > 1 or word.isdigit() for word in words):
        return True
    return len(words) >= _ENOUGH_WORDS and len(set(words)) < len(words) * _FEWEST_DIFFERENT


def without_chatter(paragraph: str) -> str:
    """Drop the sentences in which a model speaks of its answer instead of the code."""
    return " ".join(it for it in sentences(paragraph) if not _CHATTER.match(it))


def without_open_end(text: str) -> str:
    """Cut what its writer broke off: from a bracket that nothing closes, at a word that leads on.

    "Free the list (or wh" and "Free the list and" both become "Free the list".
    """
    opened: list[int] = []
    for at, character in enumerate(text):
        if character == "(":
            opened.append(at)
        elif character == ")" and opened:
            opened.pop()
    whole = text[: opened[0]].rstrip(" ,;:-") if opened else text
    return _LEADS_ON.sub("", whole)


def without_loops(paragraph: str) -> str:
    """Return a paragraph up to where it begins to repeat itself."""
    kept: list[str] = []
    seen: Counter[str] = Counter()
    for sentence in sentences(paragraph):
        key = " ".join(re.findall(r"\w+", sentence.lower()))
        seen[key] += 1
        if seen[key] == 1:
            kept.append(sentence)
    return _cut_looping_words(" ".join(kept))


def _cut_looping_words(text: str) -> str:
    words = text.split()
    keys = [re.sub(r"\W", "", word.lower()) for word in words]
    for start in range(len(words)):
        for length in range(1, min(_LONGEST_LOOP, (len(words) - start) // _FEWEST_LOOPS) + 1):
            phrase = keys[start : start + length]
            second, third = start + length, start + 2 * length
            if any(phrase) and phrase == keys[second:third] == keys[third : third + length]:
                return " ".join(words[: start + length]).rstrip(",;:")
    return text
