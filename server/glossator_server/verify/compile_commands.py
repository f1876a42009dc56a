"""Own how a file of C or C++ is compiled here: by the project's compile database, or by a guess.

A database is a file of the repository: it says which folders and macros count, and never what is
run. What is not on the list of harmless flags is left out. Formats: clang's JSON Compilation
Database and compile_flags.txt.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

DATABASES = ("compile_commands.json", "build/compile_commands.json", "out/compile_commands.json")
FLAGS_FILE = "compile_flags.txt"
# The kernel's is 60 MB; what is larger is no database.
MOST_BYTES = 200_000_000
MOST_FLAGS = 2_000
MOST_FOLDERS = 12
HEADERS = frozenset({".h", ".hh", ".hpp", ".hxx", ".inc"})
UNITS = frozenset({".c", ".cc", ".cpp", ".cxx", ".c++"})
# With a value of their own, joined or as the next word.
_WITH_VALUE = ("-isystem", "-iquote", "-idirafter", "-include", "-imacros", "-I", "-D", "-U", "-x")
_HARMLESS = re.compile(
    r"-std=[\w+:.]+|-W(?!l,|a,|p,|error)[\w=+.-]+|-w|-O[0-3sgz]?|-pthread|-ansi|-pedantic"
    r"|-g(?:[0-3]|gdb[0-3]?|dwarf(?:-[2-5])?|split-dwarf|line-tables-only)?"
    r"|-nostdinc|-nostdinc\+\+|-undef|-trigraphs"
    r"|-m(?:32|64|x32|arch=[\w.+-]+|tune=[\w.+-]+|cpu=[\w.+-]+|fpu=[\w.+-]+|abi=[\w.+-]+|thumb|arm"
    r"|cmodel=\w+|sse[\d.]*|avx[\w]*|no-[\w-]+|soft-float|general-regs-only|code-model=\w+)"
    r"|-f(?:no-)?(?:strict-aliasing|common|builtin|short-enums|short-wchar|signed-char|unsigned-char"
    r"|exceptions|rtti|PIC|pic|PIE|pie|wrapv|strict-overflow|stack-protector[\w-]*|omit-frame-pointer"
    r"|freestanding|hosted|gnu89-inline|ms-extensions|visibility=\w+|visibility-inlines-hidden"
    r"|function-sections|data-sections|permissive|char8_t|coroutines|openmp|delete-null-pointer-checks"
    r"|asynchronous-unwind-tables|jump-tables|unsigned-bitfields|signed-bitfields|pack-struct=\d+)"
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"](?P<name>[^">\n]+)[">]', re.MULTILINE)
_CACHES = frozenset({"ccache", "sccache", "distcc", "icecc"})
# A compiler that is named after the machine that it compiles for.
_CROSS = re.compile(
    r"(?P<machine>arm(?:eb)?|aarch64(?:_be)?|riscv(?:32|64)|mips\w*|powerpc\w*|xtensa|avr|msp430"
    r"|sparc(?:64)?|m68k|sh\d?\w*|arc\w*|or1k|s390x|loongarch64|i[3-6]86|x86_64|nios2|microblaze"
    r"|hppa|alpha|csky|rx|v850|tricore|hexagon)"
    r"(?:-[a-z0-9_.]+){0,3}-(?:gcc|g\+\+|clang|clang\+\+)(?:-\d+)?"
)
_C_LIKE = re.compile(r"c(?:\+\+)?(?:-header)?")


@dataclass(frozen=True, slots=True)
class Unit:
    """How one translation unit is compiled; `notice` says where the flags come from.

    `family` is the compiler that its project names, `clang` or `gcc`, empty where none is named;
    `cross` is the name of one for another machine, such as `arm-none-eabi-gcc`.
    """

    path: Path
    folder: Path
    flags: tuple[str, ...]
    family: str
    notice: str
    cross: str = ""


def unit_for(path: Path, text: str, root: Path, gone: frozenset[Path] = frozenset()) -> Unit:
    """Return how a file is compiled; a header through the smallest unit that includes it.

    `gone` are files of the disk that are none in the state that is checked.
    """
    database = _database(path, root)
    if path.suffix.lower() in HEADERS:
        through = _unit_that_includes(path, root, database, gone)
        if through is not None:
            unit = _unit(through, _text(through), root, database)
            name = through.relative_to(root).as_posix()
            return replace(unit, notice=f"through {name}; {unit.notice}")
        unit = _unit(path, text, root, database)
        notice = f"no unit includes it: compiled alone; {unit.notice}"
        language = "c" if path.suffix.lower() in {".h", ".inc"} else "c++"
        return replace(unit, flags=("-x", language, *unit.flags), notice=notice)
    return _unit(path, text, root, database)


def harmless_flags(words: Sequence[str], folder: Path, root: Path) -> tuple[str, ...]:
    """Return those of a command's words that only say how code is read, in their order.

    Folders are absolute and lie in the workspace or the system; others are nobody's business.
    """
    return tuple(_harmless(words[:MOST_FLAGS], folder, root))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One unit of a database; `said` is its command, as words or as a shell would read it."""

    file: Path
    folder: Path
    said: tuple[str, ...] | str

    @property
    def words(self) -> tuple[str, ...]:
        """Return the command's words, none where no shell could read it."""
        if isinstance(self.said, tuple):
            return self.said
        try:
            return tuple(shlex.split(self.said))
        except ValueError:
            return ()


