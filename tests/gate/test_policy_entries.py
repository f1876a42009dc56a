"""Which model on another machine may be used, and what the door is told of it."""

from __future__ import annotations

import builtins
import os
from pathlib import Path

import pytest

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import (
    Layer,
    Severity,
    check_policy_text,
    destination_of,
    destination_of_web_search,
    load_policy,
    narrowed_by_workspace,
    parse_policy_file,
    resolve_key,
)
from glossator_gate.types import FileState, ModelEntry, Origin, Price, RefusedModel
from tests.gate.test_policy import HEAD, Machine, ids, model

FAR = {"origin": "https://gateway.example", "address": "private"}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def only(machine: Machine, managed: str | None, user: str | None) -> ModelEntry:
    policy = machine.policy(
        None if managed is None else HEAD + managed, None if user is None else HEAD + user
    )
    assert policy.refused == ()
    return policy.models[0]


def refused(machine: Machine, managed: str | None, user: str) -> RefusedModel:
    policy = machine.policy(None if managed is None else HEAD + managed, HEAD + user)
    (found,) = policy.refused
    assert found.reason.endswith(".")
    return found


def test_a_rule_names_its_entries_and_files(machine: Machine) -> None:
    entry = only(machine, model(id="gateway", **FAR), model(id="gw", **FAR))
    places = machine.places
    assert entry.rule == (
        f'managed [[model]] "gateway" ({places.managed}) and user [[model]] "gw" ({places.user})'
    )


@pytest.mark.parametrize(
    ("managed", "user", "met"),
    [
        (["m"], ["m"], {}),
        (["m@sha256:aaaaaaaaaaaa"], ["m"], {"m": "aaaaaaaaaaaa"}),
        (["m"], ["m@sha256:AAAAAAAAAAAA"], {"m": "aaaaaaaaaaaa"}),
        (["m@sha256:aaaaaaaaaaaa"], ["m@sha256:aaaaaaaaaaaab"], {"m": "aaaaaaaaaaaab"}),
        (["m@sha256:aaaaaaaaaaaa"], ["m@sha256:bbbbbbbbbbbb", "x"], None),
    ],
)
def test_a_digest_that_one_file_pins_is_pinned(
    machine: Machine, managed: list[str], user: list[str], met: dict[str, str] | None
) -> None:
    policy = machine.policy(HEAD + model(model=managed), HEAD + model(model=user))
    if met is None:
        assert ids(policy) == []
    else:
        assert (policy.models[0].names, dict(policy.models[0].digests)) == (("m",), met)


@pytest.mark.parametrize(
    ("managed", "user", "words"),
    [
        (None, {"address": "public", "origin": "http://a.example"}, "https://"),
        (None, {**FAR, "must_be_local": True}, "must be local"),
        (None, {**FAR, "model": ["big-cloud"]}, "somebody else's machine"),
        (FAR, {**FAR, "proxy": "http://proxy.example:3128"}, "proxy"),
        (FAR, {**FAR, "ca_file": "/home/me/ca.pem"}, "ca_file"),
        (
            {**FAR, "proxy": "http://proxy.example:3128"},
            {**FAR, "proxy": "http://mine.example:3128"},
            "proxy",
        ),
    ],
)
def test_what_is_refused_is_told(
    machine: Machine, managed: dict[str, object] | None, user: dict[str, object], words: str
) -> None:
    found = refused(machine, None if managed is None else model(**managed), model(**user))
    assert words in found.reason


def test_the_managed_way_and_price_hold(machine: Machine) -> None:
    managed = model(api="openai", profile="azure", proxy="http://proxy.example:3128", **FAR)
    managed += "price = { prompt = 2, completion = 8 }\n"
    user = model(api="openai", api_version="2024-10-21", **FAR) + (
        "price = { prompt = 0, completion = 0, currency = 'EUR' }\n"
    )
    entry = only(machine, managed, user)
    assert entry.proxy == Origin("http", "proxy.example", 3128)
    assert entry.price == Price(2.0, 8.0, "USD")
    assert (entry.profile, entry.api_version) == ("azure", "2024-10-21")


