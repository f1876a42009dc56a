"""Own the adapter: what the transformer learned about code, a file in the package.

Beside each matrix of the published model stand two thin ones, whose product is added to it when the
model is loaded (LoRA, Hu and others 2021). docs/reference/quality-mode.md tells what they learned
from. It must not train.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glossator_indexer.errors import EmbedderError
from glossator_indexer.rerank.files import tensors

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FILE = Path(__file__).with_name("minilm_adapter.safetensors")


@dataclass(frozen=True, slots=True)
class Adapter:
    """Thin matrices by name: `NAME.up` (outputs, rank) and `NAME.down` (rank, inputs) for each.

    `version` changes whenever the vectors would.
    """

    version: str
    matrices: Mapping[str, NDArray[Any]]

    def added_to(self, name: str) -> NDArray[Any]:
        """Return what is added to a matrix of the model, shape (outputs, inputs), or 0 for all."""
        import numpy as np

        if f"{name}.up" not in self.matrices:
            return np.zeros((), np.float32)
        up, down = (self.matrices[f"{name}.{it}"].astype("f4") for it in ("up", "down"))
        added: NDArray[Any] = up @ down
        return added


def load_adapter(path: Path = _FILE) -> Adapter:
    """Return the adapter of a file; raises `EmbedderError` where it is missing or damaged."""
    try:
        raw = path.read_bytes()
        length = int.from_bytes(raw[:8], "little")
        told = json.loads(raw[8 : 8 + length])["__metadata__"]["version"]
        matrices = tensors(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error
    if _version(raw[8 + length :]) != told:
        raise _damaged(path)
    return Adapter(told, matrices)


def save_adapter(
    path: Path, matrices: Mapping[str, NDArray[Any]], provenance: Mapping[str, str]
) -> None:
    """Write an adapter in half precision, in one step."""
    head: dict[str, Any] = {}
    data = bytearray()
    for name, matrix in matrices.items():
        begin = len(data)
        data += matrix.astype("<f2").tobytes()
        head[name] = {
            "dtype": "F16",
            "shape": list(matrix.shape),
            "data_offsets": [begin, len(data)],
        }
    head["__metadata__"] = dict(provenance) | {"version": _version(bytes(data))}
    said = json.dumps(head).encode()
    # The format asks that the data begin at a multiple of eight.
    said += b" " * (-len(said) % 8)
    temporary = path.with_suffix(".new")
    temporary.write_bytes(len(said).to_bytes(8, "little") + said + data)
    temporary.replace(path)


def _damaged(path: Path) -> EmbedderError:
    return EmbedderError(
        f"Quality mode's file {path} is missing or damaged; install Glossator again."
    )


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
