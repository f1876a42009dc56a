"""Measure the redaction of secrets: recall, false redactions, speed, and an independent scanner.

Secrets are made up from what providers publish (`secret_formats`), 20 of each family in each
carrier, on each of three ways: into the index, over the wire, into a log. Any eight characters
that are left, or a third of a long piece, count as not found. False ones are counted in ordinary
code and stored as rows, to be read. Reads 250 MB; about three minutes on 2 cores.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.kernel_tree import kernel_tree
from benchmarks.ordinary_code import c_files, python_files
from benchmarks.secret_formats import CARRIERS, FAMILIES, Family
from benchmarks.secret_scanner import scanned
from glossator_gate.redaction import Redaction, redact, sealed_body
from glossator_gate.redaction.finding import PLACEHOLDER, find
from glossator_gate.redaction.logs import RedactingFilter

# The last holds register headers of many megabytes, which are a third of the kernel's bytes.
FOLDERS = (
    "mm",
    "kernel",
    "lib",
    "crypto",
    "drivers/crypto",
    "security/keys",
    "drivers/gpu/drm/amd/include/asic_reg/nbio",
)
SEEDS = range(20)
# The independent scanner reads files, a hundred a second.
SCANNED_SEEDS = range(1)
PROMPTS = 2_000
PROMPT_CHARACTERS = 8 * 1024
HOSTILE_CHARACTERS = 1_000_000
# No name says what it is: it has to show by itself.
_NAMELESS = {"variable": "x", "header": "X-Value"}
_SUFFIXES = {"C string": ".c", "Python string": ".py", "JSON": ".json", "YAML": ".yaml"}


def rows() -> Iterator[dict[str, object]]:
    """Yield what was measured."""
    tree = kernel_tree()
    for folder in FOLDERS:
        yield _folder(tree, folder)
    for family in FAMILIES:
        yield _family(family)
    yield from _false_ones("C", c_files())
    yield from _false_ones("Python", python_files())
    yield from _prompts()
    yield from _hostile()
    yield from _scanner()


def summary(rows: Iterable[dict[str, object]]) -> dict[str, object]:
    """Return the figures of a run."""
    by_row: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_row.setdefault(str(row["row"]), []).append(row)
    folders, families = by_row["folder"], by_row["family"]
    size = sum(it["megabytes"] for it in folders)
    return {
        "kernel code, MB": round(size, 1),
        "MB/s on one core": round(size / sum(it["cpu_seconds"] for it in folders), 1),
        "slowest folder, MB/s": round(
            min(it["megabytes"] / it["cpu_seconds"] for it in folders), 1
        ),
        "false alarms": sum(it["secrets"] for it in folders),
        "files": sum(it["files"] for it in folders),
        **_recall_figures(families),
        **_false_figures(by_row["corpus"]),
        **{f"{it['what']}, p50 ms": it["p50_ms"] for it in by_row["prompts"]},
        **{f"{it['what']}, p99 ms": it["p99_ms"] for it in by_row["prompts"]},
        "hostile texts, slowest, ms a MB": max(it["ms_a_megabyte"] for it in by_row["hostile"]),
        "hostile texts, time of twice the text": max(it["twice"] for it in by_row["hostile"]),
        **{k: v for k, v in by_row["scanner"][0].items() if k not in {"row", "only_scanner"}},
    }


def _recall_figures(families: list[dict[str, Any]]) -> dict[str, object]:
    planted = sum(it["planted"] for it in families)
    missed = {way: sum(sum(it[way].values()) for it in families) for way in _WAYS}
    worst = min(families, key=lambda it: 1 - sum(it["index"].values()) / it["planted"])
    by_carrier = sum((Counter(it["index"]) for it in families), Counter())
    carrier, count = max(by_carrier.items(), key=lambda it: it[1], default=("none", 0))
    return {
        "families": len(families),
        "secrets": len(families) * len(SEEDS),
        "carriers": len(CARRIERS),
        "texts": planted,
        **{f"gone, {way}": round(1 - missed[way] / planted, 4) for way in _WAYS},
        "families above 99 %": sum(
            sum(it["index"].values()) <= 0.01 * it["planted"] for it in families
        ),
        "worst family": worst["family"],
        "worst family, gone": round(1 - sum(worst["index"].values()) / worst["planted"], 4),
        "worst carrier": carrier,
        "worst carrier, gone": round(1 - count / (len(families) * len(SEEDS)), 4),
        "families that show without a name": sum(not it["nameless"] for it in families),
    }


def _false_figures(corpora: list[dict[str, Any]]) -> dict[str, object]:
    figures: dict[str, object] = {}
    for it in corpora:
        figures[f"{it['language']}, lines"] = it["lines"]
        figures[f"{it['language']}, false redactions"] = it["redactions"]
        figures[f"{it['language']}, false ones a 1,000 lines"] = round(
            1000 * it["redactions"] / it["lines"], 4
        )
    return figures


def _folder(tree: Path, folder: str) -> dict[str, object]:
    paths = sorted((tree / folder).rglob("*.[ch]"))
    texts = [it.read_bytes().decode("utf-8", "replace") for it in paths]
    begun = time.process_time()
    secrets_found = sum(redact(it).count for it in texts)
    seconds = time.process_time() - begun
    return {
        "row": "folder",
        "folder": folder,
        "files": len(texts),
        "megabytes": sum(map(len, texts)) / 1e6,
        "cpu_seconds": seconds,
        # The kernel holds none, so that each is a false alarm.
        "secrets": secrets_found,
    }


def _into_index(text: str) -> str:
    return redact(text).text


def _over_wire(text: str) -> str:
    """Return the prompt that a request carries, redacted before and looked at once more."""
    redaction = Redaction()
    body = {"model": "m", "messages": [{"role": "user", "content": redaction.redacted(text)}]}
    sealed = sealed_body(json.dumps(body).encode(), redaction).body
    return str(json.loads(sealed)["messages"][0]["content"])


def _into_log(text: str) -> str:
    record = logging.LogRecord("log", logging.INFO, "file.py", 1, "%s", (text,), None)
    RedactingFilter().filter(record)
    return record.getMessage()


_WAYS: dict[str, Callable[[str], str]] = {
    "index": _into_index,
    "wire": _over_wire,
    "log": _into_log,
}


def _family(family: Family) -> dict[str, object]:
    missed: dict[str, Counter[str]] = {way: Counter() for way in _WAYS}
    for name, carrier in CARRIERS.items():
        for seed in SEEDS:
            carried = carrier.carry(family, seed)
            for way, redacted in _WAYS.items():
                left = carried.left_in(PLACEHOLDER.sub("", redacted(carried.text)))
                missed[way][name] += left is not None
    nameless = dataclasses.replace(family, **_NAMELESS)
    shown = [CARRIERS[it].carry(nameless, seed) for it in _SUFFIXES for seed in SEEDS]
    return {
        "row": "family",
        "family": family.name,
        "source": family.source,
        "planted": len(CARRIERS) * len(SEEDS),
        **{way: {k: v for k, v in missed[way].items() if v} for way in _WAYS},
        "nameless": sum(
            it.left_in(PLACEHOLDER.sub("", redact(it.text).text)) is not None for it in shown
        ),
    }


def _false_ones(language: str, files: Iterator[tuple[str, str]]) -> Iterator[dict[str, object]]:
    lines = count = 0
    for name, text in files:
        lines += text.count("\n")
        for it in find(text):
            count += 1
            at = it.places[0][0]
            line = text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0].strip()
            yield {
                "row": "false",
                "language": language,
                "file": name,
                "line": text.count("\n", 0, at) + 1,
                "what": it.what,
                "text": line[:160],
            }
    yield {"row": "corpus", "language": language, "lines": lines, "redactions": count}


def _prompts() -> Iterator[dict[str, object]]:
    """Yield what a prompt of 8 KB costs, with a secret in it and without."""
    plain = [text[at : at + PROMPT_CHARACTERS] for text, at in islice(_places(), PROMPTS)]
    lines = [CARRIERS["Python string"].carry(it, 0).text for it in FAMILIES]
    planted = [f"{it[:4000]}\n{lines[at % len(lines)]}\n{it[4000:]}" for at, it in enumerate(plain)]
    yield _timed("8 KB prompt", plain, lambda it: Redaction().redacted(it))
    yield _timed("8 KB prompt with a secret", planted, lambda it: Redaction().redacted(it))
    bodies = [json.dumps({"messages": [{"content": it}]}) for it in plain]
    yield _timed("8 KB body at the door", bodies, lambda it: sealed_body(it.encode()))


def _places() -> Iterator[tuple[str, int]]:
    for _, text in (*islice(c_files(), 1500), *islice(python_files(), 1500)):
        if len(text) > PROMPT_CHARACTERS:
            yield text, (len(text) - PROMPT_CHARACTERS) // 2


def _timed(what: str, texts: list[str], work: Callable[[str], object]) -> dict[str, object]:
    work(texts[0])
    times: list[float] = []
    for text in texts:
        begun = time.perf_counter()
        work(text)
        times.append((time.perf_counter() - begun) * 1000)
    cuts = quantiles(times, n=100)
    return {
        "row": "prompts",
        "what": what,
        "texts": len(texts),
        "p50_ms": round(cuts[49], 3),
        "p99_ms": round(cuts[98], 3),
    }


def hostile_texts(size: int) -> dict[str, str]:
    """Return texts of a size that are made to take long."""
    parts = (
        *("a", '"', "=", "'\"", "\\", "<", "-----BEGIN", "-----BEGIN RSA PRIVATE KEY-----"),
        *("://a:", "://", "password", 'password="', "key=", "key:", "key ", "token>", "secret,'"),
        *("sk-", "eyJ", ".eyJ", "xoxb-", "AKIA", "sig=", "Basic ", "Bearer a1", "hf_", "SG."),
        *("%3A%2F%2F", "key%3D", '"" ', '"a" "b"', 'key="a" ', "PuTTY-User-Key-File-2", "key[a]"),
        *("<secret:", "<secret:a:1>", "<redacted: ", "$2a$", "1/1", ":aa", "api_key: &a.b ", "İ"),
        *(
            'password = (\n"a"\n',
            "A" * 64 + "\n",
            "AKIAAAAAAAAAAAAAAAAA",
            "name: key\n value: a",
            'key="a" + ',
            'key "a" ',
        ),
        *("key:a,", "key=a;", "key:(", 'key:"', "password:a1B-"),
    )
    return {it: (it * (size // len(it) + 1))[:size] for it in parts}


def _hostile() -> Iterator[dict[str, object]]:
    half, whole = (hostile_texts(it) for it in (HOSTILE_CHARACTERS // 2, HOSTILE_CHARACTERS))
    for part in whole:
        times = [_seconds(it[part]) for it in (half, whole)]
        yield {
            "row": "hostile",
            "text": part[:40],
            "ms_a_megabyte": round(times[1] * 1e9 / HOSTILE_CHARACTERS, 1),
            # What takes a few milliseconds says nothing about its growth.
            "twice": round(times[1] / max(times[0], 0.02), 2),
        }


def _seconds(text: str) -> float:
    begun = time.process_time()
    Redaction().redacted(text)
    return time.process_time() - begun


def _scanner() -> Iterator[dict[str, object]]:
    """Yield what the independent scanner finds of what was planted, before and after redaction."""
    counts: Counter[str] = Counter()
    only_scanner: list[str] = []
    for family in FAMILIES:
        for name, carrier in CARRIERS.items():
            for seed in SCANNED_SEEDS:
                carried = carrier.carry(family, seed)
                suffix = _SUFFIXES.get(name, ".txt")
                redacted = PLACEHOLDER.sub("", redact(carried.text).text)
                theirs = any(carried.left_in(it) for it in scanned(carried.text, suffix))
                ours = carried.left_in(redacted) is None
                counts["texts that the scanner read"] += 1
                counts["found by both"] += theirs and ours
                counts["found by us only"] += ours and not theirs
                counts["found by the scanner only"] += theirs and not ours
                if theirs and not ours:
                    only_scanner.append(f"{family.name}, {name}")
                left = scanned(redact(carried.text).text, suffix)
                counts["secrets that the scanner finds after redaction"] += any(
                    carried.left_in(it) for it in left if not re.search("redacted", it)
                )
    yield {"row": "scanner", **counts, "only_scanner": only_scanner}
