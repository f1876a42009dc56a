"""Own the proof that a policy only ever narrows, and that broken files fail closed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import destination_of, load_policy, resolve_key
from glossator_gate.types import Api, ModelEntry, Origin, Policy, PolicyPlaces

HEAD = "schema = 1\n"


def model(**changes: object) -> str:
    """Return a [[model]] table; a value of None leaves the key out."""
    fields: dict[str, object] = {
        "id": "coder",
        "api": "ollama",
        "origin": "http://127.0.0.1:11434",
        "model": ["qwen:7b"],
    } | changes
    lines = [f"{key} = {literal(value)}" for key, value in fields.items() if value is not None]
    return "[[model]]\n" + "\n".join(lines) + "\n"


def literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value)


class Machine:
    """The two files of one machine."""

    def __init__(self, folder: Path) -> None:
        managed = folder / "etc" / "policy.toml"
        managed.parent.mkdir(mode=0o755)
        self.places = PolicyPlaces(managed, folder / "config.toml", os.getuid())

    def policy(self, managed: str | None = None, user: str | None = None) -> Policy:
        if managed is not None:
            self.places.managed.write_text(managed)
            self.places.managed.chmod(0o644)
        if user is not None:
            self.places.user.write_text(user)
        return load_policy(self.places)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def ids(policy: Policy) -> list[str]:
    return [entry.id for entry in policy.models]


def test_without_files_only_the_built_in_model_is_usable(machine: Machine) -> None:
    policy = machine.policy()
    assert [(it.id, it.api) for it in policy.models] == [("smollm2", Api.EMBEDDED)]
    assert (policy.warnings, policy.managed_problem) == ((), None)


def test_a_user_file_adds_models_of_this_machine(machine: Machine) -> None:
    policy = machine.policy(user=HEAD + model() + '[roles]\ndocument = ["coder"]\n')
    assert ids(policy) == ["coder", "smollm2"]
    assert policy.roles == {"document": ("coder",)}
    assert policy.warnings == ()


@pytest.mark.parametrize(
    ("origin", "address"),
    [("https://models.example", "public"), ("http://10.1.2.3:11434", "private")],
)
def test_a_remote_model_sees_what_is_public_unless_its_entry_says_more(
    machine: Machine, origin: str, address: str
) -> None:
    policy = machine.policy(user=HEAD + model(address=address, origin=origin))
    assert [(it.id, it.max_class) for it in policy.models][:1] == [("coder", "public")]
    trusted = model(address=address, origin=origin, max_class="internal")
    assert machine.policy(user=HEAD + trusted).models[0].max_class == "internal"


def test_a_remote_model_on_a_plain_way_through_the_open_network_is_refused(
    machine: Machine,
) -> None:
    remote = model(address="public", origin="http://models.example")
    policy = machine.policy(user=HEAD + remote)
    assert ids(policy) == ["smollm2"]
    assert [it.entry.id for it in policy.refused] == ["coder"]
    assert "https://" in policy.refused[0].reason


@pytest.mark.parametrize(
    ("before", "after"),
    [("colour = 'red'\n", ""), ("", "[limits]\nrequests = 3\n"), ("", "[cache]\nresponses = 0\n")],
)
def test_a_mistake_in_the_users_file_leaves_models_of_this_machine(
    machine: Machine, before: str, after: str
) -> None:
    # Nobody can tell what it was to forbid.
    remote = model(id="far", address="public", origin="https://models.example")
    policy = machine.policy(user=HEAD + before + model() + remote + after)
    assert ids(policy) == ["coder", "smollm2"]
    assert "mistake" in policy.refused[0].reason


def test_with_a_managed_file_both_must_list_the_model(machine: Machine) -> None:
    user = HEAD + model(id="mine") + model(id="other", model=["llama:8b"])
    policy = machine.policy(HEAD + model(id="theirs"), user)
    assert ids(policy) == ["mine"]
    assert [it.entry.id for it in policy.refused] == ["other"]


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "http://127.0.0.1:11435"},
        {"origin": "https://127.0.0.1:11434"},
        {"origin": "http://localhost:11434"},
        {"model": ["qwen:7B"]},
        {"model": ["qwen"]},
        {"api": "openai"},
    ],
)
def test_api_origin_and_name_must_be_the_same_in_both(machine: Machine, change: dict) -> None:
    policy = machine.policy(HEAD + model(), HEAD + model(**change))
    assert ids(policy) == []


def test_a_managed_file_alone_is_the_list(machine: Machine) -> None:
    policy = machine.policy(HEAD + model() + '[roles]\nfix = ["coder"]\n')
    assert ids(policy) == ["coder"]
    assert policy.roles == {"fix": ("coder",)}


def test_what_both_say_is_narrowed(machine: Machine) -> None:
    managed = model(model=["a", "b"], timeout_s=10, must_be_local=True, max_class="internal")
    user = model(model=["b", "c"], timeout_s=99, uses=["chat", "embed"], key="env:MINE")
    (entry,) = machine.policy(HEAD + managed, HEAD + user).models
    assert (entry.names, entry.timeout_s, entry.must_be_local) == (("b",), 10.0, True)
    assert (entry.max_class, entry.uses, entry.key) == ("internal", ("chat",), "env:MINE")


def test_the_managed_roles_limit_those_of_the_user(machine: Machine) -> None:
    both = model(id="a", model=["a"]) + model(id="b", model=["b"])
    policy = machine.policy(
        HEAD + both + '[roles]\ndocument = ["b"]\n',
        HEAD + both + '[roles]\ndocument = ["a", "b"]\nfix = ["a"]\n',
    )
    assert policy.roles == {"document": ("b",), "fix": ("a",)}


@pytest.mark.parametrize(
    "text",
    [
        "schema = 1\nnot toml",
        model(),
        "schema = 2\n",
        "schema = true\n",
        HEAD + model(api="telnet"),
        HEAD + model(colour="red"),
        HEAD + "colour = 'red'\n",
        HEAD + model(origin="127.0.0.1:11434"),
        HEAD + model(origin="http://127.0.0.1:11434/path"),
        HEAD + model(origin="http://u:p@127.0.0.1:11434"),
        HEAD + model(origin="http://127.0.0.1:99999"),
        HEAD + model(model=[]),
        HEAD + model(model=None),
        HEAD + model() + model(),
        HEAD + model(timeout_s=0),
        HEAD + model(api="scripted", origin=None, script="/s.json"),
        HEAD + '[roles]\nworld-domination = ["coder"]\n',
        HEAD + "[roles]\nfix = 'coder'\n",
        HEAD + "[model]\nid = 'x'\n",
        HEAD + "[limits]\ntokens_per_day = '5'\n",
        HEAD + "[limits]\ntokens = 5\n",
        HEAD + "[classes]\ndefault = 'secret'\n",
        HEAD + "[[classify]]\nclass = 'internal'\n",
        HEAD + "[[classify]]\nmatch = {}\nclass = 'internal'\n",
        HEAD + "[[classify]]\nmatch = { path = ['!a'] }\nclass = 'internal'\n",
        HEAD + "[execute]\nsandbox = 'off'\n",
        HEAD + "[execute]\ncommands = ['make']\n",
        HEAD + "[redact]\ndeny_paths = [3]\n",
        HEAD + "[cache]\nresponses = 'no'\n",
        HEAD + model(key="sk-123"),
        HEAD + model(proxy="http://proxy.example:3128"),
        HEAD + model(api="openai", model=["m@sha256:" + "0" * 64]),
        HEAD + model(model=["m@sha256:123"]),
        HEAD + model(api_version="2024-10-21"),
    ],
)
def test_a_broken_managed_file_leaves_models_of_this_machine_only(
    machine: Machine, text: str
) -> None:
    policy = machine.policy(text, HEAD + model(id="mine"))
    assert ids(policy) == ["mine", "smollm2"]
    assert policy.managed_problem is not None
    assert policy.warnings[0] == policy.managed_problem
    assert not policy.managed_in_force


@pytest.mark.parametrize("mode", [0o666, 0o664, 0o646])
def test_a_managed_file_that_others_can_write_is_broken(machine: Machine, mode: int) -> None:
    machine.policy(HEAD + model())
    machine.places.managed.chmod(mode)
    assert "writable by nobody else" in (load_policy(machine.places).managed_problem or "")


def test_a_managed_file_in_a_folder_that_others_can_write_is_broken(machine: Machine) -> None:
    machine.policy(HEAD + model())
    machine.places.managed.parent.chmod(0o777)
    assert load_policy(machine.places).managed_problem is not None


def test_a_managed_file_of_another_owner_is_broken(machine: Machine) -> None:
    machine.policy(HEAD + model())
    places = PolicyPlaces(machine.places.managed, machine.places.user, os.getuid() + 1)
    assert load_policy(places).managed_problem is not None


def test_unknown_keys_of_the_user_are_warnings(machine: Machine) -> None:
    policy = machine.policy(user=HEAD + "colour = 'red'\n" + model(shape="round"))
    assert ids(policy) == ["coder", "smollm2"]
    assert ["'shape'" in it or "'colour'" in it for it in policy.warnings] == [True, True]


def test_tables_of_other_parts_are_not_unknown(machine: Machine) -> None:
    user = (
        HEAD + "preferred_models = ['x']\n[c]\nannotations = ['X']\n"
        "[document]\nwidth = 80\n[classes]\ndefault = 'public'\n"
    )
    assert machine.policy(user=user).warnings == ()


@pytest.mark.parametrize(
    "text",
    [
        b"schema = 1\nbroken",
        b"\xff\xfe",
        b"x = 1\n" * 300_000,
        b"a = " + b"[" * 100_000,
        b"a = " + b"9" * 5_000,
    ],
)
def test_a_broken_user_file_is_told_and_lists_nothing(machine: Machine, text: bytes) -> None:
    machine.places.user.write_bytes(text)
    policy = machine.policy()
    assert ids(policy) == ["smollm2"]
    assert len(policy.warnings) == 1
    assert str(machine.places.user) in policy.warnings[0]


def test_a_role_that_names_no_listed_model_is_told(machine: Machine) -> None:
    policy = machine.policy(user=HEAD + model() + '[roles]\nfix = ["codre"]\n')
    assert "'codre'" in policy.warnings[0]
    assert "fix" not in policy.roles


@pytest.mark.parametrize(
    ("user", "sentence"),
    [
        ("[index\n", "is not valid TOML"),
        ('[roles]\nembed = ["codre"]\n', "names the model 'codre'"),
        ('[roles]\nembed = ["codre", "coder"]\n', "names the model 'codre'"),
        ('[roles]\nembed = "coder"\n', "no list of model ids"),
        ('[roles]\nembde = ["coder"]\n', "unknown role 'embde'"),
        ('[role]\nembed = ["coder"]\n', "unknown key 'role'"),
    ],
)
def test_a_slip_does_not_tell_that_no_model_is_to_make_vectors(
    machine: Machine, user: str, sentence: str
) -> None:
    policy = machine.policy(user=HEAD + model(uses=["embed"]) + user)
    assert sentence in (policy.embed_problem or "")
    assert policy.embed_problem in policy.warnings


def test_a_broken_managed_file_does_not_tell_either(machine: Machine) -> None:
    policy = machine.policy(HEAD + "[roles\n", HEAD)
    assert policy.embed_problem == policy.managed_problem is not None


@pytest.mark.parametrize(
    "user",
    ["", "[roles]\nembed = []\n", '[roles]\nembed = ["coder", "codre"]\nfxi = ["coder"]\n'],
)
def test_what_says_nothing_of_vectors_is_no_slip(machine: Machine, user: str) -> None:
    text = HEAD + model(uses=["embed"], colour="red") + user
    assert machine.policy(user=text).embed_problem is None


def test_no_other_model_takes_over_for_one_that_is_refused(machine: Machine) -> None:
    remote = model(origin="http://192.0.2.1:80", address="public")
    policy = machine.policy(user=HEAD + remote + '[roles]\ndocument = ["coder"]\n')
    assert policy.roles == {"document": ()}


def test_must_be_local_cannot_be_promised_by_an_openai_server(machine: Machine) -> None:
    policy = machine.policy(user=HEAD + model(api="openai", must_be_local=True))
    assert "cannot say" in policy.refused[0].reason


@pytest.mark.parametrize("api", ["ollama", "openai"])
@pytest.mark.parametrize("name", ["qwen:480b-cloud", "qwen:480b-Cloud", "QWEN:CLOUD"])
def test_a_model_that_a_local_server_passes_on_is_refused(
    machine: Machine, api: str, name: str
) -> None:
    policy = machine.policy(user=HEAD + model(api=api, model=[name]))
    assert "somebody else's machine" in policy.refused[0].reason


def test_the_default_ports_are_those_of_the_scheme() -> None:
    assert Origin.parse("https://Models.Example") == Origin("https", "models.example", 443)
    assert str(Origin.parse("http://[::1]:8080")) == "http://[::1]:8080"


def test_a_key_comes_from_the_named_variable_or_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "abc")
    assert resolve_key("env:MY_KEY") == "abc"
    file = tmp_path / "key"
    file.write_text("def\n")
    file.chmod(0o600)
    assert resolve_key(f"file:{file}") == "def"
    file.chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        resolve_key(f"file:{file}")


@pytest.mark.parametrize(
    "reference",
    ["env:NOT_SET_ANYWHERE", "env:", "file:relative", "file:/not/there", "keyring:a/b", "sk-12345"],
)
def test_a_key_that_cannot_be_read_is_told_without_the_key(reference: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve_key(reference)
    assert "sk-12345" not in str(caught.value)


def test_a_key_with_line_ends_inside_cannot_smuggle_headers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MY_KEY", "abc\r\nX-Evil: 1")
    with pytest.raises(ConfigurationError):
        resolve_key("env:MY_KEY")


def test_a_destination_shows_its_key_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "very-secret")
    origin = Origin("http", "127.0.0.1", 1)
    entry = ModelEntry("coder", Api.OPENAI, ("m",), origin, key="env:MY_KEY")
    assert destination_of(entry).key == "very-secret"
    assert "very-secret" not in repr(destination_of(entry))
