"""Own the policy: which models and servers may be used for which data, as the files say together.

It must not open connections, and a file of a workspace can only narrow it.
"""

from __future__ import annotations

from glossator_gate.policy.approving import BUILTIN_MODEL
from glossator_gate.policy.checking import Finding, Severity, check_policy_text
from glossator_gate.policy.classifying import (
    Classification,
    class_of,
    classification,
    classify,
    default_classification,
    denying_glob,
    is_denied,
    place_of,
    refusal_for,
    strictest_possible,
)
from glossator_gate.policy.declaration import (
    AUTHORITY_TABLES,
    PREFERENCES,
    ROLE_NAMES,
    WORKSPACE_TABLES,
    Layer,
)
from glossator_gate.policy.destinations import (
    destination_of,
    destination_of_server,
    destination_of_telemetry,
    destination_of_web_search,
    key_variables,
)
from glossator_gate.policy.explaining import Question, Verdict, explain
from glossator_gate.policy.files import decoded, read_regular_file
from glossator_gate.policy.globs import check_glob, matcher
from glossator_gate.policy.keys import resolve_key
from glossator_gate.policy.meeting import load_policy
from glossator_gate.policy.problems import FileProblem, ProblemKind, broken_file, with_lines
from glossator_gate.policy.reading import parse_policy_file, parse_toml
from glossator_gate.policy.schema import json_schema
from glossator_gate.policy.workspace import (
    narrowed_by_workspace,
    policy_of_all,
    unreadable_workspace,
)
from glossator_gate.types import Policy, PolicyPlaces

__all__ = [
    "AUTHORITY_TABLES",
    "BUILTIN_MODEL",
    "PREFERENCES",
    "ROLE_NAMES",
    "WORKSPACE_TABLES",
    "Classification",
    "FileProblem",
    "Finding",
    "Layer",
    "Policy",
    "PolicyPlaces",
    "ProblemKind",
    "Question",
    "Severity",
    "Verdict",
    "broken_file",
    "check_glob",
    "check_policy_text",
    "class_of",
    "classification",
    "classify",
    "decoded",
    "default_classification",
    "denying_glob",
    "destination_of",
    "destination_of_server",
    "destination_of_telemetry",
    "destination_of_web_search",
    "explain",
    "is_denied",
    "json_schema",
    "key_variables",
    "load_policy",
    "matcher",
    "narrowed_by_workspace",
    "parse_policy_file",
    "parse_toml",
    "place_of",
    "policy_of_all",
    "read_regular_file",
    "refusal_for",
    "resolve_key",
    "strictest_possible",
    "unreadable_workspace",
    "with_lines",
]
