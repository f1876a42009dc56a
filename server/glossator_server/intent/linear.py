"""Own the linear classifier: its file of weights in the package, and the score of each intent.

It must not train; docs/reference/intent.md is its model card.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glossator_server.intent.types import Intent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS_FILE = Path(__file__).with_name("weights.npz")
INTENTS = tuple(Intent)


def key_of(feature: str) -> int:
    """Return the number under which a feature's weights are filed."""
    return zlib.crc32(feature.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Weights:
    """A row of weights a feature, in the order of the intents, with what training measured.

    `sharpness` turns scores into probabilities; below `threshold` a guess is not believed alone.
    """

    keys: NDArray[np.uint32]
    rows: NDArray[np.int8]
    scales: NDArray[np.float32]
    bias: NDArray[np.float32]
    sharpness: float
    threshold: float


class LinearClassifier:
    """Adds up the weights of features."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._rows = {key: at for at, key in enumerate(weights.keys.tolist())}

    @property
    def threshold(self) -> float:
        """Return the confidence below which a guess is not believed alone."""
        return self._weights.threshold

    def scores(self, features: Mapping[str, float]) -> NDArray[np.float32]:
        """Return a score an intent: above 0 speaks for it."""
        import numpy as np

        found = [
            (row, value)
            for name, value in features.items()
            if (row := self._rows.get(key_of(name))) is not None
        ]
        if not found:
            return self._weights.bias
        at, values = zip(*found, strict=True)
        rows = self._weights.rows[list(at)].astype(np.float32)
        summed: NDArray[np.float32] = np.asarray(values, np.float32) @ rows
        return summed * self._weights.scales + self._weights.bias

    def probabilities(self, features: Mapping[str, float]) -> NDArray[np.float32]:
        """Return a probability an intent."""
        import numpy as np

        scores = self.scores(features) * self._weights.sharpness
        powers = np.exp(scores - scores.max())
        shares: NDArray[np.float32] = powers / powers.sum()
        return shares


def load_weights(path: Path = WEIGHTS_FILE) -> Weights:
    """Return the weights of the package."""
    import numpy as np

    with np.load(path, allow_pickle=False) as file:
        return Weights(
            keys=file["keys"],
            rows=file["rows"],
            scales=file["scales"],
            bias=file["bias"],
            sharpness=float(file["sharpness"]),
            threshold=float(file["threshold"]),
        )


def save_weights(path: Path, weights: Weights) -> None:
    """Write weights, compressed."""
    import numpy as np

    np.savez_compressed(
        path,
        keys=weights.keys,
        rows=weights.rows,
        scales=weights.scales,
        bias=weights.bias,
        sharpness=np.float32(weights.sharpness),
        threshold=np.float32(weights.threshold),
    )