@dataclass(frozen=True, slots=True)
class _Database:
    """What a project says of its units; `name` is that of the file which says it."""

    entries: dict[Path, _Entry]
    flags: tuple[str, ...]
    folder: Path
    name: str
    trouble: str = ""


def _unit(path: Path, text: str, root: Path, database: _Database | None) -> Unit:
    if database is not None:
        entry = database.entries.get(path)
        if entry is not None and not entry.words:
            trouble = f"{database.name} has no command for it that can be read"
            database = replace(database, trouble=trouble)
        elif entry is not None:
            flags = harmless_flags(entry.words[1:], entry.folder, root)
            name = _compiler(entry.words)
            family, cross = _family(name), name if _is_cross(name) else ""
            return Unit(path, entry.folder, flags, family, f"flags of {database.name}", cross)
        if database.flags:
            flags = harmless_flags(database.flags, database.folder, root)
            return Unit(path, database.folder, flags, "", f"flags of {database.name}")
    trouble = "no compile_commands.json"
    if database is not None:
        trouble = database.trouble or f"{database.name} does not name it"
    flags = _guessed(path, text, root)
    return Unit(path, path.parent, flags, "", f"{trouble}: flags are guessed")


def _database(path: Path, root: Path) -> _Database | None:
    for folder in (it for it in path.parents if it.is_relative_to(root)):
        for name in DATABASES:
            if (file := folder / name).is_file():
                return _read_database(file, root, file.relative_to(root).as_posix())
        if (file := folder / FLAGS_FILE).is_file():
            words = _text(file).split("\n")
            flags = tuple(it.strip() for it in words if it.strip())
            return _Database({}, flags, folder, file.relative_to(root).as_posix())
    return None


