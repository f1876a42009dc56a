"""Print, as JSON, what clang's -Wdocumentation says of the texts that standard input has as JSON.

It runs in an environment of its own, with clang's arguments as its own. Texts come by the name of
their file; what is said comes by the same names. A text stands for its file, which is not read.
"""

from __future__ import annotations

import json
import sys

from clang import cindex

KEEP_GOING = 0x200  # CXTranslationUnit_KeepGoing
index = cindex.Index.create()
options = [*sys.argv[1:], "-Wdocumentation", "-Wdocumentation-pedantic", "-ferror-limit=0"]
told = {}
for path, text in json.load(sys.stdin).items():
    # A header that is missing must not end the reading.
    unit = index.parse(path, options, [(path, text)], options=KEEP_GOING)
    told[path] = [
        it.spelling
        for it in unit.diagnostics
        if it.option.startswith("-Wdocumentation")
        and it.location.file is not None
        and it.location.file.name == path
    ]
print(json.dumps(told))
