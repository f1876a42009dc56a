"""Own the Python tool: a calculation in the sandbox, with nothing of the workspace but named texts.

It must not let the code see, write or reach anything else, nor fail for what the code does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from glossator_gate.redaction import redact
from glossator_gate.redaction.unread import is_never_entered, is_never_read
from glossator_server.agent.data import shown
from glossator_server.errors import SandboxUnavailableError, UsageError
from glossator_server.sandbox import MIB, Ending, Limits, Sandbox, SandboxJob, SandboxResult
from glossator_server.verify.programs import Program, Programs, folders_of_path

# The code is one word of a command, of which Linux takes 128 KiB.
MOST_CODE_CHARACTERS = 30_000
MOST_FILES = 32
MOST_FILE_CHARACTERS = 4_000_000
# What a model is shown of the output: the beginning says what it is, the end what came of it.
MOST_SHOWN_CHARACTERS = 6_000
_SHARE_OF_BEGINNING = 0.6
MOST_ERROR_LINES = 12
LIMITS = Limits(
    seconds=10.0,
    memory_bytes=256 * MIB,
    processes=16,
    file_bytes=32 * MIB,
    scratch_bytes=64 * MIB,
    output_bytes=400_000,
)
_NO_FILES: Mapping[Path, str] = MappingProxyType({})
# The system's own first: less has to be shown for it than for one in a home.
_SYSTEM_FOLDERS = (Path("/usr/bin"), Path("/usr/local/bin"))
# Shows the value of the last expression, as a notebook does, and of a traceback the code's own
# frames. Calculations may have many digits: who prints too many is stopped by the time.
_DRIVER = """
import ast, linecache, sys, traceback
name, code = "<python>", sys.argv.pop()
sys.argv[:] = [name]
sys.set_int_max_str_digits(100_000)
linecache.cache[name] = (len(code), None, code.splitlines(True), name)
scope = {"__name__": "__main__", "__builtins__": __builtins__}
try:
    tree = ast.parse(code, name)
    is_value = bool(tree.body) and isinstance(tree.body[-1], ast.Expr)
    last = tree.body.pop() if is_value else None
    exec(compile(tree, name, "exec"), scope)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), name, "eval"), scope)
        if value is not None:
            print(repr(value))
except SystemExit:
    raise
except BaseException as trouble:
    at = trouble.__traceback__
    while at is not None and at.tb_frame.f_code.co_filename != name:
        at = at.tb_next
    traceback.print_exception(trouble.with_traceback(at), limit=-6, file=sys.__stderr__)
    sys.exit(1)