def _read_database(file: Path, root: Path, name: str) -> _Database:
    try:
        status = file.stat()
    except OSError:
        return _Database({}, (), file.parent, name, f"{name} cannot be read")
    if status.st_size > MOST_BYTES:
        return _Database({}, (), file.parent, name, f"{name} is too large and is not read")
    return _read_once(file, root, name, (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=4)
def _read_once(
    file: Path,
    root: Path,
    name: str,
    stamp: tuple[int, int],  # noqa: ARG001 -- another one is another file
) -> _Database:
    try:
        data = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return _Database({}, (), file.parent, name, f"{name} cannot be read")
    entries = (_entry(it, file.parent, root) for it in data) if isinstance(data, list) else ()
    known = {it.file: it for it in entries if it is not None}
    trouble = "" if known else f"{name} names no file of the workspace"
    return _Database(known, (), file.parent, name, trouble)


def _entry(item: object, around: Path, root: Path) -> _Entry | None:
    if not isinstance(item, dict) or not isinstance(item.get("file"), str):
        return None
    folder = Path(str(item.get("directory") or around))
    folder = folder if folder.is_absolute() else around / folder
    words = item.get("arguments")
    # Of thousands of commands one is read: a shell's way of reading takes long.
    listed = tuple(map(str, words)) if isinstance(words, list) else None
    said = str(item.get("command") or "") if listed is None else listed
    try:
        file = (folder / item["file"]).resolve()
        folder = folder.resolve()
    except (OSError, RuntimeError, ValueError):
        return None
    if not file.is_relative_to(root):
        return None
    # A build folder that is gone has nothing to be relative to.
    is_here = folder.is_relative_to(root) and _is_folder(folder)
    return _Entry(file, folder if is_here else file.parent, said)


def _harmless(words: Sequence[str], folder: Path, root: Path) -> Iterator[str]:
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        name = next((it for it in _WITH_VALUE if word.startswith(it)), None)
        if name is None:
            if _HARMLESS.fullmatch(word):
                yield word
            continue
        value = word[len(name) :]
        if not value:
            value = words[at] if at < len(words) else ""
            at += 1
        yield from _valued(name, value, folder, root)


def _valued(name: str, value: str, folder: Path, root: Path) -> Iterator[str]:
    if not value or "\0" in value:
        return
    if name == "-x":
        if _C_LIKE.fullmatch(value):
            yield from (name, value)
        return
    if name in ("-D", "-U"):
        yield name + value
        return
    path = _inside(value, folder, root)
    if path is not None:
        yield from (name, str(path))


def _inside(value: str, folder: Path, root: Path) -> Path | None:
    try:
        path = (folder / value).resolve()
        is_seen = path.is_relative_to(root) or path.is_relative_to("/usr")
        return path if is_seen and path.exists() else None
    except (OSError, RuntimeError, ValueError):
        return None


def _guessed(path: Path, text: str, root: Path) -> tuple[str, ...]:
    """Return flags for a file that no database knows: where its headers are, as it names them."""
    folders = [path.parent, root / "include", root, root / "src"]
    known = [it for it in folders if it.is_dir()]
    missing = [
        it
        for it in dict.fromkeys(match["name"] for match in _INCLUDE.finditer(text))
        if not any(_is_file(folder / it) for folder in known)
    ]
    known += _folders_with(root, missing)[: MOST_FOLDERS - len(known)]
    flags = (word for it in dict.fromkeys(known) for word in ("-I", str(it)))
    return (*_makefile_flags(path, root), *flags)


def _folders_with(root: Path, names: Sequence[str]) -> list[Path]:
    """Return the folders below which headers of some names are, where there is just one of each."""
    wanted = {it.rpartition("/")[2] for it in names if ".." not in it.split("/")}
    files = [it for it in _files(root) if it.name in wanted] if wanted else []
    found = []
    for name in names:
        places = [it.as_posix() for it in files if it.as_posix().endswith(f"/{name}")]
        if len(places) == 1:
            found.append(Path(places[0][: -len(name) - 1]))
    return found


_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
_MAKE_FLAGS = re.compile(
    r"(?<![\w-])-(?:std=[\w+]+|D\s?\w+(?:=\w+)?|W(?:all|extra|[\w-]+))(?![\w/,])"
)


def _makefile_flags(path: Path, root: Path) -> Iterator[str]:
    """Yield the standard, macros and warnings that a Makefile names in plain words."""
    for folder in (it for it in path.parents if it.is_relative_to(root)):
        for name in _MAKEFILES:
            if (file := folder / name).is_file():
                found = dict.fromkeys(_MAKE_FLAGS.findall(_text(file)))
                yield from harmless_flags([it.replace(" ", "") for it in found], folder, root)
                return


def _unit_that_includes(
    header: Path, root: Path, database: _Database | None, gone: frozenset[Path]
) -> Path | None:
    """Return the smallest unit that includes a header, itself or through another header."""
    units = list(database.entries) if database is not None and database.entries else []
    near = [it for it in units if _is_file(it)] or _sources(root, header)
    near = [it for it in near if it not in gone]
    including = _including(header, near)
    if including:
        return min(including, key=lambda it: (it.stat().st_size, it))
    headers = [it for it in _sources(root, header, HEADERS) if it != header and it not in gone]
    for other in _including(header, headers):
        if found := _including(other, near):
            return min(found, key=lambda it: (it.stat().st_size, it))
    return None


MOST_LOOKED_AT = 3_000
MOST_LISTED = 30_000
# Where no header of the project's own lies.
_NOT_ENTERED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv"})


def _sources(root: Path, near: Path, suffixes: frozenset[str] = UNITS) -> list[Path]:
    """Return the units of the workspace, those beside a file first."""
    folder = near.parent.iterdir() if near.parent.is_dir() else ()
    beside = sorted(it for it in folder if it.suffix.lower() in suffixes)
    found = dict.fromkeys(beside)
    for it in _files(root):
        if len(found) > MOST_LOOKED_AT:
            break
        if it.suffix.lower() in suffixes:
            found[it] = None
    return list(found)


def _files(root: Path) -> Iterator[Path]:
    """Yield the files of a workspace, as many as anybody has the time to look at."""
    seen = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(it for it in folders if it not in _NOT_ENTERED)
        seen += len(names) + 1
        if seen > MOST_LISTED:
            return
        yield from (Path(folder, it) for it in sorted(names))


def _including(header: Path, files: Sequence[Path]) -> list[Path]:
    name = header.name
    found = []
    for file in files[:MOST_LOOKED_AT]:
        names = (it["name"] for it in _INCLUDE.finditer(_text(file)))
        if any(
            it.rpartition("/")[2] == name and header.as_posix().endswith(it.lstrip("./"))
            for it in names
        ):
            found.append(file)
    return found


def _compiler(words: Sequence[str]) -> str:
    """Return the name of the compiler of a command, which a cache may be in front of."""
    names = [it.rpartition("/")[2] for it in words[:2]]
    return names[-1] if names[0] in _CACHES else names[0]


def _is_cross(name: str) -> bool:
    """Tell whether a compiler is named after a machine, and another one than this."""
    match = _CROSS.fullmatch(name)
    return match is not None and match["machine"] != platform.machine()


def _family(name: str) -> str:
    return "clang" if "clang" in name else "gcc"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _is_file(path: Path) -> bool:
    # A name may be longer than any that a file can have.
    try:
        return path.is_file()
    except OSError:
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False
