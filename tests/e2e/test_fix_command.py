"""`glossator fix`, `review` and `approve` from outside: with a real compiler, sandbox and tests."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.e2e.command_line import check_one_sentence, glossator
from tests.e2e.fixing import (
    BROKEN,
    COMMAND,
    MENDED,
    MINUS,
    RIGHT,
    WRONG,
    WriteModels,
    block,
    lay_out,
    models,
    require_tools,
)

__all__ = ["models"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "project").parent


def test_a_change_is_printed_with_its_evidence_and_nothing_written(
    project: Path, models: WriteModels
) -> None:
    models(RIGHT)
    ended = glossator("fix", "add.c", cwd=project)
    assert ended.status == 0, ended
    assert "+\treturn left + right;\n" in ended.output
    assert "passed compile (gcc" in ended.output
    assert "1 error -> nothing wrong" in ended.output
    assert (project / "add.c").read_text("utf-8") == BROKEN


def test_a_compilers_own_suggestion_needs_no_model(project: Path, models: WriteModels) -> None:
    (project / "add.c").write_text(BROKEN.replace("operand", "rihgt"), "utf-8")
    models()
    ended = glossator("fix", "add.c", cwd=project)
    assert ended.status == 0, ended
    assert "by gcc (no model was asked), 0 rounds" in ended.output


def test_a_wrong_name_is_mended_wherever_its_function_has_it(
    project: Path, models: WriteModels
) -> None:
    text = MENDED.replace("left + right", "rihgt + left + 2 * rihgt - rihgt - rihgt")
    (project / "add.c").write_text(text, "utf-8")
    models()
    ended = glossator("fix", "--write", "add.c", cwd=project)
    assert ended.status == 0, ended
    assert (project / "add.c").read_text("utf-8") == text.replace("rihgt", "right")


def test_with_no_model_at_all_what_a_compiler_knows_is_still_done(project: Path) -> None:
    require_tools()
    (project / "add.c").write_text(BROKEN.replace("operand", "rihgt"), "utf-8")
    ended = glossator("fix", "--quiet", "add.c", cwd=project)
    assert ended.status == 0, ended
    assert "+\treturn left + right;\n" in ended.output
    (project / "add.c").write_text(MENDED, "utf-8")
    check_one_sentence(glossator("fix", "--quiet", "add.c", cwd=project), 0, "Nothing is wrong")
    (project / "add.c").write_text(BROKEN, "utf-8")
    ended = glossator("fix", "--quiet", "add.c", cwd=project)
    check_one_sentence(ended, 4, "glossator models fetch")
    ended = glossator("review", "--json", "add.c", cwd=project)
    assert ended.status == 1
    (finding,) = json.loads(ended.output)["findings"]
    assert (finding["line"], finding["column"], finding["severity"]) == (5, 16, "error")
    assert "No model reviewed the code" in ended.errors


@pytest.mark.parametrize("target", ["add.c", "add.c:5", "add.c::add"])
def test_a_change_is_written_where_it_is_asked_for(
    project: Path, models: WriteModels, target: str
) -> None:
    models(RIGHT)
    ended = glossator("fix", "--write", target, cwd=project)
    assert ended.status == 0, ended
    assert (project / "add.c").read_text("utf-8") == MENDED
    assert "wrote add.c" in ended.errors


def test_what_compiles_and_fails_its_tests_is_never_shown(
    project: Path, models: WriteModels
) -> None:
    (project / "add.c").write_text(WRONG, "utf-8")
    wrong = block("\treturn left - right;", "\treturn left * right;")
    right = block("\treturn left - right;", "\treturn left + right;")
    models(wrong, right, tests=True)
    assert glossator("approve", "--", *COMMAND, cwd=project).status == 0
    ended = glossator("fix", "--json", "add.c", cwd=project)
    assert ended.status == 0, ended
    (proposal,) = json.loads(ended.output)["proposals"]
    assert "+\treturn left + right;" in proposal["diff"]
    assert proposal["rounds"] == 2
    checks = {it["check"]: it for it in proposal["evidence"]}
    assert checks["tests"]["before"] == "1 failing test"
    assert checks["tests"]["after"] == "nothing wrong"
    assert checks["critic"]["verdict"] == "passed"
    models(wrong, tests=True)
    ended = glossator("fix", "--rounds", "1", "add.c", cwd=project)
    assert ended.status == 1
    assert "the best attempt, which may not be applied" in ended.output
    assert "No fix was found" in ended.errors
    assert (project / "add.c").read_text("utf-8") == WRONG


def test_tests_run_only_where_a_person_approved_them_as_they_are(
    project: Path, models: WriteModels
) -> None:
    (project / "add.c").write_text(WRONG, "utf-8")
    models(RIGHT, tests=True)
    ended = glossator("fix", "--test", "sum", "add.c", cwd=project)
    assert ended.status == 1
    assert "approve" in ended.errors
    assert glossator("approve", "--", *COMMAND, cwd=project).status == 0
    makefile = project / "Makefile"
    makefile.write_text(makefile.read_text("utf-8") + "\t@echo changed\n", "utf-8")
    ended = glossator("fix", "--test", "sum", "add.c", cwd=project)
    assert ended.status == 1
    assert "Makefile" in ended.errors


def test_nothing_wrong_is_an_answer(project: Path, models: WriteModels) -> None:
    (project / "add.c").write_text(MENDED, "utf-8")
    models()
    ended = glossator("fix", "--quiet", "add.c", cwd=project)
    check_one_sentence(ended, 0, "Nothing is wrong in add.c", "gcc")


MACROS = """#include "add.h"
#define BEGIN_LOCKED {
#define END_LOCKED }
#define EXPORTED(TYPE) TYPE

