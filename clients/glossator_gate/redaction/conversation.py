"""Own the secrets of one conversation: words that stand for them on the way, and the way back.

What stands for what is kept in memory only: nothing in here is written, logged or shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from glossator_gate.redaction.json_values import walked
from glossator_gate.redaction.replacing import without_secrets

# Longer than any that is issued, so that little is held back of a stream.
MOST_PLACEHOLDER_CHARACTERS = 64
# Shorter ones stand in many words.
_FEWEST_KNOWN = 8
# What a text of the user is called that only looks like one of ours.
_LOOKALIKE = "text"


class Redaction:
    """Puts `<secret:github-token:1>` in the place of each secret, and secrets back into answers.

    A secret has the same number in a whole conversation, another one another. So a prompt is the
    same when it is made again. A placeholder that was never issued is left alone by `restored`.
    """

    __slots__ = ("_known", "_numbers", "_secrets")

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}
        self._secrets: dict[str, str] = {}
        self._known: list[str] = []

    def __repr__(self) -> str:
        return f"<Redaction of {len(self._secrets)} secrets>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("The secrets of a conversation stay in its process.")

    @property
    def count(self) -> int:
        """Return how many different secrets there were."""
        return len(self._secrets)

    def redacted(self, text: str) -> str:
        """Return a text of the user's without its secrets; the same object where there are none.

        What looks like a placeholder is the user's own word: it is replaced too, so that it comes
        back as it was and never as a secret. Give a text once, before anything of ours is in it.
        """
        if _OPENING in text:
            text = _PLACEHOLDER.sub(lambda it: self._placeholder(_LOOKALIKE, it.group()), text)
        return self.sealed(text)

    def sealed(self, text: str) -> str:
        """Return a text without its secrets that may hold placeholders already; those are kept.

        What was a secret before is one wherever it stands, whether it looks like one there or not.
        """
        text = without_secrets(text, self._placeholder)[0]
        known = [it for it in self._known if it in text]
        if not known:
            return text
        known.sort(key=len, reverse=True)
        pattern = re.compile(f"{_PLACEHOLDER.pattern}|{'|'.join(map(re.escape, known))}")
        return pattern.sub(self._known_again, text)

    def redacted_json(self, value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
        """Return a JSON value with `redacted` texts and keys; the same object if all are."""
        return walked(value, self.redacted, self._placeholder)

    def sealed_json(self, value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
        """Return a JSON value with `sealed` texts and keys; the same object if all are."""
        return walked(value, self.sealed, self._placeholder)

    def restored(self, text: str) -> str:
        """Return an answer with the secrets that its placeholders stand for."""
        if _OPENING not in text:
            return text
        return _PLACEHOLDER.sub(lambda it: self._secrets.get(it.group(), it.group()), text)

    def restored_json(self, value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
        """Return the value of an answer in JSON with secrets in its texts and keys.

        Parse first: a secret may hold what JSON escapes.
        """
        return walked(value, self.restored)

    def restored_in_json(self, text: str) -> str:
        """Return the text of an answer in JSON, whole or broken off, with secrets escaped in it."""
        if _OPENING not in text:
            return text
        return _PLACEHOLDER.sub(lambda it: self._escaped(it.group()), text)

    def stream(self) -> RestoringStream:
        """Return what restores an answer that comes piece by piece."""
        return RestoringStream(self.restored)

    def json_stream(self) -> RestoringStream:
        """Return the same for an answer that is JSON."""
        return RestoringStream(self.restored_in_json)

    def _escaped(self, placeholder: str) -> str:
        secret = self._secrets.get(placeholder, placeholder)
        return json.dumps(secret, ensure_ascii=False)[1:-1]

    def _known_again(self, found: re.Match[str]) -> str:
        text = found.group()
        return text if text.startswith(_OPENING) else self._numbers[text]

    def _placeholder(self, what: str, secret: str) -> str:
        known = self._numbers.get(secret)
        if known is None:
            kind = what.replace(" ", "-").replace(".", "-")
            known = f"{_OPENING}{kind}:{len(self._secrets) + 1}>"
            self._numbers[secret] = known
            self._secrets[known] = secret
            if what != _LOOKALIKE and len(secret) >= _FEWEST_KNOWN:
                self._known.append(secret)
        return known


class RestoringStream:
    """Restores an answer piece by piece: what comes out is what `restore` makes of the whole."""

    __slots__ = ("_held", "_restore")

    def __init__(self, restore: Callable[[str], str]) -> None:
        self._restore = restore
        self._held = ""

    def __repr__(self) -> str:
        return "<RestoringStream>"

    def fed(self, piece: str) -> str:
        """Return what is certain after this piece: all but the beginning of a placeholder."""
        text = self._held + piece
        at = text.rfind("<", max(0, len(text) - MOST_PLACEHOLDER_CHARACTERS))
        if at < 0 or not _may_become_placeholder(text[at:]):
            at = len(text)
        self._held = text[at:]
        return self._restore(text[:at])

    def ended(self) -> str:
        """Return what was held back, after the last piece."""
        held, self._held = self._held, ""
        return self._restore(held)


def _may_become_placeholder(end: str) -> bool:
    return _OPENING.startswith(end) or _BEGINNING.fullmatch(end) is not None


_OPENING = "<secret:"
_PLACEHOLDER = re.compile(r"<secret:[a-z0-9-]{1,40}:[1-9]\d{0,5}>")
_BEGINNING = re.compile(r"<secret:[a-z0-9-]{0,40}(?::\d{0,6})?")
