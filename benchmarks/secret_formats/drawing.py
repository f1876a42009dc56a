"""Own the drawing of what providers draw at random, and what a family of secrets is.

It must not know how Glossator finds secrets: the families are written from what providers publish.
"""

from __future__ import annotations

import base64
import json
import random
import string
import zlib
from collections.abc import Callable
from dataclasses import dataclass

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
URL_SAFE = BASE62 + "-_"
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
BASE32 = string.ascii_uppercase + "234567"
HEXADECIMAL = "0123456789abcdef"
# Read aloud in halls, typed by people: from them come passwords as people make them.
_WORDS = (
    *("kite", "moss", "anchor", "bridge", "copper", "dragon", "ember", "falcon", "garden"),
    *("hammer", "island", "jacket", "kettle", "lantern", "marble", "needle", "orchid", "pepper"),
    *("quartz", "river", "silver", "timber", "umbrella", "velvet", "walnut", "yellow", "zephyr"),
)


@dataclass(frozen=True, slots=True)
class Made:
    """A value as it stands in a file, and the part of it that nobody else may see."""

    value: str
    secret: str


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of secret: the name that its provider's documents give the variable, and the source.

    `header` is the HTTP header that carries it; Authorization with a bearer where it is empty.
    """

    name: str
    variable: str
    source: str
    make: Callable[[Draw], str | Made]
    header: str = ""

    def made(self, seed: int) -> Made:
        """Return the secret of a seed."""
        made = self.make(Draw(f"{self.name} {seed}"))
        return made if isinstance(made, Made) else Made(made, made)


class Draw:
    """Draws characters and bytes, the same ones for the same seed."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def of(self, alphabet: str, length: int) -> str:
        """Return characters of an alphabet."""
        return "".join(self._random.choices(alphabet, k=length))

    def base62(self, length: int) -> str:
        """Return letters and digits."""
        return self.of(BASE62, length)

    def hexadecimal(self, length: int) -> str:
        """Return lower-case hexadecimal digits."""
        return self.of(HEXADECIMAL, length)

    def url_safe(self, length: int) -> str:
        """Return letters, digits, `-` and `_`."""
        return self.of(URL_SAFE, length)

    def digits(self, length: int) -> str:
        """Return digits, the first one no zero."""
        return self.of("123456789", 1) + self.of(string.digits, length - 1)

    def bytes(self, length: int) -> bytes:
        """Return bytes."""
        return self._random.randbytes(length)

    def base64(self, length: int) -> str:
        """Return so many bytes in base64, with its padding."""
        return base64.b64encode(self.bytes(length)).decode()

    def uuid(self) -> str:
        """Return a UUID of version 4."""
        digits = self.hexadecimal(32)
        variant = self.of("89ab", 1)
        return (
            f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
        )

    def one_of(self, *choices: str) -> str:
        """Return one of these."""
        return self._random.choice(choices)

    def between(self, least: int, most: int) -> int:
        """Return a number, both ends included."""
        return self._random.randint(least, most)

    def password(self) -> str:
        """Return a password as a person makes one, or as a password manager does."""
        if self._random.random() < 0.5:
            words = self._random.sample(_WORDS, 2)
            sign, digits = self.of("-_.!#+*", 1), self.digits(self.between(2, 4))
            return sign.join((words[0].capitalize(), words[1])) + digits + self.of("!?", 1)
        return self.of(BASE62 + "!#%+*-_.~^", self.between(12, 20))

    def jwt(self, header: dict[str, str], claims: dict[str, object], signature: int) -> str:
        """Return a JSON web token with a signature of so many bytes (RFC 7519)."""
        parts = [json.dumps(it, separators=(",", ":")).encode() for it in (header, claims)]
        return ".".join(url_base64(it) for it in (*parts, self.bytes(signature)))


def around(text: str, secret: str) -> Made:
    """Return a text with a secret at its `{}`."""
    return Made(text.format(secret), secret)


def url_base64(raw: bytes) -> str:
    """Return base64 as in RFC 4648, section 5, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def with_checksum(prefix: str, middle: str) -> str:
    """Return a token that ends in six characters of its CRC32, as GitHub's and npm's do."""
    rest, digits = zlib.crc32(middle.encode()), ""
    while rest:
        rest, digit = divmod(rest, 62)
        digits = BASE62[digit] + digits
    return prefix + middle + digits.rjust(6, "0")
