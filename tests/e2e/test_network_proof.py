"""Own the proof by capture: nothing leaves this machine that the policy does not name.

Parts of this very suite run again, as they are, in a network of their own that is recorded. That
the recording sees what leaves is shown by leaks that are planted there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import STARTED_WITH, missing_part
from tests.network_namespace import OUTSIDE, Network, missing, network, recorded

ROOT = Path(__file__).parents[2]
# The product on the command line and in editors: documenting, searching, indexing, looking around;
# and another assistant that is answered.
PROVED = (
    "tests/e2e/test_document_command.py",
    "tests/e2e/test_lsp_document.py",
    "tests/e2e/test_doctor_command.py",
    "tests/e2e/test_index_command.py",
    "tests/e2e/test_mcp.py::test_code_is_found_and_read_and_each_answer_is_a_line_of_the_log",
)

LEAKS = {
    f"{OUTSIDE}.80": "import socket; socket.create_connection(('{host}', 80), 0.2)",
    f"{OUTSIDE}.8080": "import urllib.request as r; r.urlopen('http://{host}:8080/', timeout=0.2)",
    f"{OUTSIDE}.53": (
        "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
        # A question for the address of leak.test.
        "s.sendto(b'\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\4leak\\4test\\0\\0\\1\\0\\1',"
        "('{host}', 53))"
    ),
    "203.0.113.9.443": "import socket; socket.create_connection(('203.0.113.9', 443), 0.2)",
    f"{OUTSIDE}.11434": (
        "import subprocess;"
        "subprocess.run(['bash', '-c', 'echo > /dev/udp/{host}/11434'], check=True)"
    ),
    f"{OUTSIDE}.8081": (
        "import http.server as h, threading, urllib.request as r\n"
        "class R(h.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(302)\n"
        "        self.send_header('Location', 'http://{host}:8081/')\n"
        "        self.end_headers()\n"
        "s = h.HTTPServer(('127.0.0.1', 0), R)\n"
        "threading.Thread(target=s.serve_forever, daemon=True).start()\n"
        "r.urlopen(f'http://127.0.0.1:{{s.server_port}}/', timeout=0.2)"
    ),
    f"{OUTSIDE}.514": "import logging.handlers as l; l.SysLogHandler(('{host}', 514)).handle("
    "__import__('logging').makeLogRecord({{'msg': 'leak'}}))",
}


@pytest.fixture(scope="module")
def inside() -> Iterator[Network]:
    if (reason := missing()) is not None:
        missing_part("netns", reason)
    with network() as made:
        yield made


@pytest.mark.netns
def test_what_is_planted_is_caught(inside: Network, tmp_path: Path) -> None:
    with recorded(inside, tmp_path) as capture:
        for code in LEAKS.values():
            inside.run([sys.executable, "-c", code.format(host=OUTSIDE)])
    assert capture.targets() == set(LEAKS)


@pytest.mark.netns
@pytest.mark.timeout(600)
def test_nothing_leaves_while_the_product_works(inside: Network, tmp_path: Path) -> None:
    with recorded(inside, tmp_path) as capture:
        ran = inside.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *PROVED],
            cwd=ROOT,
            env=STARTED_WITH,
        )
    assert ran.returncode == 0, ran.stdout[-2000:]
    assert " passed" in ran.stdout
    assert capture.packets == ()
