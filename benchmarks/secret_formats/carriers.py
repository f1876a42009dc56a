"""Own the texts in which secrets stand: source files, configuration, logs, requests.

Each carrier writes a value under its usual name as such a file writes it, with that file's escapes.
It must not know how Glossator finds secrets.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

from benchmarks.secret_formats.drawing import Family

# So much of a piece may stay, as the `AKIA` of a key tells nothing; else it is found.
_FEWEST_LEFT = 8


@dataclass(frozen=True, slots=True)
class Carried:
    """A text with a secret in it, and the secret in pieces as they stand in the text."""

    text: str
    pieces: tuple[str, ...]

    def left_in(self, redacted: str) -> str | None:
        """Return what is left of the secret: eight characters of it, or a third of a long piece."""
        for piece in self.pieces:
            size = min(len(piece), max(_FEWEST_LEFT, len(piece) // 3))
            # Shorter ones are no secrets any more: the last `==` of a key.
            for at in range(len(piece) - size + 1) if size >= 4 else ():
                if piece[at : at + size] in redacted:
                    return piece[at : at + size]
        return None


@dataclass(frozen=True, slots=True)
class _Line:
    """What a carrier is given: the name, the value, the header's name, and choices to make."""

    name: str
    value: str
    header: str
    choice: random.Random

    @property
    def lines(self) -> list[str]:
        return self.value.split("\n")

    @property
    def is_long(self) -> bool:
        return "\n" in self.value


