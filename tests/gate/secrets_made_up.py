"""Own made-up secrets, put together when the tests run: no scanner may find one in this file.

Nothing in here was ever valid.
"""

from __future__ import annotations

import random
import string

_BASE62 = string.ascii_letters + string.digits


def made_up(alphabet: str, length: int, seed: int) -> str:
    """Return characters of an alphabet, of each of its kinds at least one where there is room."""
    draw = random.Random(seed)
    kinds = [
        [it for it in alphabet if it in kind]
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits)
    ]
    sure = [draw.choice(kind) for kind in kinds if kind][:length]
    rest = [draw.choice(alphabet) for _ in range(length - len(sure))]
    mixed = sure + rest
    draw.shuffle(mixed)
    return "".join(mixed)


def base62(length: int, seed: int) -> str:
    return made_up(_BASE62, length, seed)


def key_block(kind: str, lines: int, seed: int, end: str = "\n") -> str:
    body = end.join(made_up(_BASE62 + "+/", 64, seed + it) for it in range(lines))
    mark = f"{kind} PRIVATE" if kind else "PRIVATE"
    return f"-----BEGIN {mark} KEY-----{end}{body}{end}-----END {mark} KEY-----"


def secrets(seed: int = 0) -> dict[str, tuple[str, str]]:
    """Return, by a name, the secret and a line of code that holds it."""
    hexadecimal = made_up("0123456789abcdef", 40, seed)
    slack = f"{made_up(string.digits, 12, seed)}-{made_up(string.digits, 12, seed + 1)}"
    plain = {
        "aws": "AKIA" + made_up(string.ascii_uppercase + "234567", 16, seed),
        "aws session": "ASIA" + made_up(string.ascii_uppercase + "234567", 16, seed),
        "google": "AIza" + base62(35, seed),
        "google oauth": "GOCSPX" + "-" + base62(28, seed),
        "google access": "ya29" + "." + base62(60, seed),
        "azure client": base62(3, seed) + "8Q~" + base62(34, seed),
        "github personal": "ghp" + "_" + base62(36, seed),
        "github oauth": "gho" + "_" + base62(36, seed),
        "github server": "ghs" + "_" + base62(36, seed),
        "github fine": "github" + "_pat_" + base62(22, seed) + "_" + base62(59, seed),
        "gitlab": "glpat" + "-" + base62(20, seed),
        "slack bot": "xoxb" + "-" + slack + "-" + base62(24, seed),
        "slack user": "xoxp" + "-" + slack + "-" + hexadecimal[:32],
        "stripe": "sk_" + "live_" + base62(24, seed),
        "stripe test": "rk_" + "test_" + base62(24, seed),
        "npm": "npm" + "_" + base62(36, seed),
        "pypi": "pypi" + "-AgEI" + base62(80, seed),
        "openai": "sk" + "-" + base62(48, seed),
        "openai project": "sk" + "-proj-" + base62(40, seed) + "_" + base62(20, seed),
        "hugging face": "hf" + "_" + base62(34, seed),
        "jwt": "eyJ" + base62(30, seed) + ".eyJ" + base62(60, seed) + "." + base62(43, seed),
    }
    found = {name: (it, f'static const char *x = "{it}";') for name, it in plain.items()}
    url = base62(12, seed)
    found["address"] = (url, f'#define DB "postgres://app:{url}@db.internal:5432/app"')
    escaped = base62(6, seed) + "%40" + base62(6, seed)
    found["escaped address"] = (escaped, f'url = "amqp://app:{escaped}@queue.internal/app"')
    account = made_up(_BASE62 + "+/", 86, seed) + "=="
    found["azure storage"] = (account, f'c = "AccountName=a;AccountKey={account};Suffix=b"')
    webhook = "T" + base62(8, seed) + "/B" + base62(8, seed) + "/" + base62(24, seed)
    found["slack webhook"] = (webhook, f"url: https://hooks.slack.com/services/{webhook}")
    named = {
        "python": ('PASSWORD = "{}"', "Tr0ub4dor&3"),
        "json": ('  "db_password": "{}",', "s3cr3tPa55"),
        "c array": ('static char passwd[] = "{}";', "xK9#mQ2v"),
        "define": ('#define WIFI_PASSWORD "{}"', "kite-81-Moss"),
        "go": ('dbPassword := "{}"', "hunter2hunter2"),
        "go with a type": ('var dbPassword string = "{}"', "hunter2hunter2"),
        "typescript": ("const password: string = '{}';", "Qw3rty!uiop"),
        "call": ('login(user, password="{}")', "b4nana-Split!"),
        "ruby": ("'passwd' => '{}'", "4pples_0ranges"),
        "shell": ('export PGPASSWORD="{}"', "pg-Secret-77x"),
        "token": ('auth_token = "{}"', base62(40, seed)),
        "hex": ('const apiKey = "{}";', hexadecimal),
        "aws secret": ('aws_secret_access_key = "{}"', made_up(_BASE62 + "/+", 40, seed)),
        "client secret": ("clientSecret: '{}'", base62(32, seed)),
        "rust": ('let token: &str = "{}";', base62(32, seed)),
        "bearer": ('"Authorization": "Bearer {}"', base62(40, seed)),
        "designated": ('.secret = "{}",', base62(24, seed)),
    }
    found |= {name: (it, line.format(it)) for name, (line, it) in named.items()}
    return found
