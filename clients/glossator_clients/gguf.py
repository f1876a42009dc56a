"""Own the little that Glossator reads of GGUF files itself: what a model allows.

It must not load tensors, and it must survive any file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from glossator_clients.errors import ModelUnavailableError

_MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
# struct's letters by the number that the format gives each scalar type.
_SCALARS = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip
_WHOLE_NUMBERS = frozenset("BbHhIiQq")
# Real files have a few dozen keys.
_MOST_KEYS = 4096
_LONGEST_KEY = 64 * 1024
# The words of the model, hundreds of thousands, come after what is said of the model itself.
_WORDS = b"tokenizer."
# The format's numbers for how one vector is made of a text's: `RANK` makes a score instead.
POOLING_NONE, POOLING_RANK = 0, 4


@dataclass(frozen=True, slots=True)
class GgufFacts:
    """What a model's file says of it; None where it does not say.

    `pooling` is the format's number for how one vector is made of a text.
    """

    context_tokens: int | None = None
    pooling: int | None = None


def read_gguf(path: Path) -> GgufFacts:
    """Return what the file says of its model.

    Raises `ModelUnavailableError` where it is no GGUF file.
    """
    context = pooling = None
    try:
        with path.open("rb") as file:
            if file.read(4) != _MAGIC:
                raise _damaged(path)
            _version, _tensors, keys = _read(file, "IQQ")
            for _ in range(min(keys, _MOST_KEYS)):
                name = _string(file)
                if name.startswith(_WORDS) and context is not None:
                    break
                value = _value(file)
                if name.endswith(b".context_length"):
                    context = value
                elif name.endswith(b".pooling_type"):
                    pooling = value
    except (OSError, OverflowError, ValueError, struct.error) as error:
        raise _damaged(path) from error
    return GgufFacts(context, pooling)


def _value(file: IO[bytes]) -> int | None:
    """Read past a value; return it where it is a whole number."""
    (kind,) = _read(file, "I")
    if kind in _SCALARS:
        letter = _SCALARS[kind]
        (value,) = _read(file, letter)
        return int(value) if letter in _WHOLE_NUMBERS else None
    if kind == _STRING:
        _skip_string(file)
    elif kind == _ARRAY:
        _skip_array(file)
    else:
        raise struct.error(f"unknown type {kind}")
    return None


def _skip_array(file: IO[bytes]) -> None:
    kind, length = _read(file, "IQ")
    if kind in _SCALARS:
        file.seek(length * struct.calcsize(f"<{_SCALARS[kind]}"), 1)
    elif kind == _STRING:
        for _ in range(length):
            _skip_string(file)
    else:
        raise struct.error(f"unknown type {kind}")


def _string(file: IO[bytes]) -> bytes:
    (length,) = _read(file, "Q")
    if length > _LONGEST_KEY:
        raise struct.error("a key of that length is no key")
    return file.read(length)


def _skip_string(file: IO[bytes]) -> None:
    (length,) = _read(file, "Q")
    file.seek(length, 1)


def _read(file: IO[bytes], letters: str) -> tuple[int, ...]:
    layout = struct.Struct(f"<{letters}")
    return layout.unpack(file.read(layout.size))


def _damaged(path: Path) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"{path} is not a whole GGUF model file; fetch it again, or correct model in config.toml."
    )