def test_the_door_is_told_everything(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY", "secret")
    table = model(
        api="openai", profile="azure", key="env:GATEWAY", ca_file="/ca.pem", max_class="internal",
        timeout_s=7, **FAR,
    )  # fmt: skip
    entry = only(machine, None, table + "[limits]\nrequests_per_min = 9\n")
    door = destination_of(entry)
    assert (door.id, door.rule, door.max_class) == ("coder", entry.rule, "internal")
    assert (door.key, door.key_header, door.ca_file) == ("secret", "api-key", Path("/ca.pem"))
    assert (door.requests_per_min, door.limits.silence_s, door.address) == (9, 7.0, "private")


@pytest.mark.parametrize(
    ("host", "header"),
    [("me.openai.azure.com", "api-key"), ("api.openai.com", "authorization")],
)
def test_azure_is_known_by_its_host(machine: Machine, host: str, header: str) -> None:
    entry = only(machine, None, model(api="openai", origin=f"https://{host}", address="public"))
    assert destination_of(entry).key_header == header


def test_a_web_search_must_be_in_both_files(machine: Machine) -> None:
    search = "[[web_search]]\nid = 'sx'\napi = 'searxng'\norigin = 'http://127.0.0.1:8888'\n"
    (entry,) = machine.policy(HEAD + search, HEAD + search).web_searches
    assert entry.max_class == "public"
    assert destination_of_web_search(entry).id == "sx"
    policy = machine.policy(HEAD, HEAD + search)
    assert policy.web_searches == ()
    assert "web search sx" in policy.warnings[0]
    elsewhere = search.replace("8888'\n", "8888'\nbase_path = '/search'\n")
    assert machine.policy(HEAD + search, HEAD + elsewhere).web_searches == ()


PAID = "price = { prompt = 1, completion = 1, currency = 'EUR' }\n"


@pytest.mark.parametrize(
    ("managed", "user", "met"),
    [
        ("5", "{ USD = 3, EUR = 4 }", {"USD": 3}),
        ("{ EUR = 5, USD = 1 }", "{ EUR = 6 }", {"EUR": 5}),
        ("{ EUR = 5 }", "{ USD = 5 }", {}),
    ],
)
def test_what_a_day_may_cost_is_by_currency(
    machine: Machine, managed: str, user: str, met: dict[str, float]
) -> None:
    first, second = (
        f"{HEAD}[limits]\ncost_per_day = {it}\n{model()}{PAID}" for it in (managed, user)
    )
    policy = machine.policy(first, second)
    assert policy.limits.cost_per_day == met
    assert [it.entry.id for it in policy.refused] == ([] if "EUR" in met else ["coder"])


def test_a_model_that_no_limit_can_hold_is_refused_and_one_without_a_price_is_not(
    machine: Machine,
) -> None:
    text = "[limits]\ncost_per_day = 5\n" + model() + PAID + model(id="free")
    assert refused(machine, None, text).reason == (
        "coder is paid in EUR and limits.cost_per_day is for USD; add EUR to it in every file that "
        "limits the cost."
    )
    (finding,) = check_policy_text(HEAD + text, Path("/p.toml"), Layer.USER)
    assert (finding.severity, finding.problem.line) == (Severity.WARNING, 4)


def test_a_workspace_that_limits_other_money_leaves_out_what_is_paid(machine: Machine) -> None:
    before = machine.policy(user=f"{HEAD}{model()}{PAID}[roles]\nfix = ['coder']\n")
    limit = "[limits]\ncost_per_day = 5\n"
    policy, problems = narrowed_by_workspace(before, limit, Path("/w/.glossator.toml"))
    assert (problems, policy.model("coder"), dict(policy.roles)) == ((), None, {"fix": ()})
    assert "paid in EUR" in policy.refused[0].reason
    policy, _ = narrowed_by_workspace(before, limit.replace("5", "{ EUR = 5 }"), Path("/w/.g"))
    assert policy.roles["fix"] == ("coder",)


def test_commands_and_limits_meet(machine: Machine) -> None:
    managed = "[execute]\ncommands = [['make'], ['make', 'check']]\n[limits]\ntokens_per_day = 9\n"
    user = "[execute]\ncommands = [['make'], ['sh']]\n[limits]\ntokens_per_day = 99\n"
    policy = machine.policy(HEAD + managed, HEAD + user)
    assert policy.commands == (("make",),)
    assert policy.limits.tokens_per_day == 9
    assert machine.policy(HEAD, HEAD + user).commands == ()
    machine.places.user.unlink()
    assert machine.policy(HEAD + managed).commands == (("make",), ("make", "check"))


def test_an_approved_model_that_the_user_does_not_list_is_told(machine: Machine) -> None:
    policy = machine.policy(HEAD + model(), HEAD)
    assert ids(policy) == []
    assert "coder" in policy.warnings[0]
    assert policy.names_models


@pytest.mark.parametrize("name", ["must_be_loca", "must_be_locale", "Must_be_local", "mustbelocal"])
def test_a_misspelled_must_be_local_still_forbids(machine: Machine, name: str) -> None:
    policy = machine.policy(user=HEAD + model(**{name: True}))
    assert policy.models[0].must_be_local
    assert name in policy.warnings[0]
    assert ids(machine.policy(user=HEAD + model(api="openai", **{name: True}))) == ["smollm2"]


def test_the_files_that_were_looked_at_are_told(machine: Machine) -> None:
    states = [it.state for it in machine.policy(HEAD, "schema = [").sources]
    assert states == [FileState.READ, FileState.BROKEN]
    assert machine.policy("x").sources[0].state == FileState.BROKEN


@pytest.mark.timeout(20)
@pytest.mark.parametrize("which", ["managed", "user"])
def test_a_pipe_is_not_waited_for(machine: Machine, which: str) -> None:
    os.mkfifo(getattr(machine.places, which), 0o644)
    policy = load_policy(machine.places)
    assert "not a regular file" in policy.warnings[0]
    assert ids(policy) == ["smollm2"]


def test_a_managed_file_may_be_a_link_to_one_that_is_safe(machine: Machine, tmp_path: Path) -> None:
    target = tmp_path / "target.toml"
    target.write_text(HEAD + model())
    target.chmod(0o644)
    machine.places.managed.symlink_to(target)
    assert ids(load_policy(machine.places)) == ["coder"]
    target.chmod(0o666)
    assert load_policy(machine.places).managed_problem is not None


# Keys.


@pytest.mark.timeout(20)
def test_a_key_file_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key", 0o600)
    with pytest.raises(ConfigurationError, match="not a regular file"):
        resolve_key(f"file:{tmp_path / 'key'}")


def test_a_key_comes_from_the_systems_keyring() -> None:
    keyring = pytest.importorskip("keyring", reason="the extra is not installed")
    from keyring.backend import KeyringBackend

    class OneKey(KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            return "secret" if (service, username) == ("glossator", "team/gateway") else None

        def set_password(self, *_: str) -> None:
            raise AssertionError

    before = keyring.get_keyring()
    keyring.set_keyring(OneKey())
    try:
        assert resolve_key("keyring:glossator/team/gateway") == "secret"
        with pytest.raises(ConfigurationError, match="keyring set glossator nobody"):
            resolve_key("keyring:glossator/nobody")
    finally:
        keyring.set_keyring(before)


def test_a_keyring_that_fails_is_told() -> None:
    keyring = pytest.importorskip("keyring", reason="the extra is not installed")
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        with pytest.raises(ConfigurationError, match="NoKeyringError"):
            resolve_key("keyring:glossator/gateway")
    finally:
        keyring.set_keyring(before)


def test_where_the_keyring_library_is_missing_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.startswith("keyring"):
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError, match=r"glossator\[keyring\]"):
        resolve_key("keyring:glossator/gateway")


# What is said of a file alone.


@pytest.mark.parametrize(
    ("text", "layer", "line", "severity"),
    [
        (HEAD + "colour = 1\n", Layer.USER, 2, Severity.WARNING),
        (HEAD + "colour = 1\n", Layer.MANAGED, 2, Severity.ERROR),
        (HEAD + "[limits]\n\ntokens_per_day = 'x'\n", Layer.USER, 4, Severity.ERROR),
        (HEAD + model() + model(), Layer.USER, 7, Severity.ERROR),
        (HEAD + model(id=None), Layer.USER, 2, Severity.ERROR),
        (HEAD + "x = [\n\n", Layer.USER, 2, Severity.ERROR),
        (HEAD + "x == 1\n", Layer.USER, 2, Severity.ERROR),
        ("x = 1\n", Layer.USER, None, Severity.ERROR),
        (HEAD + "[roles]\nfix = ['x']\n", Layer.USER, 3, Severity.WARNING),
        (
            HEAD + model(api="openai", must_be_local=True),
            Layer.USER,
            2,
            Severity.WARNING,
        ),
        (
            HEAD + model(api="scripted", origin=None, script="/s.json"),
            Layer.MANAGED,
            2,
            Severity.ERROR,
        ),
        (
            HEAD
            + "\n[[web_search]]\nid = 'a'\napi = 'searxng'\naddress = 'public'\n"
            + "origin = 'http://a.example'\n",
            Layer.USER,
            3,
            Severity.WARNING,
        ),
        (HEAD + "[match]\n[model]\n", Layer.USER, 2, Severity.WARNING),
        (HEAD + "model = 3\nroles = 4\nindex_server = 'x'\n", Layer.USER, 2, Severity.ERROR),
    ],
)
def test_a_check_names_the_line(
    text: str, layer: Layer, line: int | None, severity: Severity
) -> None:
    findings = check_policy_text(text, Path("/p.toml"), layer)
    assert (findings[0].problem.line, findings[0].severity) == (line, severity)
    assert all(it.problem.sentence.endswith(".") for it in findings)


def test_what_is_right_has_no_findings() -> None:
    text = HEAD + model(**FAR, max_class="internal") + "[roles]\nfix = ['coder']\n"
    for layer in (Layer.MANAGED, Layer.USER):
        assert check_policy_text(text, Path("/p.toml"), layer) == []
        assert parse_policy_file(text, Path("/p.toml"), layer).problems == ()
