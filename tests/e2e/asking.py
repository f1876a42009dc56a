"""Own what tests of questions share: a piece of code, a question, an answer by script."""

from __future__ import annotations

NET = """#include "net.h"

/* Open a connection to a host; returns a handle, or -1. */
int net_connect(const char *host, int port)
{
\tint handle = socket_open(host, port);

\tif (handle < 0)
\t\tlog_failure(host);
\treturn handle;
}
"""
QUESTION = "How does net_connect open a connection to a host?"
# Of its three statements nothing bears out the second.
SAID = "It calls `socket_open` [1:6].\n\n- It sells ice cream.\n- It logs [1:8-9].\n"
