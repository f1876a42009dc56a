"""Own asking semble, in an environment that has it: `python semble_peer.py FOLDER`.

Questions come as a JSON list on standard input; for each, a list of path, first and last line goes
out. semble's own model is replaced by our embedder, so that what differs is the pipeline.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from semble import SembleIndex
from semble.index import dense

from glossator_indexer import static_embedder

_DEPTH = 100


class _Model:
    """Our embedder in the shape of semble's."""

    dim = static_embedder.DIMENSIONS

    def encode(self, texts: Sequence[str], **_options: object) -> Any:  # noqa: ANN401 -- numpy's
        """Return vectors."""
        return static_embedder.load().encode([texts] if isinstance(texts, str) else texts)


def main() -> int:
    """Answer the questions on standard input."""
    root = Path(sys.argv[1])
    dense._load_cached = lambda _path: _Model()  # noqa: SLF001 -- its only door for a model
    index = SembleIndex.from_path(root, model_path="glossator-static")
    answers = [
        [
            (it.chunk.file_path, it.chunk.start_line, it.chunk.end_line)
            for it in index.search(question, top_k=_DEPTH)
        ]
        for question in json.load(sys.stdin)
    ]
    json.dump(answers, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
