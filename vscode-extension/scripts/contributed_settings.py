"""Own the settings in the extension's manifest: the server's declaration, as the editor shows it.

`python vscode-extension/scripts/contributed_settings.py` writes them into `package.json`; a test
compares. It must not declare a setting of the server's.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from glossator_server.settings import Settings, preference_schema

MANIFEST = Path(__file__).parent.parent / "package.json"
SECTION = "glossator"
# Where each setting stands, in the order in which people look for them.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "In the Editor": ("hover.links", "codeLens", "review"),
    "Doc Comments": ("document",),
    "Fixes": ("fix",),
    "Edits": ("edit",),
    "Index and Search": ("index",),
    "Models": ("preferredModels", "sampling", "prompts"),
    "C": ("c",),
    "Server": ("path", "package", "python", "trace.server"),
}
# One setting as a whole: ten roles with five keys each would bury the rest.
WHOLE = frozenset({"sampling", "prompts"})
# In the editor, what is not set is null; the words of the server's default are these.
LEARNED = "As in the code around."
PROGRAM = "Only your own settings count here, never those of a folder."
OWN: Mapping[str, dict[str, Any]] = {
    "hover.links": {
        "type": "boolean",
        "default": True,
        "scope": "window",
        "markdownDescription": "Whether a hover shows what can be done there as links.",
    },
    "path": {
        "type": "string",
        "default": "",
        "scope": "machine",
        "markdownDescription": "The `glossator` program to run. Empty: `GLOSSATOR_SERVER` of the "
        f"environment, else an installation of the extension's own. {PROGRAM}",
    },
    "package": {
        "type": "string",
        "default": "",
        "scope": "machine",
        "markdownDescription": "What the extension installs where no program is named: a package "
        "such as `glossator[embedded,quality]`, or the path of a wheel. Empty: the version that "
        f"fits the extension. {PROGRAM}",
    },
    "python": {
        "type": "string",
        "default": "",
        "scope": "machine",
        "markdownDescription": "The Python, 3.11 or newer, that it is installed with. Empty: the "
        f"first one on the path. {PROGRAM}",
    },
    "trace.server": {
        "type": "string",
        "enum": ["off", "messages", "verbose"],
        "enumDescriptions": ["Nothing.", "The names of messages.", "Messages with all they hold."],
        "default": "off",
        "scope": "window",
        "markdownDescription": "What of the talk with the server is written to the log, where the "
        "level of the log is `Trace`.",
    },
}


def contributed() -> list[dict[str, Any]]:
    """Return what `contributes.configuration` of the manifest has to be."""
    declared = _declared(preference_schema(), _defaults())
    known = {**OWN, **{_in_editors_spelling(name): it for name, it in declared}}
    placed: set[str] = set()
    groups: list[dict[str, Any]] = []
    for title, names in GROUPS.items():
        inside = [it for name in names for it in known if it == name or it.startswith(f"{name}.")]
        placed.update(inside)
        properties = {
            f"{SECTION}.{it}": {**known[it], "order": order} for order, it in enumerate(inside)
        }
        groups.append({"title": title, "properties": properties})
    if missing := known.keys() - placed:
        raise SystemExit(f"say in GROUPS where these stand: {', '.join(sorted(missing))}")
    # As a file has it: lists, no tuples.
    read: list[dict[str, Any]] = json.loads(json.dumps(groups))
    return read


def _in_editors_spelling(name: str) -> str:
    """Return `document.maxLines` for the server's `document.max_lines`.

    The editor makes the words of its settings page of it.
    """
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def _defaults() -> dict[str, Any]:
    settings = asdict(Settings())
    return {**settings, "c": {"annotations": settings["annotations"]}}


def _declared(
    schema: Mapping[str, Any], defaults: Mapping[str, Any], above: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, one in schema.items():
        full, default = f"{above}{name}", defaults[name]
        if "properties" in one and full not in WHOLE:
            yield from _declared(one["properties"], default, f"{full}.")
        else:
            yield full, _as_setting(one, default)


def _as_setting(schema: Mapping[str, Any], default: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    """Return one setting; what is learned where nobody sets it is null in the editor."""
    setting = {key: value for key, value in schema.items() if key != "description"}
    setting["markdownDescription"] = schema["description"]
    setting["scope"] = "window"
    # An empty list of pairs is a table, and a word that is none of the words is no choice.
    if setting["type"] == "object":
        default = dict(default)
    if default is None or ("enum" in setting and default not in setting["enum"]):
        return {**_nullable(setting), "default": None}
    return {**setting, "default": default}


def _nullable(setting: dict[str, Any]) -> dict[str, Any]:
    kind = setting["type"]
    words = [True, False] if kind == "boolean" else setting.get("enum")
    setting["type"] = [kind, "null"]
    if words is None:
        return setting
    says = setting.get("enumDescriptions", [""] * len(words))
    labels = [_label(it) for it in words]
    return {
        **setting,
        "enum": [None, *words],
        "enumItemLabels": ["auto", *labels],
        "enumDescriptions": [LEARNED, *says],
    }


def _label(word: object) -> str:
    return {True: "yes", False: "no"}[word] if isinstance(word, bool) else str(word)


def main() -> int:
    """Write the settings into the manifest."""
    manifest = json.loads(MANIFEST.read_text("utf-8"))
    manifest["contributes"]["configuration"] = contributed()
    MANIFEST.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
