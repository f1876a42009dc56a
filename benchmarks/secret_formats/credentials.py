"""Own the families that no single provider has: keys, passwords in addresses, files and headers."""

from __future__ import annotations

import base64
import textwrap

from benchmarks.secret_formats.drawing import BASE62, Draw, Family, Made, around


def key_block(draw: Draw, kind: str, length: int) -> Made:
    """Return a PEM block (RFC 7468) of so many bytes; its lines are the secret."""
    body = "\n".join(textwrap.wrap(draw.base64(length), 64))
    return Made(f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----", body)


def _pgp_block(draw: Draw) -> Made:
    body = "\n".join(textwrap.wrap(draw.base64(900), 64)) + "\n=" + draw.of(BASE62, 4)
    mark = "PGP PRIVATE KEY BLOCK"
    return Made(f"-----BEGIN {mark}-----\n\n{body}\n-----END {mark}-----", body)


def _putty(draw: Draw) -> Made:
    lines = textwrap.wrap(draw.base64(600), 64)
    public = "\n".join(textwrap.wrap(draw.base64(270), 64))
    body = "\n".join(lines)
    return Made(
        "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: rsa-key-20240501\n"
        f"Public-Lines: 6\n{public}\nPrivate-Lines: {len(lines)}\n{body}\n"
        f"Private-MAC: {draw.hexadecimal(64)}",
        body,
    )


def _openssl(kind: str, length: int) -> Family:
    return Family(
        f"pem {kind.lower()}",
        "PRIVATE_KEY",
        "RFC 7468, RFC 5915, RFC 8017, OpenSSH PROTOCOL.key",
        lambda it: key_block(it, kind, length),
    )


def _address(scheme: str, rest: str) -> Family:
    def make(draw: Draw) -> Made:
        password = draw.base62(draw.between(10, 24))
        return Made(f"{scheme}://{rest.format(password)}", password)

    return Family(f"{scheme} address", "DATABASE_URL", "RFC 3986, section 3.2.1", make)


def _text(name: str, variable: str, source: str, text: str) -> Family:
    """Return a family of a text with a password in it."""

    def make(draw: Draw) -> Made:
        password = draw.password().replace("%", "x").replace("#", "x")
        return Made(text.format(password), password)

    return Family(name, variable, source, make)


def _hash(name: str, make: str, length: int, source: str) -> Family:
    return Family(
        name,
        "ADMIN_HASH",
        source,
        lambda it: around(
            f"admin:{make.format(it.of(BASE62, 8))}{{}}", it.of(BASE62 + "./", length)
        ),
    )


CREDENTIALS = (
    _openssl("RSA PRIVATE KEY", 1190),
    _openssl("PRIVATE KEY", 1216),
    _openssl("EC PRIVATE KEY", 121),
    _openssl("OPENSSH PRIVATE KEY", 399),
    _openssl("ENCRYPTED PRIVATE KEY", 1300),
    _openssl("DSA PRIVATE KEY", 448),
    Family("pgp private key", "SIGNING_KEY", "RFC 4880, section 6.2", _pgp_block),
    Family("putty private key", "PRIVATE_KEY", "PuTTY manual, appendix C", _putty),
    Family(
        "age secret key",
        "AGE_SECRET_KEY",
        "age specification, X25519 identities (Bech32)",
        lambda it: "AGE-SECRET-KEY-1" + it.of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58),
    ),
    Family(
        "json web token",
        "SESSION_JWT",
        "RFC 7519, section 3.1",
        lambda it: it.jwt(
            {"alg": "HS256", "typ": "JWT"}, {"sub": it.digits(10), "admin": True}, 32
        ),
    ),
    Family(
        "ethereum private key",
        "PRIVATE_KEY",
        "Ethereum Yellow Paper, appendix F",
        lambda it: it.one_of("0x", "") + it.hexadecimal(64),
    ),
    Family(
        "wireguard private key",
        "WG_PRIVATE_KEY",
        "wg(8): PrivateKey, base64 of 32 bytes",
        lambda it: it.base64(32),
    ),
    Family(
        "basic authorization",
        "AUTHORIZATION",
        "RFC 7617",
        lambda it: around(
            "Basic {}", base64.b64encode(f"deploy:{it.password()}".encode()).decode()
        ),
        "Authorization",
    ),
    Family(
        "bearer authorization",
        "AUTHORIZATION",
        "RFC 6750",
        lambda it: around("Bearer {}", it.base62(it.between(32, 64))),
        "Authorization",
    ),
    _address("postgresql", "app:{}@db.internal:5432/app"),
    _address("mysql", "root:{}@10.0.0.7/shop"),
    _address("mongodb+srv", "svc:{}@cluster0.ab1cd.mongodb.net/app"),
    _address("redis", ":{}@cache.internal:6379/0"),
    _address("amqps", "worker:{}@queue.internal/%2f"),
    _address("https", "bot:{}@git.internal/team/app.git"),
    _address("ftp", "upload:{}@files.internal/in"),
    _text(
        "ado.net connection string",
        "CONNECTION_STRING",
        "Microsoft Learn: Connection string syntax",
        "Server=tcp:sql.internal,1433;Database=shop;User Id=app;Password={};Encrypt=True;",
    ),
    _text(
        "odbc connection string",
        "ODBC_DSN",
        "Microsoft Learn: SQLDriverConnect",
        "Driver={{ODBC Driver 18 for SQL Server}};Server=sql;Uid=app;Pwd={};",
    ),
    Family(
        "jdbc address",
        "JDBC_URL",
        "PostgreSQL JDBC: Connecting to the database",
        lambda it: around(
            "jdbc:postgresql://db.internal/app?user=app&password={}&ssl=true",
            it.base62(it.between(10, 24)),
        ),
    ),
    _text(
        "libpq keywords",
        "PG_DSN",
        "PostgreSQL: 34.1.1.1 keyword/value connection strings",
        "host=db.internal port=5432 dbname=app user=app password={}",
    ),
    _text(
        "netrc",
        "NETRC",
        "GNU Inetutils: the .netrc file",
        "machine api.internal login deploy password {}",
    ),
    _text(
        "pgpass",
        "PGPASS_LINE",
        "PostgreSQL: 34.16 the password file",
        "db.internal:5432:app:deploy:{}",
    ),
    _hash("bcrypt hash", "$2y$10${0}{0}abcdef", 31, "crypt(5): bcrypt"),
    _hash("sha-512 crypt hash", "$6${}$", 86, "crypt(5): sha512crypt"),
    _hash("apache hash", "$apr1${}$", 22, "Apache HTTP Server: password formats"),
    Family("password", "DB_PASSWORD", "own: as people and managers make them", Draw.password),
    Family(
        "secret key",
        "SECRET_KEY",
        "Django: SECRET_KEY, get_random_secret_key()",
        lambda it: it.of("abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)", 50),
    ),
    Family(
        "wrapped password",
        "db-password",
        "Kubernetes: Secrets, data is base64",
        lambda it: base64.b64encode(it.password().encode()).decode(),
    ),
    Family(
        "random hex token",
        "AUTH_TOKEN",
        "Python: secrets.token_hex(32)",
        lambda it: it.hexadecimal(64),
    ),
    Family(
        "random url-safe token",
        "API_TOKEN",
        "Python: secrets.token_urlsafe(32)",
        lambda it: it.url_safe(43),
    ),
)