EXPORTED(static int) twice(int number)
{
\tBEGIN_LOCKED
\tnumber *= 2;
\tEND_LOCKED
\treturn number;
}

int add(int left, int right)
{
\treturn twice(left + right) / 2 BODY;
}
"""


def test_macros_that_only_a_compiler_can_read_are_no_problem(
    project: Path, models: WriteModels
) -> None:
    (project / "add.c").write_text(MACROS.replace(" BODY", ""), "utf-8")
    models(critic=('{"findings": []}',))
    ended = glossator("fix", "--quiet", "add.c", cwd=project)
    check_one_sentence(ended, 0, "Nothing is wrong in add.c")
    assert glossator("review", "--quiet", "add.c", cwd=project).status == 0
    (project / "add.c").write_text(MACROS.replace(" BODY", " - operand"), "utf-8")
    line = "\treturn twice(left + right) / 2"
    models(block(f"{line} - operand;", f"{line};"))
    ended = glossator("fix", "add.c", cwd=project)
    assert ended.status == 0, ended
    assert "1 error -> nothing wrong" in ended.output
    assert ended.output.count("round 1") == 0
    assert "to be mended: “‘operand’ undeclared" in ended.errors


def test_what_lacks_a_header_is_not_checked_after_it(project: Path, models: WriteModels) -> None:
    (project / "add.c").write_text(f"#include <absent.h>\n{BROKEN}", "utf-8")
    models(RIGHT)
    ended = glossator("fix", "--quiet", "add.c", cwd=project)
    check_one_sentence(ended, 1, "does not find absent.h (add.c, line 1)", "compile_commands.json")
    models(block("#include <absent.h>\n", ""), block("left + operand;", "left + right;"))
    ended = glossator("fix", "--quiet", "add.c:1", cwd=project)
    assert "No fix was found for “absent.h: No such file or directory” on line 1" in ended.errors


def test_a_wish_in_words_is_judged_by_a_critic(project: Path, models: WriteModels) -> None:
    (project / "add.c").write_text(WRONG, "utf-8")
    right = block("\treturn left - right;", "\treturn left + right;")
    models(right)
    ended = glossator("fix", "--about", "it subtracts", "add.c::add", cwd=project)
    assert ended.status == 0, ended
    assert "passed critic (criticer)" in ended.output
    # That something else is better than before is not what was asked for.
    (project / "add.c").write_text(WRONG.replace("{\n", "{\n\tint unused;\n\n"), "utf-8")
    tidied = block("\tint unused;\n", "")
    no = json.dumps(
        {"resolved": False, "approve": True, "problems": ["It subtracts."], "advice": ""}
    )
    models(tidied, critic=(no,))
    ended = glossator("fix", "--about", "it subtracts", "--rounds", "1", "add.c::add", cwd=project)
    assert ended.status == 1, ended
    assert "“it subtracts”" in ended.errors
    (project / "add.c").write_text(WRONG, "utf-8")
    rejected = json.dumps({"resolved": False, "approve": False, "problems": ["No."], "advice": ""})
    models(right, critic=(rejected,))
    ended = glossator("fix", "--about", "it subtracts", "--rounds", "1", "add.c", cwd=project)
    assert ended.status == 1, ended


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["fix", "nothing.c"], 2, "does not exist"),
        (["fix", "."], 2, "is a folder"),
        (["fix", "add.c:99"], 2, "has no line 99"),
        (["fix", "add.c::sub"], 2, "has no symbol sub"),
        (["fix", "Makefile"], 2, "in no language"),
        (["review", "."], 2, "is a folder"),
        (["approve"], 2, "Name the command"),
    ],
)
def test_bad_input_ends_in_one_sentence(
    project: Path, models: WriteModels, words: list[str], status: int, sentence: str
) -> None:
    models(RIGHT)
    check_one_sentence(glossator(*words, cwd=project), status, sentence)


def test_generated_and_protected_files_stay_as_they_are(project: Path, models: WriteModels) -> None:
    models(RIGHT)
    (project / "gen.c").write_text("/* Generated by tool. DO NOT EDIT. */\n" + BROKEN, "utf-8")
    ended = glossator("fix", "--quiet", "gen.c", cwd=project)
    check_one_sentence(ended, 1, "a program wrote it")
    hook = project / ".github" / "check.py"
    hook.parent.mkdir()
    hook.write_text("x = y\n", "utf-8")
    ended = glossator("fix", "--quiet", ".github/check.py", cwd=project)
    check_one_sentence(ended, 1, "never changed by a model")


def test_a_review_reports_what_the_code_bears_out(project: Path, models: WriteModels) -> None:
    (project / "add.c").write_text(WRONG, "utf-8")
    said = {
        "findings": [
            {
                "quote": "return left - right;",
                "severity": "error",
                "problem": "`add` subtracts.",
                "fix": "Add.",
            },
            {"quote": "free(left);", "severity": "error", "problem": "It frees.", "fix": ""},
        ]
    }
    models(critic=(json.dumps(said),))
    ended = glossator("review", "--json", "add.c", cwd=project)
    assert ended.status == 1, ended
    (finding,) = json.loads(ended.output)["findings"]
    assert (finding["line"], finding["symbol"]) == (5, "add")
    assert "1 finding about code that is not there" in ended.errors
    ended = glossator("review", "--sarif", "--quiet", "add.c", cwd=project)
    (result,) = json.loads(ended.output)["runs"][0]["results"]
    assert result["ruleId"] == "review"


def test_a_review_that_cannot_be_read_is_not_taken_for_a_clean_one(
    project: Path, models: WriteModels
) -> None:
    (project / "add.c").write_text(MENDED, "utf-8")
    models(critic=("All is well.",))
    ended = glossator("review", "--quiet", "add.c", cwd=project)
    assert ended.status == 1
    assert "criticer about the code cannot be read; run the review again." in ended.errors
    ended = glossator("review", "--sarif", "--quiet", "add.c", cwd=project)
    (invocation,) = json.loads(ended.output)["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"]


def test_a_review_holds_what_compilers_say_too(project: Path, models: WriteModels) -> None:
    models(critic=('{"findings": []}',))
    ended = glossator("review", "--quiet", "add.c", cwd=project)
    assert ended.status == 1
    assert "add.c:5: gcc: " in ended.output
    (project / "add.c").write_text(MENDED, "utf-8")
    assert glossator("review", "--quiet", "add.c", cwd=project).status == 0


def test_without_a_sandbox_nothing_runs(project: Path, models: WriteModels, tmp_path: Path) -> None:
    """A workspace cannot bring a bubblewrap of its own: the one on its PATH is never started."""
    models(MINUS)
    fake = tmp_path / "bin"
    fake.mkdir()
    for name in ("bwrap", "gcc", "make"):
        program = fake / name
        program.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n", "utf-8")
        program.chmod(0o755)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{project}:{before}"
    for name in ("bwrap", "gcc", "make"):
        (project / name).symlink_to(fake / name)
    try:
        ended = glossator("fix", "--quiet", "add.c", cwd=project)
    finally:
        os.environ["PATH"] = before
    assert not (tmp_path / "was-run").exists()
    assert ended.status in (0, 1)
