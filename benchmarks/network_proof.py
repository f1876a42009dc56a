"""The whole end-to-end suite in a network of its own, with every packet recorded that leaves it.

Beside it leaks that are planted in the same network: what the recording shows of them is what it
would show of ours. Needs Linux, root, iproute2 and tcpdump. About six minutes on 2 cores.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.e2e.test_network_proof import LEAKS, ROOT
from tests.network_namespace import OUTSIDE, missing, network, recorded

_PASSED = re.compile(r"(\d+) passed")
_SUITE = ("tests/e2e", "--deselect", "tests/e2e/test_network_proof.py")


def rows() -> Iterator[dict[str, object]]:
    """Yield a row a planted leak, and one for the suite."""
    if (reason := missing()) is not None:
        raise SystemExit(f"the network proof cannot be run here: {reason}")
    with tempfile.TemporaryDirectory(prefix="glossator-proof-") as folder, network() as inside:
        with recorded(inside, Path(folder)) as capture:
            for code in LEAKS.values():
                inside.run([sys.executable, "-c", code.format(host=OUTSIDE)])
        for target in LEAKS:
            yield {"kind": "leak", "target": target, "caught": target in capture.targets()}
        with recorded(inside, Path(folder)) as capture:
            words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *_SUITE]
            ran = inside.run([*words, "-m", "not (kernel or ctags)"], cwd=ROOT)
        print(ran.stdout[-400:], file=sys.stderr)
        passed = _PASSED.search(ran.stdout)
        yield {
            "kind": "suite",
            "status": ran.returncode,
            "passed": int(passed[1]) if passed else 0,
            "packets": len(capture.packets),
            "targets": sorted(capture.targets()),
        }


def summary(found: Sequence[dict[str, object]]) -> dict[str, object]:
    """Return how many leaks were caught, and how many packets the suite let out."""
    leaks = [it for it in found if it["kind"] == "leak"]
    (suite,) = [it for it in found if it["kind"] == "suite"]
    return {
        "leaks planted": len(leaks),
        "leaks caught": sum(bool(it["caught"]) for it in leaks),
        "end-to-end tests passed in it": suite["passed"],
        "status of the suite": suite["status"],
        "packets that left": suite["packets"],
    }
