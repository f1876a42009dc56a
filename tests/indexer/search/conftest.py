"""Own the small repository that most tests of the search ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_indexer.records import Trust
from tests.indexer.search.repository import Repository, repository

FILES = {
    "mm/page_alloc.c": """\
#include "zone.h"

struct zone { int lock; };

/**
 * free_one_page - Free pages back to the buddy allocator
 * @zone: whose pages
 */
static void free_one_page(struct zone *zone, int order)
{
\tspin_lock(&zone->lock);
\tmerge_buddies(zone, order);
}

void free_pages(struct zone *zone, int order)
{
\tfree_one_page(zone, order);
}
""",
    "mm/buddy.c": """\
/* Join two halves of a block of memory. */
int merge_buddies(struct zone *zone, int order)
{
\tint size = 1 << order;

\treturn size;
}
""",
    "mm/zone.h": """\
int merge_buddies(struct zone *zone, int order);
void free_pages(struct zone *zone, int order);
""",
    "net/socket.c": """\
/** sock_alloc - make a socket */
int sock_alloc(int family)
{
\treturn kmalloc_init(family);
}

int sock_release(int fd)
{
\treturn close_it(fd);
}
""",
    "tests/page_test.c": """\
int merge_buddies(struct zone *zone, int order)
{
\treturn 0;
}

int test_free_pages_back_to_the_buddy_allocator(void)
{
\tfree_pages(0, 1);
\treturn 0;
}
""",
    "tools/report.py": """\
class PageReport:
    def render(self):
        return join_lines(self.lines)

def render(page):
    return page
""",
}


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """Return a repository with C, Python, a header and tests."""
    return repository(tmp_path, FILES, {"tests": Trust.TEST})
