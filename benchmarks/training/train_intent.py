"""Learn the weights of the intent classifier from the labelled examples of the package.

`python -m benchmarks.training.train_intent` holds out speakers in turn, prints what it finds, then
trains on all and writes the weights of the package. Needs scipy; ten minutes on two cores.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from glossator_server.intent.classifier import vocabulary_of
from glossator_server.intent.examples import Example, read_examples
from glossator_server.intent.features import features_of
from glossator_server.intent.linear import INTENTS, WEIGHTS_FILE, Weights, key_of, save_weights
from glossator_server.intent.words import Speller, read_utterance

# Chosen by holding out speakers; 0.1 and 1 lose half a percent.
COST = 0.3
# A feature of one example says nothing of others.
FEWEST_EXAMPLES = 2
FOLDS = 7
# One in ten may need a model; of people who are no speakers here, somewhat more are unsure.
UNSURE_SHARE = 0.08
SHARPNESSES = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)


def main() -> None:
    """Hold out, report, train and write."""
    examples = read_examples()
    features = _features(examples)
    names = _names(features)
    matrix, labels = _matrix(features, names), _labels(examples)
    scores = _held_out(matrix, labels, examples)
    speakers = _mixed_speakers(examples)
    chosen = np.array([it.speaker in speakers for it in examples])
    sharpness = min(SHARPNESSES, key=lambda it: _loss(scores[chosen] * it, labels[chosen]))
    confidence = _shares(scores * sharpness).max(axis=1)
    threshold = float(np.quantile(confidence[chosen], UNSURE_SHARE))
    right = scores.argmax(axis=1) == labels
    sure = confidence >= threshold
    print(f"held out, all speakers: {right.mean():.4f} of {len(right)}")
    print(f"held out, speakers with all intents: {right[chosen].mean():.4f} of {chosen.sum()}")
    print(f"of these where no model is needed: {right[chosen & sure].mean():.4f}")
    print(f"sharpness {sharpness}, threshold {threshold:.3f}, features {len(names)}")
    save_weights(WEIGHTS_FILE, learned(examples, sharpness, threshold))
    print(f"{WEIGHTS_FILE.name}: {WEIGHTS_FILE.stat().st_size} bytes")


def learned(examples: Sequence[Example], sharpness: float, threshold: float) -> Weights:
    """Return the weights that examples teach; what turns scores into confidence is given."""
    features = _features(examples)
    names = _names(features)
    rows, bias = _train(_matrix(features, names), _labels(examples))
    scales = np.abs(rows).max(axis=1) / 127
    return Weights(
        keys=np.array([key_of(it) for it in names], np.uint32),
        rows=np.rint(rows / scales[:, None]).astype(np.int8).T.copy(),
        scales=scales.astype(np.float32),
        bias=bias.astype(np.float32),
        sharpness=sharpness,
        threshold=threshold,
    )


def _features(examples: Sequence[Example]) -> list[dict[str, float]]:
    speller = Speller(vocabulary_of(examples))
    return [features_of(read_utterance(it.text, speller)) for it in examples]


def _names(features: Sequence[Mapping[str, float]]) -> list[str]:
    counts = Counter(name for those in features for name in those)
    return sorted(name for name, count in counts.items() if count >= FEWEST_EXAMPLES)


def _matrix(features: Sequence[Mapping[str, float]], names: Sequence[str]) -> csr_matrix:
    columns = {name: at for at, name in enumerate(names)}
    found = [
        (row, columns[name], value)
        for row, those in enumerate(features)
        for name, value in those.items()
        if name in columns
    ]
    rows, at, values = zip(*found, strict=True)
    return csr_matrix((values, (rows, at)), shape=(len(features), len(names)))


def _labels(examples: Sequence[Example]) -> NDArray[np.int64]:
    return np.array([INTENTS.index(it.intent) for it in examples])


def _mixed_speakers(examples: Sequence[Example]) -> frozenset[str]:
    """Return the speakers who say all intents: others are no picture of how people ask."""
    said: dict[str, set[str]] = {}
    for it in examples:
        said.setdefault(it.speaker, set()).add(it.intent)
    return frozenset(name for name, intents in said.items() if len(intents) == len(INTENTS))


def _held_out(
    matrix: csr_matrix, labels: NDArray[np.int64], examples: Sequence[Example]
) -> NDArray[np.float64]:
    """Return the scores of each example from weights that learned from other speakers."""
    speakers = sorted({it.speaker for it in examples})
    folds = np.array([speakers.index(it.speaker) % FOLDS for it in examples])
    scores = np.zeros((len(labels), len(INTENTS)))
    for fold in range(FOLDS):
        mine = folds == fold
        rows, bias = _train(matrix[~mine], labels[~mine])
        scores[mine] = matrix[mine] @ rows.T + bias
    return scores


def _train(
    matrix: csr_matrix, labels: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return weights and biases of one classifier an intent (squared hinge loss, L2)."""
    found = [_train_one(matrix, np.where(labels == at, 1.0, -1.0)) for at in range(len(INTENTS))]
    return np.array([it[:-1] for it in found]), np.array([it[-1] for it in found])


def _train_one(matrix: csr_matrix, signs: NDArray[np.float64]) -> NDArray[np.float64]:
    transposed = matrix.T.tocsr()

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slack = np.maximum(0.0, 1.0 - signs * (matrix @ weights[:-1] + weights[-1]))
        pull = -2.0 * COST * signs * slack
        gradient = np.append(weights[:-1] + transposed @ pull, weights[-1] + pull.sum())
        return 0.5 * float(weights @ weights) + COST * float(slack @ slack), gradient

    start = np.zeros(matrix.shape[1] + 1)
    options = {"maxiter": 150, "ftol": 1e-7}
    result = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)
    weights: NDArray[np.float64] = result.x
    return weights


def _shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _loss(scores: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    return float(-np.log(_shares(scores)[np.arange(len(labels)), labels] + 1e-12).mean())


if __name__ == "__main__":
    main()
