"""Own how Doxygen is asked what is wrong with the comments of some files.

It must not judge the answers. Version 1.9.4 is what Debian 12 has (`apt-get install doxygen`).
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_SETTINGS = """\
INPUT = {folder}/in
OUTPUT_DIRECTORY = {folder}/out
RECURSIVE = YES
FILE_PATTERNS = *
EXTENSION_MAPPING = no_extension=C++ hpp=C++ inl=C++
GENERATE_HTML = NO
GENERATE_LATEX = NO
GENERATE_XML = YES
XML_PROGRAMLISTING = NO
QUIET = YES
WARNINGS = YES
WARN_IF_UNDOCUMENTED = NO
WARN_IF_DOC_ERROR = YES
WARN_IF_INCOMPLETE_DOC = YES
EXTRACT_ALL = YES
EXTRACT_PRIVATE = YES
EXTRACT_STATIC = YES
EXTRACT_ANON_NSPACES = YES
ENABLE_PREPROCESSING = YES
MACRO_EXPANSION = YES
EXPAND_ONLY_PREDEF = YES
PREDEFINED = {macros}
SKIP_FUNCTION_MACROS = NO
NUM_PROC_THREADS = 1
"""
# As the settings of these libraries have them, which Doxygen cannot know by itself.
_MACROS = (
    *("GIT_EXTERN(x)=x", "GIT_CALLBACK(x)=(*x)", "GIT_INLINE(x)=x", "MBEDTLS_PRIVATE(x)=x"),
    *("MBEDTLS_CHECK_RETURN_CRITICAL=", "MBEDTLS_CHECK_RETURN_TYPICAL=", "XMLPUBFUN="),
    *("MBEDTLS_CHECK_RETURN_OPTIONAL=", "MBEDTLS_DEPRECATED=", "XMLCALL=", "attribute_deprecated="),
    *("LZMA_API(x)=x", "lzma_nothrow=", "YAML_DECLARE(x)=x", "Z3_API=", "EIGEN_DEVICE_FUNC="),
    *(
        "EIGEN_STRONG_INLINE=inline",
        "CV_EXPORTS_W=",
        "CV_EXPORTS=",
        "CV_WRAP=",
        "Z3_BEGIN=",
        "U_EXPORT=",
    ),
    *(
        "av_const=",
        "av_pure=",
        "av_cold=",
        "lzma_attr_pure=",
        "lzma_attr_const=",
        "av_always_inline=inline",
    ),
)
_COMPLAINT = re.compile(r"^(?P<file>/[^:\n]+):(?P<line>\d+): (?:warning|error): ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What Doxygen says of a line, counted from 1, of a file."""

    path: str
    line: int
    message: str


def complaints(files: Mapping[str, str]) -> list[Complaint]:
    """Return what Doxygen says of texts by name; every one is read by itself."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in files.items():
            place = folder / "in" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        settings = folder / "Doxyfile"
        settings.write_text(_SETTINGS.format(folder=folder, macros=" ".join(_MACROS)), "utf-8")
        ran = subprocess.run(
            ["doxygen", str(settings)], capture_output=True, check=False, timeout=600, cwd=folder
        )
        said = ran.stderr.decode("utf-8", "replace")
        found = list(_COMPLAINT.finditer(said))
        ends = [*(it.start() for it in found[1:]), len(said)][: len(found)]
        inside = f"{folder}/in/"
        return [
            Complaint(
                it["file"].removeprefix(inside), int(it["line"]), said[it.end() : end].strip()
            )
            for it, end in zip(found, ends, strict=True)
        ]
