"""Taking addresses of the web apart, putting them together and resolving relative ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

# The expression of RFC 3986, appendix B.
SHAPE = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?")
PORTS = {"http": 80, "https": 443, "ftp": 21}
SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")


@dataclass(frozen=True)
class Url:
    """The parts of an address; those that are missing are empty, or None for the port."""

    scheme: str = ""
    host: str = ""
    port: int | None = None
    path: str = ""
    query: str = ""
    fragment: str = ""

    def __str__(self) -> str:
        text = f"{self.scheme}:" if self.scheme else ""
        if self.host:
            text += f"//{self.host}"
        if self.port is not None:
            text += f":{self.port}"
        text += self.path
        if self.query:
            text += f"?{self.query}"
        if self.fragment:
            text += f"#{self.fragment}"
        return text

    def normal(self) -> Url:
        """Return the same address without what says nothing, in lower case where case does."""
        scheme = self.scheme.lower()
        port = None if self.port == PORTS.get(scheme) else self.port
        path = without_dots(self.path) or ("/" if self.host else "")
        return replace(
            self, scheme=scheme, host=self.host.lower(), port=port, path=path
        )

    def join(self, reference: str) -> Url:
        """Return where `reference`, found in the page of this address, leads."""
        other = parse(reference)
        if other.scheme:
            return other
        if other.host:
            return replace(other, scheme=self.scheme)
        if not other.path:
            query = other.query or self.query
            return replace(self, query=query, fragment=other.fragment)
        path = other.path
        if not path.startswith("/"):
            path = self.path[: self.path.rfind("/") + 1] + path
        return replace(
            self, path=without_dots(path), query=other.query, fragment=other.fragment
        )


def parse(text: str) -> Url:
    """Take an address apart; raise ValueError if its port is no number up to 65535."""
    match = SHAPE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not an address: {text!r}")
    scheme, authority, path, query, fragment = (part or "" for part in match.groups())
    host, colon, digits = authority.rpartition("@")[2].partition(":")
    if digits and (not digits.isdecimal() or int(digits) > 65535):
        raise ValueError(f"not a port: {digits!r}")
    port = int(digits) if colon and digits else None
    return Url(scheme, host, port, path, query, fragment)


def without_dots(path: str) -> str:
    """Resolve the steps "." and ".." of `path`; nothing leads above the root."""
    kept: list[str] = []
    steps = path.split("/")
    for step in steps:
        if step == "..":
            if len(kept) > 1:
                kept.pop()
        elif step != ".":
            kept.append(step)
    if steps[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def quote(text: str, safe: Iterable[str] = SAFE) -> str:
    """Write every byte that is not `safe` as a percent sign and two digits."""
    allowed = set(safe)
    return "".join(
        chr(byte) if chr(byte) in allowed else f"%{byte:02X}"
        for byte in text.encode("utf-8")
    )


def unquote(text: str) -> str:
    """Undo `quote`; a percent sign without two digits stays as it is."""
    escaped = re.compile(rb"%([0-9A-Fa-f]{2})")
    raw = escaped.sub(lambda m: bytes([int(m.group(1), 16)]), text.encode("utf-8"))
    return raw.decode("utf-8", errors="replace")


def query_values(query: str) -> dict[str, list[str]]:
    """Return the values of a query by name, in their order."""
    values: dict[str, list[str]] = {}
    for pair in query.split("&"):
        if not pair:
            continue
        name, _, value = pair.replace("+", " ").partition("=")
        values.setdefault(unquote(name), []).append(unquote(value))
    return values
