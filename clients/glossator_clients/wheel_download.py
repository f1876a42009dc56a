"""Own the process in which the user's own pip downloads a wheel and goes on where it broke off.

It must not be imported by anything: it rides on parts of pip that pip does not promise, so that the
index, the keys and the certificates are those that the user has set up. Where pip has changed, it
says so by its exit status and somebody else runs plain `pip download`, which cannot go on.

It is started with a requirement `NAME==VERSION`, the wheel's SHA-256 and the path of the file. Each
line on standard output is `DONE TOTAL`, in bytes; standard error says what went wrong.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import IO, Any

if sys.platform != "win32":
    import fcntl

_DONE, _FAILED, _UNKNOWN_PIP, _BUSY = 0, 1, 3, 4
_OK, _PARTIAL_CONTENT, _RANGE_NOT_SATISFIABLE = 200, 206, 416
_BLOCK = 256 * 1024
# A line each so many bytes is a few a second at most, and enough to see it move.
_STEP = 1024 * 1024


class _UnknownPipError(Exception):
    """This pip has none of the parts that are needed, or they work otherwise."""


def main(requirement: str, sha256: str, path: Path) -> int:
    """Download until the file is whole; return the exit status."""
    with path.open("ab") as file:
        if not _try_lock(file):
            return _BUSY
        try:
            command, options = _pip_command(requirement)
            with command.main_context():
                session = command.get_default_session(options)
                url = _wheel_url(command, options, session, requirement, sha256)
                return _download(session, url, file)
        except _UnknownPipError as error:
            print(f"pip: {error!r}", file=sys.stderr)
            return _UNKNOWN_PIP
        except OSError as error:
            what = "No space left" if error.errno in {errno.ENOSPC, errno.EDQUOT} else str(error)
            print(f"ERROR: {what}", file=sys.stderr)
            return _FAILED
        finally:
            if not os.fstat(file.fileno()).st_size:
                path.unlink(missing_ok=True)


def _pip_command(requirement: str) -> tuple[Any, Any]:
    """Return pip's `download` with the user's own settings read."""
    try:
        import pip  # noqa: F401 -- told apart from a pip without these parts
    except ImportError as error:
        raise OSError("No module named pip") from error
    try:
        from pip._internal.commands import create_command

        command: Any = create_command("download")
        options, _ = command.parse_args(
            ["--no-deps", "--no-input", "--only-binary", ":all:", requirement]
        )
    except (ImportError, AttributeError, TypeError, SystemExit) as error:
        raise _UnknownPipError(str(error)) from error
    return command, options


def _wheel_url(command: Any, options: Any, session: Any, requirement: str, sha256: str) -> str:  # noqa: ANN401
    """Return where the index has the wheel; the hash picks one of several."""
    name, _, version = requirement.partition("==")
    try:
        finder = command._build_package_finder(options=options, session=session)  # noqa: SLF001
        links = [
            it.link
            for it in finder.find_all_candidates(name)
            if str(it.version) == version and it.link.is_wheel
        ]
        # An index need not tell hashes; the file is checked in the end.
        links.sort(key=lambda link: link.hash != sha256)
        if links:
            return str(links[0].url_without_fragment)
    except (AttributeError, TypeError) as error:
        raise _UnknownPipError(str(error)) from error
    raise OSError(f"No matching distribution found for {requirement}")


def _download(session: Any, url: str, file: IO[bytes]) -> int:  # noqa: ANN401
    """Write what is missing to the file's end, or all of it where the server cannot go on."""
    there = os.fstat(file.fileno()).st_size
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={there}-"} if there else {})
    # What pip keeps of whole answers in its own cache is no use to a part.
    headers["Cache-Control"] = "no-store"
    with session.get(url, headers=headers, stream=True) as answer:
        if answer.status_code == _RANGE_NOT_SATISFIABLE:
            # The last part came before the process could end well.
            return _DONE
        begins = f"bytes {there}-"
        if answer.status_code == _PARTIAL_CONTENT:
            if not answer.headers.get("Content-Range", "").startswith(begins):
                raise OSError("the server answered with another part than was asked for")
        elif answer.status_code == _OK:
            file.truncate(0)
            there = 0
        else:
            raise OSError(f"the server answered with status {answer.status_code}")
        length = answer.headers.get("Content-Length", "")
        total = there + int(length) if str(length).isdigit() else 0
        there = _write(answer, file, there, total)
    if total and there < total:
        raise OSError("the connection broke off")
    return _DONE


def _write(answer: Any, file: IO[bytes], there: int, total: int) -> int:  # noqa: ANN401
    told = there - _STEP
    for block in answer.iter_content(_BLOCK):
        file.write(block)
        there += len(block)
        if there - told >= _STEP:
            told = there
            _tell(there, total)
    file.flush()
    os.fsync(file.fileno())
    _tell(there, total)
    return there


def _tell(there: int, total: int) -> None:
    print(there, total, flush=True)


def _try_lock(file: IO[bytes]) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
