"""Own the source packages of others that are measured on: fetched once, by their hashes.

It must not know what they are for.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path

import platformdirs


@cache
def unpacked(distribution: str, sha256: str, kind: str) -> Path:
    """Return the unpacked source of a distribution (`name==version`), kept with others of a kind.

    Ends the run where it cannot be had.
    """
    folder = Path(platformdirs.user_cache_dir("glossator-parts")) / kind
    target = folder / distribution
    if not target.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as work:
            archive = _fetched(distribution, sha256, Path(work))
            with tarfile.open(archive) as tar:
                tar.extractall(Path(work, "source"), filter="data")
            # What is killed before this leaves nothing that looks whole.
            Path(work, "source").replace(target)
    (root,) = (it for it in target.iterdir() if it.is_dir())
    return root


def _fetched(distribution: str, sha256: str, work: Path) -> Path:
    wanted = work / "wanted.txt"
    wanted.write_text(f"{distribution} --hash=sha256:{sha256}\n", "utf-8")
    command = ["download", "-q", "--no-deps", "--no-binary", ":all:", "--require-hashes"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", *command, "-d", work, "-r", wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"no source of {distribution}: {done.stderr.strip()[-300:]}")
    (archive,) = work.glob("*.tar.gz")
    return archive