"""


@dataclass(frozen=True, slots=True)
class PythonResult:
    """What came of a calculation; whatever can be read in it is data.

    `output` and `errors` are what was printed, with nothing hidden and what was cut told. `trouble`
    is a sentence about what ended the code, empty where it came to its end.
    """

    output: str = ""
    errors: str = ""
    trouble: str = ""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """Return all of it as a model is shown it."""
        parts = [it.rstrip("\n") for it in (self.output, self.errors, self.trouble) if it.strip()]
        return "\n".join(parts) or (
            "[nothing was printed; end with an expression, or print what you want to know]"
        )


async def run_python(
    code: str,
    root: Path,
    sandbox: Sandbox,
    files: Mapping[Path, str] = _NO_FILES,
    limits: Limits = LIMITS,
) -> PythonResult:
    """Run code in a Python of this machine, with its standard library and without a network.

    The code sees nothing of the workspace `root` but `files`: texts by absolute path, which the
    caller has found to be readable. It finds them, without their secrets, by their paths relative
    to the root, read-only. Raises `SandboxUnavailableError` where nothing can be run, `UsageError`
    for files that cannot be meant.
    """
    placed = _placed(files, root)
    if (refusal := _refusal(code)) is not None:
        return PythonResult(trouble=refusal)
    state = await sandbox.check()
    if not state.is_usable:
        raise SandboxUnavailableError(state.trouble or "Nothing is run without a sandbox.")
    with tempfile.TemporaryDirectory(prefix="glossator-python-") as folder:
        result = await sandbox.run(_job(_python(root), code, Path(folder), placed, limits))
    return _told(result, limits)


def _job(
    python: Program, code: str, folder: Path, texts: Mapping[Path, str], limits: Limits
) -> SandboxJob:
    return SandboxJob(
        # Nothing but the standard library: what a user has installed is not this run's business.
        (*python.words, "-I", "-S", "-B", "-c", _DRIVER, code),
        folder,
        folder,
        {folder / path: text for path, text in texts.items()},
        readable=python.readable,
        limits=limits,
    )


def _placed(files: Mapping[Path, str], root: Path) -> dict[Path, str]:
    """Return the texts, without their secrets, by relative path."""
    if len(files) > MOST_FILES:
        raise UsageError(f"{len(files)} files are too many for Python; name at most {MOST_FILES}.")
    if sum(map(len, files.values())) > MOST_FILE_CHARACTERS:
        raise UsageError(
            f"The files have more than {MOST_FILE_CHARACTERS:,} characters; name smaller ones."
        )
    placed: dict[Path, str] = {}
    for path, text in files.items():
        inner = path.relative_to(root) if path.is_relative_to(root) else Path("..")
        if ".." in inner.parts or inner == Path():
            raise UsageError(f"{path} is not inside the workspace; name a file of it.")
        if any(is_never_read(it) or is_never_entered(it) for it in inner.parts):
            raise UsageError(f"{path} may hold secrets and is never read; leave it out.")
        # Encoded by the code, a secret would not be known again in what it prints.
        placed[inner] = redact(text).text
    return placed


def _refusal(code: str) -> str | None:
    """Return why code cannot be run at all, None where it can be."""
    if len(code) > MOST_CODE_CHARACTERS:
        return f"The code has more than {MOST_CODE_CHARACTERS:,} characters; shorten it."
    if "\0" in code or any("\ud800" <= it <= "\udfff" for it in code):
        return "The code holds characters that no source may hold; take them out."
    return None


def _python(root: Path) -> Program:
    programs = Programs(root, (*_SYSTEM_FOLDERS, *folders_of_path()))
    if (python := programs.find("python3", "python")) is None:
        raise SandboxUnavailableError("There is no python3 outside the workspace; install python3.")
    return python


def _told(result: SandboxResult, limits: Limits) -> PythonResult:
    return PythonResult(
        _middle_left_out(shown(result.output)),
        _last_lines(shown(result.errors)),
        _ended(result, limits),
        result.seconds,
    )


def _middle_left_out(text: str) -> str:
    """Return beginning and end of a long text, with how much is left out between them."""
    left = len(text) - MOST_SHOWN_CHARACTERS
    if left <= 0:
        return text
    first = int(MOST_SHOWN_CHARACTERS * _SHARE_OF_BEGINNING)
    end = text[len(text) - (MOST_SHOWN_CHARACTERS - first) :]
    return f"{text[:first]}\n[{left:,} characters are left out here; print less]\n{end}"


def _last_lines(text: str) -> str:
    """Return the end of a text, where an exception says what it is, and what is left out."""
    lines = text.splitlines()
    kept = "\n".join(lines[-MOST_ERROR_LINES:])
    left = len(lines) - MOST_ERROR_LINES
    if len(kept) > MOST_SHOWN_CHARACTERS // 2:
        cut = len(kept) - MOST_SHOWN_CHARACTERS // 2
        kept = f"[{cut:,} characters are left out here]\n{kept[cut:]}"
    return f"[{left:,} lines are left out here]\n{kept}" if left > 0 else kept


def _ended(result: SandboxResult, limits: Limits) -> str:
    """Return what ended the code before its end, as a sentence, empty where nothing did."""
    match result.ending:
        case Ending.TIMED_OUT:
            return f"[It did not end within {limits.seconds:.0f} s and was stopped.]"
        case Ending.TOO_MUCH_OUTPUT:
            return (
                f"[It printed more than {limits.output_bytes:,} bytes and was stopped; what came "
                "after them is not known.]"
            )
        case Ending.TOO_MUCH_MEMORY:
            return f"[It took more than {limits.memory_bytes // MIB} MiB and was stopped.]"
        case Ending.EXITED:
            # An exception says more than its status.
            is_told = not result.status or (result.status == 1 and result.errors.strip())
            return "" if is_told else f"[It ended with status {result.status}.]"