@dataclass(frozen=True, slots=True)
class Carrier:
    """A kind of text, how it writes a value, and how characters of one look in it."""

    write: Callable[[_Line], str]
    encode: Callable[[str], str] = str
    halves: bool = False

    def carry(self, family: Family, seed: int) -> Carried:
        """Return the family's secret of a seed in such a text."""
        made = family.made(seed)
        choice = random.Random(f"{family.name} {seed} {self.write.__name__}")
        encoded = self.encode(made.value)
        line = _Line(family.variable, encoded, family.header, choice)
        pieces = [self.encode(it) for it in made.secret.split("\n")]
        if not self.halves or line.is_long:
            return Carried(self.write(line), tuple(pieces))
        at = encoded.index(pieces[0])
        cut = at + choice.randint(len(pieces[0]) // 3, len(pieces[0]) * 2 // 3)
        # No escape is cut in two.
        while encoded[cut - 1] == "\\":
            cut -= 1
        halves = _Line(family.variable, f"{encoded[:cut]}\n{encoded[cut:]}", "", choice)
        whole = (encoded[at:cut], encoded[cut : at + len(pieces[0])])
        return Carried(self.write(halves), whole)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def _json_quoted(value: str) -> str:
    return json.dumps(value)[1:-1]


def _c_string(it: _Line) -> str:
    if it.is_long:
        body = "\n".join(f'\t"{line}\\n"' for line in it.lines)
        return f"static const char {it.name.lower()}[] =\n{body};"
    form = it.choice.choice(
        (
            'static const char *{low} = "{value}";',
            '#define {name} "{value}"',
            '\tsetenv("{name}", "{value}", 1);',
            '\t.{low} = "{value}",',
            'static const char {low}[] = "{value}";',
        )
    )
    return _filled(form, it)


def _python_string(it: _Line) -> str:
    if it.is_long:
        return f'{it.name} = """{it.value}"""'
    form = it.choice.choice(
        (
            '{name} = "{value}"',
            'os.environ["{name}"] = "{value}"',
            'client = Client({low}="{value}", timeout=3)',
            'settings = {{"{name}": "{value}"}}',
            '{low}: str = "{value}"',
        )
    )
    return _filled(form, it)


def _json(it: _Line) -> str:
    form = it.choice.choice(
        (
            '{{"env": {{"{name}": "{value}"}}}}',
            '  "{low}": "{value}",',
            '{{"name": "{name}", "value": "{value}"}}',
            '{{"{low}":"{value}"}}',
        )
    )
    return _filled(form, it)


def _yaml(it: _Line) -> str:
    if it.is_long:
        body = "\n".join(f"    {line}" for line in it.lines)
        return f"  {it.name.lower()}: |\n{body}"
    form = it.choice.choice(
        (
            "  {low}: {value}",
            "  {low}: '{value}'",
            '  - name: {name}\n    value: "{value}"',
            "    - {name}={value}",
        )
    )
    return _filled(form, it)


def _env_file(it: _Line) -> str:
    if it.is_long or " " in it.value or "#" in it.value:
        return f'{it.name}="{it.value}"'
    return _filled(it.choice.choice(("{name}={value}", "{name}='{value}'")), it)


def _shell(it: _Line) -> str:
    if it.is_long:
        return f"export {it.name}='{it.value}'"
    form = it.choice.choice(
        (
            "export {name}='{value}'",
            "export {name}={value}",
            "{name}='{value}' ./deploy.sh",
            'docker run -e {name}="{value}" app',
        )
    )
    return _filled(form, it)


def _address(it: _Line) -> str:
    return f"https://api.internal/v1/items?{it.name.lower()}={it.value}&page=2"


def _comment(it: _Line) -> str:
    if it.is_long:
        body = "\n".join(f" * {line}" for line in it.lines)
        return f"/* {it.name}:\n{body}\n */"
    form = it.choice.choice(
        (
            "# TODO rotate {name}={value}",
            "/* {name}: {value} */",
            "// {name} = '{value}'",
        )
    )
    return _filled(form, it)


def _log_line(it: _Line) -> str:
    form = it.choice.choice(
        (
            "2026-03-01T10:00:00Z ERROR login failed {name}={value} after 3 tries",
            "DEBUG app.config: loaded {low}: {value}",
            "[info] environment {{'{name}': '{value}', 'HOME': '/root'}}",
        )
    )
    return _filled(form, it)


def _header(it: _Line) -> str:
    name = it.header or "Authorization"
    value = it.value if it.header else f"Bearer {it.value}"
    form = it.choice.choice(("{}: {}", 'curl -H "{}: {}" https://api.internal/v1', "> {}: {}"))
    return form.format(name, value)


def _xml(it: _Line) -> str:
    form = it.choice.choice(
        (
            "<{low}>{value}</{low}>",
            '<add key="{name}" value="{value}" />',
            '<property name="{low}">{value}</property>',
        )
    )
    return _filled(form, it)


def _makefile(it: _Line) -> str:
    if it.is_long:
        return f"define {it.name}\n{it.value}\nendef"
    form = it.choice.choice(("{name} := {value}", "{name} ?= {value}", "export {name} = {value}"))
    return _filled(form, it)


def _toml(it: _Line) -> str:
    if it.is_long:
        return f'{it.name.lower()} = """\n{it.value}\n"""'
    return _filled(it.choice.choice(('{low} = "{value}"', "{low} = {value}", "{low}={value}")), it)


def _diff(it: _Line) -> str:
    if it.is_long:
        body = "\n".join(f"+{line}" for line in it.lines)
        return f"@@ -1,0 +1,{len(it.lines)} @@\n{body}"
    form = it.choice.choice(('-{name} = "{value}"', "+{name}={value}", '+    "{low}": "{value}",'))
    return "@@ -1,1 +1,1 @@\n" + _filled(form, it)


def _concatenated(it: _Line) -> str:
    form, glue = it.choice.choice(
        (
            ('{low} = (\n    "{value}"\n)', '"\n    "'),
            ('static const char *{low} =\n\t"{value}";', '"\n\t"'),
            ('const {low} = "{value}";', '" +\n    "'),
            ("{low} = '{value}'", "' \\\n    '"),
            ('$env["{name}"] = "{value}";', '" . "'),
        )
    )
    end = "\\n" if len(it.lines) > 2 else ""
    return _filled(form, it).replace(it.value, (end + glue).join(it.lines))


def _filled(form: str, it: _Line) -> str:
    return form.format(name=it.name, low=it.name.lower(), value=it.value)


CARRIERS: Mapping[str, Carrier] = {
    "C string": Carrier(_c_string, _quoted),
    "Python string": Carrier(_python_string, _quoted),
    "JSON": Carrier(_json, _json_quoted),
    "YAML": Carrier(_yaml),
    ".env": Carrier(_env_file),
    "shell": Carrier(_shell),
    "URL": Carrier(_address, lambda it: quote(it, safe="")),
    "comment": Carrier(_comment),
    "log line": Carrier(_log_line),
    "HTTP header": Carrier(_header, lambda it: quote(it, safe=" =/+:") if "\n" in it else it),
    "XML": Carrier(_xml, lambda it: escape(it, {'"': "&quot;"})),
    "Makefile": Carrier(_makefile, lambda it: it.replace("$", "$$")),
    "TOML, INI": Carrier(_toml, _quoted),
    "diff": Carrier(_diff, _quoted),
    "concatenation": Carrier(_concatenated, _quoted, halves=True),
}
