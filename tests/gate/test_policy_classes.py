"""Which class a path has, which model may see it, and what a workspace's own file adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from glossator_gate.errors import ConfigurationError
from glossator_gate.policy import (
    ProblemKind,
    Question,
    class_of,
    classification,
    classify,
    denying_glob,
    explain,
    is_denied,
    narrowed_by_workspace,
    refusal_for,
)
from glossator_gate.types import DataClass, Policy
from tests.gate.test_policy import HEAD, Machine, model

CLASSIFIED = """
[classes]
default = "internal"
[[classify]]
match = { path = ["**/payments/**", "*.key.c"] }
class = "restricted"
[[classify]]
match = { path = "docs/" }
class = "public"
"""
REMOTE = model(address="public", origin="https://models.example", max_class="internal")
WORKSPACE = Path("/home/me/repository/.glossator.toml")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def narrowed(policy: Policy, text: str) -> Policy:
    return narrowed_by_workspace(policy, text, WORKSPACE)[0]


def test_the_strictest_rule_that_fits_counts_and_else_the_default(machine: Machine) -> None:
    policy = machine.policy(user=HEAD + CLASSIFIED)
    found = {
        it: classify(policy, it) for it in ("a.c", "docs/a.md", "docs/payments/a.md", "x.key.c")
    }
    assert found == {
        "a.c": "internal",
        "docs/a.md": "public",
        "docs/payments/a.md": "restricted",
        "x.key.c": "restricted",
    }
    assert "number 1" in classification(policy, "payments/a.c").rule


def test_what_nobody_classifies_is_confidential(machine: Machine) -> None:
    assert classify(machine.policy(), "a.c") == "confidential"
    assert classify(machine.policy(user=HEAD), "a.c") == "confidential"
    # A managed file that does not speak of classes leaves none to others.
    policy = machine.policy(HEAD, HEAD + CLASSIFIED)
    assert classify(policy, "docs/a.md") == "confidential"


def rule(data_class: str, **match: str) -> str:
    """Return a [[classify]] table for one glob."""
    ((key, glob),) = match.items()
    return f'[[classify]]\nmatch = {{ {key} = ["{glob}"] }}\nclass = "{data_class}"\n'


def test_every_file_has_a_say_and_the_strictest_counts(machine: Machine) -> None:
    managed = '[classes]\ndefault = "public"\n' + rule("internal", path="a/**")
    policy = machine.policy(HEAD + managed, HEAD + rule("confidential", path="b/**"))
    policy = narrowed(policy, rule("restricted", path="*/x.c"))
    found = [classify(policy, it) for it in ("z.c", "a/z.c", "b/z.c", "a/x.c")]
    assert found == ["public", "internal", "confidential", "restricted"]


def test_a_rule_may_be_for_some_repositories(machine: Machine) -> None:
    rules = rule("restricted", repository="**/firmware") + (
        '[[classify]]\nmatch = { repository = "/srv/open/**", path = "*.c" }\nclass = "public"\n'
    )
    policy = machine.policy(user=HEAD + rules)
    assert classify(policy, "a.c", Path("/home/me/firmware")) == "restricted"
    assert classify(policy, "a.c", Path("/srv/open/ringlog")) == "public"
    assert classify(policy, "a.h", Path("/srv/open/ringlog")) == "confidential"
    assert classify(policy, "a.c", Path("/srv/closed/ringlog")) == "confidential"
    # Where nobody knows the repository, a rule can only raise.
    assert classify(policy, "a.c") == "restricted"


def test_a_link_is_as_strict_as_what_it_leads_to(machine: Machine, tmp_path: Path) -> None:
    policy = machine.policy(user=HEAD + CLASSIFIED)
    root = tmp_path / "repository"
    (root / "payments").mkdir(parents=True)
    (root / "docs").mkdir()
    (root / "payments" / "a.c").touch()
    (root / "docs" / "a.c").symlink_to("../payments/a.c")
    (root / "docs" / "b.md").touch()
    (root / "loop").symlink_to("loop")
    assert class_of(policy, root, [root / "docs/a.c"]) == "restricted"
    assert class_of(policy, root, [root / "docs/b.md"]) == "public"
    assert class_of(policy, root, [root / "docs/b.md", root / "a.c"]) == "internal"
    # What leads out of the folder, or nowhere, is as secret as anything else.
    assert class_of(policy, root, [root / "docs/../../elsewhere.c"]) == "internal"
    assert class_of(policy, root, [root / "loop"]) == "internal"
    assert class_of(policy, None, [Path("/docs/b.md")]) == "internal"
    # Nothing is known of nothing.
    assert class_of(policy, root, []) == "restricted"


def test_a_model_sees_its_class_and_less(machine: Machine) -> None:
    policy = machine.policy(user=HEAD + REMOTE)
    entry = policy.models[0]
    told = {it.value: refusal_for(entry, it) for it in DataClass}
    assert [it for it, refusal in told.items() if refusal is None] == ["public", "internal"]
    assert 'user [[model]] "coder"' in (told["confidential"] or "")
    assert (told["confidential"] or "").endswith(".")


@pytest.mark.parametrize(
    "mistake", ["[classes]\ndefault = 'secret'\n", "[[clasify]]\nclass = 'public'\n"]
)
def test_where_a_class_may_be_misspelled_all_is_restricted(machine: Machine, mistake: str) -> None:
    assert classify(machine.policy(user=HEAD + mistake), "a.c") == "restricted"
    assert classify(narrowed(machine.policy(user=HEAD), mistake), "a.c") == "restricted"
    assert classify(machine.policy(HEAD + mistake, HEAD), "a.c") == "restricted"


def test_a_mistake_among_hundreds_still_counts(machine: Machine) -> None:
    many = "".join(f"x{it} = 1\n" for it in range(300))
    mistakes = model() + many + "[classes]\ndefault = 'secret'\n[cache]\nresponses = 'no'\n"
    policy = machine.policy(user=HEAD + mistakes)
    assert classify(policy, "a.c") == "restricted"
    assert not policy.may_cache
    assert not policy.may_keep_feedback
    assert len(policy.warnings) < 300


# A workspace's own file.

NARROWING = """
[classes]
default = "restricted"
[redact]
deny_paths = ["secret/**"]
[limits]
requests_per_min = 3
cost_per_day = 100
[cache]
responses = false
feedback = false
[document]
width = 72
"""


def test_a_workspace_forbids_more(machine: Machine) -> None:
    user = "[redact]\ndeny_paths = ['*.pem']\n[limits]\nrequests_per_min = 60\ncost_per_day = 5\n"
    before = machine.policy(user=HEAD + REMOTE + user)
    policy, problems = narrowed_by_workspace(before, NARROWING, WORKSPACE)
    assert problems == ()
    assert classify(policy, "a.c") == "restricted"
    assert [is_denied(policy, it) for it in ("a.pem", "secret/a.c", "a.c")] == [True, True, False]
    assert (policy.limits.requests_per_min, policy.limits.cost_per_day) == (3, {"USD": 5.0})
    assert policy.models[0].requests_per_min == 3
    assert (before.may_cache, policy.may_cache) == (True, False)
    assert (before.may_keep_feedback, policy.may_keep_feedback) == (True, False)
    # What is allowed in one folder is not less in another.
    assert classify(before, "a.c") == "confidential"


@pytest.mark.parametrize(
    "text",
    [
        model(id="evil", origin="https://evil.example", address="public", max_class="restricted"),
        '[[index_server]]\nid = "evil"\napi = "chroma"\norigin = "https://evil.example"\n',
        '[[web_search]]\nid = "evil"\napi = "searxng"\norigin = "https://evil.example"\n',
        '[telemetry]\notlp = "http://127.0.0.1:4318"\n',
        '[execute]\ncommands = [["sh", "-c", "evil"]]\n',
        '[roles]\ndocument = ["far"]\n',
        '[classes]\ndefault = "public"\n',
        '[[classify]]\nmatch = { path = ["**"] }\nclass = "public"\n',
        "[limits]\nrequests_per_min = 1000000\ntokens_per_day = 1000000000000\n",
        "[cache]\nresponses = true\n",
        "[redact]\ndeny_paths = []\n",
        "schema = 1\n",
    ],
)
def test_a_workspace_adds_nothing(machine: Machine, text: str) -> None:
    user = REMOTE + "[limits]\nrequests_per_min = 9\n[cache]\nresponses = false\n"
    before = machine.policy(user=HEAD + user + "[redact]\ndeny_paths = ['*.pem']\n")
    policy = narrowed(before, text)
    assert (policy.models, policy.index_servers) == (before.models, before.index_servers)
    assert (policy.web_searches, policy.commands) == (before.web_searches, before.commands)
    assert policy.telemetry is None
    assert (policy.roles, policy.may_cache) == (before.roles, before.may_cache)
    assert policy.limits.requests_per_min == 9
    assert policy.deny_paths == before.deny_paths
    assert classify(policy, "a.c") == "confidential"


@pytest.mark.parametrize(
    ("text", "line", "kind"),
    [
        ("\n[limits]\nrequests = 3\n", 3, ProblemKind.UNKNOWN_KEY),
        ("[cache]\n\nresponses = 'no'\n", 3, ProblemKind.WRONG_VALUE),
        ("[[classify]]\nclass = 'internal'\n", 1, ProblemKind.WRONG_VALUE),
        ("[redact]\ndeny_paths = ['!a']\n", 2, ProblemKind.WRONG_VALUE),
        ("a = 1\nb = [\n", 2, ProblemKind.BROKEN_FILE),
        ("a = 1\nb = = 2\n", 2, ProblemKind.BROKEN_FILE),
        ("schema = 2\n", None, ProblemKind.BROKEN_FILE),
    ],
)
def test_a_mistaken_workspace_file_leaves_models_of_this_machine(
    machine: Machine, text: str, line: int | None, kind: ProblemKind
) -> None:
    before = machine.policy(user=HEAD + REMOTE + model(id="here"))
    policy, (problem,) = narrowed_by_workspace(before, text, WORKSPACE)
    assert (problem.line, problem.kind) == (line, kind)
    assert str(WORKSPACE) in problem.sentence
    assert [it.id for it in policy.models] == ["here", "smollm2"]
    assert "mistake" in policy.refused[-1].reason
    assert classify(policy, "a.c") == "restricted"


def test_a_workspace_cannot_make_classifying_slow(machine: Machine) -> None:
    before = machine.policy(user=HEAD + REMOTE)
    many = "".join(rule("public", path=f"{'*a' * 50}{it}") for it in range(301))
    policy, (problem,) = narrowed_by_workspace(before, many, WORKSPACE)
    assert "300" in problem.sentence
    assert classify(policy, "a.c") == "restricted"
    globs = [f"g{it}" for it in range(301)]
    text = f"[redact]\ndeny_paths = {globs}\n"
    policy, (problem,) = narrowed_by_workspace(before, text, WORKSPACE)
    assert "300" in problem.sentence


@pytest.mark.parametrize(
    "folder",
    ["/payments/", "./payments/", "docs/../payments/", "docs//../payments//", "x/./payments/"],
)
def test_no_spelling_of_a_path_hides_it(machine: Machine, folder: str) -> None:
    assert classify(machine.policy(user=HEAD + CLASSIFIED), f"{folder}b.c") == "restricted"


def test_outside_of_a_folder_a_rule_can_only_raise(machine: Machine, tmp_path: Path) -> None:
    policy = machine.policy(user=HEAD + CLASSIFIED)
    elsewhere = [Path("/srv/payments/a.c"), Path("/srv/docs/a.md")]
    for root in (None, tmp_path):
        found = [class_of(policy, root, [it]) for it in elsewhere]
        assert found == ["restricted", "internal"]


def test_what_is_denied_is_denied_under_any_name(machine: Machine, tmp_path: Path) -> None:
    policy = machine.policy(
        user=HEAD + "[redact]\ndeny_paths = ['secret/**', '/top.c', '**/keys/']\n"
    )
    root = tmp_path / "repository"
    (root / "secret").mkdir(parents=True)
    (root / "secret" / "a.c").touch()
    (root / "link.c").symlink_to("secret/a.c")
    denied = {
        it: denying_glob(policy, root, root / it)
        for it in ("secret/a.c", "link.c", "x/../secret/a.c", "top.c", "x/top.c", "../keys/a.c")
    }
    assert [it for it, glob in denied.items() if glob is None] == ["x/top.c"]
    assert is_denied(policy, "./secret/a.c")


# Why.


@pytest.mark.parametrize(
    ("path", "model_id", "role", "rule"),
    [
        ("docs/a.c", "coder", "ask", None),
        ("docs/a.c", "coder", None, None),
        ("payments/a.c", "coder", "ask", 'max_class of user [[model]] "coder"'),
        ("payments/a.c", "smollm2", "ask", None),
        ("docs/a.pem", "smollm2", None, "[redact] deny_paths '*.pem'"),
        ("docs/a.c", "coder", "fix", "[roles] fix"),
        ("docs/a.c", "coder", "embed", "uses of user"),
        ("docs/a.c", "plain", None, 'user [[model]] "plain"'),
    ],
)
def test_a_verdict_names_its_rule(
    machine: Machine, path: str, model_id: str, role: str | None, rule: str | None
) -> None:
    plain = model(id="plain", origin="http://far.example", address="public")
    more = '[roles]\nfix = ["smollm2"]\n[redact]\ndeny_paths = ["*.pem"]\n'
    policy = machine.policy(user=HEAD + REMOTE + plain + CLASSIFIED + more)
    verdict = explain(policy, Question(Path("/r"), Path("/r") / path, model_id, role))
    assert verdict.is_allowed == (rule is None)
    assert verdict.rule.startswith(rule or "")
    assert verdict.reason.endswith(".")


def test_a_model_that_no_file_lists_cannot_be_explained(machine: Machine) -> None:
    with pytest.raises(ConfigurationError, match="smollm2"):
        explain(machine.policy(), Question(Path("/r"), Path("/r/a.c"), "nobody"))


@pytest.mark.parametrize(
    ("managed", "user", "workspace", "told"),
    [
        (None, None, "", "confidential"),
        (None, "", "", "confidential"),
        (None, "[classes]\ndefault = 'internal'\n", "", "internal"),
        (None, "[classes]\ndefault = 'restricted'\n", "", "confidential"),
        (None, "[mcp]\nmax_class = 'public'\n", "", "public"),
        (None, "[mcp]\nmax_class = 'internal'\n", "", "internal"),
        (None, "[mcp]\nmax_class = 'restricted'\n", "", "public"),
        (None, "[mcp]\nmax_clas = 'internal'\n", "", "public"),
        (None, "[mpc]\nmax_class = 'internal'\n", "", "public"),
        (None, "mcp = 3\n", "", "public"),
        (None, "not TOML", "", "public"),
        ("", None, "", "public"),
        ("", "[mcp]\nmax_class = 'confidential'\n", "", "public"),
        ("[mcp]\nmax_class = 'internal'\n", None, "", "internal"),
        ("[mcp]\nmax_class = 'internal'\n", "[mcp]\nmax_class = 'public'\n", "", "public"),
        ("[mcp]\nmax_class = 'public'\n", "[mcp]\nmax_class = 'internal'\n", "", "public"),
        ("[mcp]\nmax_class = 'internal'\ncolour = 1\n", None, "", "public"),
        (None, None, "[mcp]\nmax_class = 'public'\n", "public"),
        (None, "[mcp]\nmax_class = 'public'\n", "[mcp]\nmax_class = 'internal'\n", "public"),
    ],
)
def test_other_assistants_are_told_what_every_file_allows(
    machine: Machine, managed: str | None, user: str | None, workspace: str, told: str
) -> None:
    files = {"managed": managed, "user": user}
    policy = machine.policy(**{who: HEAD + it for who, it in files.items() if it is not None})
    if workspace:
        policy = narrowed(policy, workspace)
    assert policy.mcp.max_class == told
    assert policy.mcp.rule


def test_a_mistaken_workspace_file_leaves_nothing_to_tell_assistants(machine: Machine) -> None:
    policy = narrowed(machine.policy(), "[mcp]\nmax_class = 'everything'\n")
    assert policy.mcp.max_class is DataClass.PUBLIC
    assert classify(policy, "a.c") is DataClass.RESTRICTED
