"""Own reading files of tensors in the safetensors format; it must not know what they are for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The names that the format has for numpy's types.
_FLOATS = {"F32": "<f4", "F16": "<f2"}


def tensors(path: Path) -> Mapping[str, NDArray[Any]]:
    """Map a safetensors file of floats into memory; raises `ValueError` where it is none."""
    import numpy as np

    raw = np.memmap(path, np.uint8, "r")
    length = int.from_bytes(raw[:8].tobytes(), "little")
    if length > len(raw):
        raise ValueError("the head is longer than the file")
    head = json.loads(raw[8 : 8 + length].tobytes())
    data = raw[8 + length :]
    return {
        name: data[slice(*it["data_offsets"])].view(_FLOATS[it["dtype"]]).reshape(it["shape"])
        for name, it in head.items()
        if name != "__metadata__" and it["dtype"] in _FLOATS
    }
