"""The tools of this machine, in the real sandbox, say what is wrong with unsaved texts."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from glossator_indexer.types import TextChange
from glossator_server.edits import apply_changes
from glossator_server.sandbox import Sandbox, SandboxJob, SandboxResult, SandboxState
from glossator_server.sandbox.opening import open_sandbox
from glossator_server.verify import memory as memory_module
from glossator_server.verify.checker import Subject
from glossator_server.verify.code_checker import CodeChecker
from glossator_server.verify.code_checker import TestCommands as Commands
from glossator_server.verify.memory import CheckMemory
from glossator_server.verify.problems import CheckOutcome, Gravity, Problem, Stage
from glossator_server.verify.programs import Programs, folders_of_path
from tests.conftest import missing_part

BROKEN = "int twice(int value)\n{\n\treturn value * two;\n}\n"
NO_TESTS = Commands()
CLEAN = "int twice(int value)\n{\n\treturn value * 2;\n}\n"


class CountingSandbox:
    """Passes each job on to the real sandbox, and keeps it."""

    def __init__(self, inner: Sandbox) -> None:
        self.inner = inner
        self.jobs: list[SandboxJob] = []
        self.started = asyncio.Event()

    @property
    def state(self) -> SandboxState:
        return self.inner.state

    async def check(self) -> SandboxState:
        return await self.inner.check()

    async def run(self, job: SandboxJob) -> SandboxResult:
        self.jobs.append(job)
        self.started.set()
        return await self.inner.run(job)


@pytest.fixture
async def sandbox() -> CountingSandbox:
    sandbox = open_sandbox()
    state = await sandbox.check()
    if not state.is_usable:
        missing_part("sandbox", f"no sandbox: {state.trouble}")
    return CountingSandbox(sandbox)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = (tmp_path / "project").resolve()
    root.mkdir()
    return root


def need(name: str, root: Path) -> str:
    """Skip the test where a tool is missing."""
    if Programs(root, folders_of_path()).find(name) is None:
        missing_part(name, f"no {name}: install it")
    return name


def checker(
    sandbox: Sandbox, root: Path, tests: Commands = NO_TESTS, *, only: Sequence[str] = ()
) -> CodeChecker:
    """Return a checker that finds the tools of this machine, or a few of them."""
    if not only:
        return CodeChecker(sandbox, Programs(root, folders_of_path()), tests)
    folder = root.parent / "tools"
    folder.mkdir(exist_ok=True)
    for name in only:
        found = shutil.which(need(name, root))
        assert found is not None
        (folder / name).symlink_to(Path(found).resolve())
    return CodeChecker(sandbox, Programs(root, [folder]), tests)


def subject(root: Path, name: str, text: str, language: str) -> Subject:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return Subject(root, path, language)


def problems_of(outcomes: Sequence[CheckOutcome]) -> list[Problem]:
    assert [it.trouble for it in outcomes if it.trouble] == []
    return [problem for it in outcomes for problem in it.problems]


def contents(root: Path, pattern: str = "**/*") -> Mapping[str, bytes | None]:
    return {
        str(it.relative_to(root)): it.read_bytes() if it.is_file() else None
        for it in root.glob(pattern)
    }


# C


async def test_a_broken_file_gives_its_error_and_line(sandbox: CountingSandbox, root: Path) -> None:
    need("gcc", root)
    asked = subject(root, "src/a.c", BROKEN, "c")
    (outcome,) = await checker(sandbox, root).check(asked, {}, Stage.COMPILE)
    (problem,) = problems_of([outcome])
    assert (problem.gravity, problem.path, problem.line) == (Gravity.ERROR, asked.path, 3)
    assert "two" in problem.message
    assert outcome.tool == "gcc"
    assert outcome.version[0].isdigit()


async def test_unsaved_text_is_what_is_checked(sandbox: CountingSandbox, root: Path) -> None:
    need("gcc", root)
    asked = subject(root, "src/a.c", BROKEN, "c")
    checking = checker(sandbox, root)
    assert problems_of(await checking.check(asked, {asked.path: CLEAN}, Stage.COMPILE)) == []
    assert asked.path.read_text("utf-8") == BROKEN


async def test_a_file_that_is_not_saved_yet_is_checked(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("gcc", root)
    asked = Subject(root, root / "new/a.c", "c")
    found = problems_of(
        await checker(sandbox, root).check(asked, {asked.path: BROKEN}, Stage.COMPILE)
    )
    assert [it.line for it in found] == [3]
    assert contents(root) == {}


async def test_a_header_is_checked_through_its_unit(sandbox: CountingSandbox, root: Path) -> None:
    need("gcc", root)
    asked = subject(root, "include/a.h", "static inline size_t zero(void) { return 0; }\n", "c")
    unit = '#include <stddef.h>\n#include "a.h"\nint main(void) { return (int)zero(); }\n'
    subject(root, "src/main.c", unit, "c")
    checking = checker(sandbox, root)
    (outcome,) = await checking.check(asked, {}, Stage.COMPILE)
    assert problems_of([outcome]) == []
    assert outcome.notice.startswith("through src/main.c")
    broken = {asked.path: "static inline size_t zero(void) { return none; }\n"}
    (problem,) = problems_of(await checking.check(asked, broken, Stage.COMPILE))
    assert (problem.path, problem.line) == (asked.path, 1)


async def test_a_missing_include_is_an_error_of_its_line(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("gcc", root)
    asked = subject(root, "a.c", '\n#include "nowhere.h"\nint x = y;\n', "c")
    (problem,) = problems_of(await checker(sandbox, root).check(asked, {}, Stage.COMPILE))
    assert (problem.gravity, problem.line) == (Gravity.ERROR, 2)
    assert "nowhere.h" in problem.message


@pytest.mark.parametrize("name", ["a b/c:d/é ß.c", "-x.c", "a'\"$x;.c", "a(1)/[b].c", "a%n\\t.c"])
async def test_an_odd_path_is_a_path(sandbox: CountingSandbox, root: Path, name: str) -> None:
    need("gcc", root)
    asked = subject(root, name, BROKEN, "c")
    (problem,) = problems_of(await checker(sandbox, root).check(asked, {}, Stage.COMPILE))
    assert (problem.path, problem.line) == (asked.path, 3)


async def test_the_lines_of_a_text_with_carriage_returns_count(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("gcc", root)
    asked = subject(root, "a.c", BROKEN.replace("\n", "\r\n"), "c")
    (problem,) = problems_of(await checker(sandbox, root).check(asked, {}, Stage.COMPILE))
    assert (problem.line, problem.column) == (3, 17)


async def test_a_file_of_twenty_thousand_lines_is_checked(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("gcc", root)
    lines = [f"int f{it}(int a) {{ return a + {it}; }}" for it in range(20_000)]
    lines[-1] = "int last(void) { return missing; }"
    asked = subject(root, "a.c", "\n".join(lines) + "\n", "c")
    (problem,) = problems_of(await checker(sandbox, root).check(asked, {}, Stage.COMPILE))
    assert problem.line == 20_000


@pytest.mark.parametrize("tool", ["gcc", "clang"])
async def test_either_compiler_will_do(sandbox: CountingSandbox, root: Path, tool: str) -> None:
    checking = checker(sandbox, root, only=[tool])
    asked = subject(root, "a.c", BROKEN, "c")
    (problem,) = problems_of(await checking.check(asked, {}, Stage.COMPILE))
    assert (problem.tool, problem.line) == (tool, 3)


@pytest.mark.parametrize("tool", ["clang-tidy", "cppcheck"])
async def test_either_analyser_will_do(sandbox: CountingSandbox, root: Path, tool: str) -> None:
    checking = checker(sandbox, root, only=[tool])
    text = "int f(void)\n{\n\tint a[2] = {0, 0};\n\tint *p = 0;\n\treturn a[1] + *p;\n}\n"
    asked = subject(root, "a.c", text, "c")
    found = problems_of(await checking.check(asked, {}, Stage.LINT))
    assert 5 in {it.line for it in found}


async def test_a_plugin_that_a_database_asks_for_is_not_loaded(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("gcc", root)
    asked = subject(root, "a.c", CLEAN, "c")
    words = '"gcc", "-fplugin=./evil.so", "-wrapper", "sh,-c", "@evil", "-B.", "-Xclang", "-load"'
    item = f'{{"directory": "{root}", "file": "a.c", "arguments": [{words}]}}'
    (root / "compile_commands.json").write_text(f"[{item}]")
    assert problems_of(await checker(sandbox, root).check(asked, {}, Stage.COMPILE)) == []
    assert not any("evil" in word for it in sandbox.jobs for word in it.argv)


async def test_flags_of_another_processor_are_left_out_where_its_compiler_is_not_here(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("gcc", root)
    asked = subject(root, "a.c", BROKEN, "c")
    flags = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-DX"]
    for compiler in ("arm-none-eabi-absent-gcc", "gcc"):
        words = json.dumps([compiler, *flags, "-c", "a.c"])
        item = f'{{"directory": "{root}", "file": "a.c", "arguments": {words}}}'
        (root / "compile_commands.json").write_text(f"[{item}]")
        (outcome,) = await checker(sandbox, root, only=["gcc"]).check(asked, {}, Stage.COMPILE)
        assert len(problems_of([outcome])) == 1
        assert "read for this machine" in outcome.notice
        assert "-DX" in sandbox.jobs[-1].argv
        (root.parent / "tools/gcc").unlink()


# Suggestions


@pytest.mark.parametrize("tool", ["gcc", "clang"])
@pytest.mark.parametrize("name", ["a.c", "a b/é.c"])
async def test_what_a_compiler_suggests_is_an_exact_change(
    sandbox: CountingSandbox, root: Path, tool: str, name: str
) -> None:
    checking = checker(sandbox, root, only=[tool])
    text = 'int count;\nint f(void)\n{\n\tconst char *é = "ß€😀"; return (int)é[0] + cuont;\n}\n'
    asked = subject(root, name, text, "c")
    (change,) = await changes_of(checking, asked, text)
    assert text[change.span.start : change.span.end] == "cuont"
    assert change.new_text == "count"


async def test_what_is_suggested_beyond_ascii_is_not_garbled(
    sandbox: CountingSandbox, root: Path
) -> None:
    checking = checker(sandbox, root, only=["gcc"])
    text = "int größe;\nint f(void) { return grösse; }\n"
    asked = subject(root, "a.c", text, "c")
    (change,) = await changes_of(checking, asked, text)
    assert change.new_text == "größe"


async def test_a_file_of_a_language_whose_tools_suggest_nothing_has_none(
    sandbox: CountingSandbox, root: Path
) -> None:
    asked = subject(root, "a.js", "x = (\n", "javascript")
    assert await checker(sandbox, root).suggestions(asked, "x = (\n") == ()


async def test_what_ruff_knows_to_be_safe_is_suggested(
    sandbox: CountingSandbox, root: Path
) -> None:
    text = "import os\nimport sys\n\nprint(sys.argv, 'é😀', missing)\n"
    asked = subject(root, "a.py", text, "python")
    (change,) = await changes_of(checker(sandbox, root), asked, text)
    assert apply_changes(text, [change]) == text.removeprefix("import os\n")


async def test_what_the_compiler_of_rust_suggests_is_an_exact_change(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("rustc", root)
    text = 'pub fn f() -> i32 {\n    let total = "é😀".len() as i32;\n    totl + 1\n}\n'
    asked = subject(root, "a.rs", text, "rust")
    changes = await changes_of(checker(sandbox, root), asked, text)
    assert text.replace("totl", "total") in {apply_changes(text, [it]) for it in changes}


async def changes_of(checking: CodeChecker, asked: Subject, text: str) -> list[TextChange]:
    found = await checking.suggestions(asked, text)
    return [change for it in found for change in it.changes]


# Other languages

OTHERS = [
    ("python3", Stage.COMPILE, "a.py", "python", "def f(:\n    pass\n", 1),
    ("python3", Stage.COMPILE, "é b.py", "python", "x = 1\r\n\r\nif x:\r\nx\r\n", 4),
    ("ruff", Stage.LINT, "a.py", "python", "import os\n\nprint(nothing)\n", 3),
    ("node", Stage.COMPILE, "a.js", "javascript", "let x = 1;\nlet x = 2;\n", 2),
    ("node", Stage.COMPILE, "a b:é.js", "javascript", "let x = 1;\nlet x = 2;\n", 2),
    ("node", Stage.COMPILE, "a.mjs", "javascript", "export const a = 1;\nexport const b = ;\n", 2),
    ("node", Stage.COMPILE, "é m.js", "javascript", "export const a = 1;\nexport const b = ;\n", 2),
    ("rustc", Stage.COMPILE, "a.rs", "rust", "pub fn f() -> i32 {\n    two\n}\n", 2),
    ("javac", Stage.COMPILE, "A.java", "java", "class A {\n    int f() { return x; }\n}\n", 2),
    ("go", Stage.COMPILE, "a.go", "go", "package a\n\nfunc F() int { return x }\n", 3),
]


@pytest.mark.parametrize(
    ("tool", "stage", "name", "language", "text", "line"), OTHERS, ids=lambda it: str(it)[:12]
)
async def test_a_broken_file_of_another_language_gives_its_line(
    sandbox: CountingSandbox,
    root: Path,
    tool: str,
    stage: Stage,
    name: str,
    language: str,
    text: str,
    line: int,
) -> None:
    need(tool, root)
    asked = subject(root, name, text, language)
    if language == "go":
        (root / "go.mod").write_text("module example.test/a\n\ngo 1.19\n")
    found = problems_of(await checker(sandbox, root).check(asked, {}, stage))
    assert (asked.path, line) in {(it.path, it.line) for it in found}


async def test_a_script_of_a_package_of_modules_is_a_module(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("node", root)
    (root / "package.json").write_text('{"type": "module"}')
    asked = subject(root, "lib/a.js", "with (Math) { max(1, 2); }\n", "javascript")
    (found,) = problems_of(await checker(sandbox, root).check(asked, {}, Stage.COMPILE))
    assert (found.path, found.line) == (asked.path, 1)
    asked = subject(root, "lib/a.cjs", "with (Math) { max(1, 2); }\n", "javascript")
    assert problems_of(await checker(sandbox, root).check(asked, {}, Stage.COMPILE)) == []


async def test_what_node_cannot_read_is_no_error(sandbox: CountingSandbox, root: Path) -> None:
    need("node", root)
    asked = subject(root, "a.js", "export const a = <div>text</div>;\n", "javascript")
    (outcome,) = await checker(sandbox, root).check(asked, {}, Stage.COMPILE)
    assert outcome.problems == ()
    assert "JSX" in outcome.trouble
    asked = subject(root, "b.jsx", "export const a = <div>text</div>;\n", "javascript")
    assert await checker(sandbox, root).check(asked, {}, Stage.COMPILE) == ()


async def test_what_go_only_advises_against_is_a_warning(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("go", root)
    (root / "go.mod").write_text("module example.test/a\n\ngo 1.19\n")
    text = 'package a\n\nimport "fmt"\n\nfunc F() { fmt.Printf("%d", "x") }\n'
    asked = subject(root, "a.go", text, "go")
    (found,) = problems_of(await checker(sandbox, root).check(asked, {}, Stage.COMPILE))
    assert (found.gravity, found.line) == (Gravity.WARNING, 5)


async def test_a_vendored_package_of_go_is_found(sandbox: CountingSandbox, root: Path) -> None:
    need("go", root)
    (root / "go.mod").write_text(
        "module example.test/a\n\ngo 1.19\n\nrequire example.test/b v1.0.0\n"
    )
    subject(root, "vendor/example.test/b/b.go", "package b\n\nconst B = 1\n", "go")
    (root / "vendor/modules.txt").write_text(
        "# example.test/b v1.0.0\n## explicit\nexample.test/b\n"
    )
    text = 'package a\n\nimport "example.test/b"\n\nconst A = b.B\n'
    asked = subject(root, "a.go", text, "go")
    assert problems_of(await checker(sandbox, root).check(asked, {}, Stage.COMPILE)) == []


async def test_a_compiler_that_is_a_script_is_run_by_node(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("node", root)
    script = "#!/usr/bin/env node\nconsole.log('a.ts(1,5): error TS1: ' + process.argv.length);\n"
    tool = subject(root.parent, "tools/tsc", script, "javascript").path
    tool.chmod(0o755)
    asked = subject(root, "a.ts", "let x = 1;\n", "typescript")
    checking = CodeChecker(sandbox, Programs(root, [tool.parent, *folders_of_path()]), NO_TESTS)
    (problem,) = problems_of(await checking.check(asked, {}, Stage.COMPILE))
    assert (problem.path, problem.rule) == (asked.path, "TS1")
    assert all(Path(it.argv[0]).name == "node" for it in sandbox.jobs)


async def test_a_crate_is_checked_as_a_whole_and_left_as_it_was(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("cargo", root)
    manifest = '[package]\nname = "a"\nversion = "0.1.0"\nedition = "2021"\n'
    subject(root, "Cargo.toml", manifest, "toml")
    subject(root, "src/other.rs", "pub fn two() -> i32 { 2 }\n", "rust")
    text = "mod other;\npub fn f() -> i32 { other::two() + other::three() }\n"
    asked = subject(root, "src/lib.rs", text, "rust")
    before = contents(root)
    found = problems_of(await checker(sandbox, root).check(asked, {}, Stage.COMPILE))
    assert [(it.path, it.line, it.rule) for it in found] == [(asked.path, 2, "E0425")]
    assert contents(root) == before


async def test_a_language_without_a_tool_has_no_outcome(
    sandbox: CountingSandbox, root: Path
) -> None:
    asked = subject(root, "a.rb", "x", "ruby")
    assert await checker(sandbox, root).check(asked, {}, Stage.COMPILE) == ()
    assert sandbox.jobs == []


async def test_the_grammar_is_asked_without_running_anything(
    sandbox: CountingSandbox, root: Path
) -> None:
    asked = subject(root, "a.c", "int f(void)\n{\n\treturn (1;\n}\n", "c")
    found = problems_of(await checker(sandbox, root).check(asked, {}, Stage.PARSE))
    assert {it.line for it in found} == {3}
    assert sandbox.jobs == []


# Memory


async def test_the_same_question_is_asked_once(sandbox: CountingSandbox, root: Path) -> None:
    need("gcc", root)
    asked = subject(root, "a.c", BROKEN, "c")
    checking = checker(sandbox, root)
    first, second = await asyncio.gather(
        *(checking.check(asked, {}, Stage.COMPILE) for _ in range(2))
    )
    third = await checking.check(asked, {}, Stage.COMPILE)
    assert first == second == third
    assert sum("-fsyntax-only" in it.argv for it in sandbox.jobs) == 1


async def test_a_later_fix_of_the_same_state_asks_nothing_again(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("gcc", root)
    asked = subject(root, "a.c", BROKEN, "c")
    (root / "run.sh").write_text("exit 0\n")
    now = 0.0
    memory = CheckMemory(lambda: now)
    programs = Programs(root, folders_of_path())
    commands = Commands((("sh", "run.sh"),), 20.0)

    async def checked(tests: Commands = commands) -> int:
        checking = CodeChecker(sandbox, programs, tests, memory)
        before = len(sandbox.jobs)
        await checking.check(asked, {asked.path: BROKEN}, Stage.COMPILE)
        await checking.check(asked, {asked.path: BROKEN}, Stage.TESTS)
        return len(sandbox.jobs) - before

    assert await checked() == 3  # the version, the compiler, the tests
    assert await checked() == 0
    assert await checked(Commands((("sh", "run.sh"), ("true",)), 20.0)) == 2
    (root / "deep" / "er").mkdir(parents=True)
    (root / "deep" / "er" / "data.txt").write_text("what a test reads")
    assert await checked() == 2
    now += 3600
    assert await checked() == 2


async def test_what_nobody_can_look_at_in_whole_is_not_remembered_for_another_fix(
    sandbox: CountingSandbox, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need("gcc", root)
    monkeypatch.setattr(memory_module, "MOST_STAMPED", 3)
    asked = subject(root, "a.c", BROKEN, "c")
    for number in range(5):
        (root / f"{number}.txt").write_text("x")
    memory = CheckMemory()
    for _ in range(2):
        checking = CodeChecker(sandbox, Programs(root, folders_of_path()), NO_TESTS, memory)
        for _ in range(2):
            await checking.check(asked, {}, Stage.COMPILE)
    assert sum("-fsyntax-only" in it.argv for it in sandbox.jobs) == 2


@pytest.mark.parametrize("changed", ["a.c", "b.h", "deep/c.h", "compile_flags.txt"])
async def test_another_state_of_the_files_is_another_question(
    sandbox: CountingSandbox, root: Path, changed: str
) -> None:
    need("gcc", root)
    asked = subject(root, "a.c", BROKEN, "c")
    checking = checker(sandbox, root)
    await checking.check(asked, {}, Stage.COMPILE)
    (root / changed).parent.mkdir(exist_ok=True)
    (root / changed).write_text(CLEAN if changed == "a.c" else "-DX\n")
    await checking.check(asked, {}, Stage.COMPILE)
    await checking.check(asked, {asked.path: CLEAN}, Stage.COMPILE)
    assert sum("-fsyntax-only" in it.argv for it in sandbox.jobs) == 3


async def test_who_gives_up_leaves_others_waiting_for_the_same_run(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("gcc", root)
    asked = subject(root, "a.c", BROKEN, "c")
    checking = checker(sandbox, root)
    waiting = [asyncio.create_task(checking.check(asked, {}, Stage.COMPILE)) for _ in range(2)]
    await sandbox.started.wait()
    waiting[0].cancel()
    assert len(problems_of(await waiting[1])) == 1
    assert waiting[0].cancelled()


async def test_when_all_give_up_the_run_ends_and_can_be_asked_for_again(
    sandbox: CountingSandbox, root: Path
) -> None:
    need("gcc", root)
    asked = subject(root, "a.c", BROKEN, "c")
    checking = checker(sandbox, root)
    waiting = asyncio.create_task(checking.check(asked, {}, Stage.COMPILE))
    await sandbox.started.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(problems_of(await checking.check(asked, {}, Stage.COMPILE))) == 1


# Tests


async def run_tests(
    sandbox: Sandbox, root: Path, script: str, *, seconds: float = 20.0
) -> CheckOutcome:
    asked = subject(root, "a.c", CLEAN, "c")
    (root / "run.sh").write_text(script)
    tests = Commands((("sh", "run.sh"),), seconds)
    (outcome,) = await checker(sandbox, root, tests).check(asked, {asked.path: BROKEN}, Stage.TESTS)
    return outcome


async def test_tests_that_pass_have_no_problems(sandbox: CountingSandbox, root: Path) -> None:
    outcome = await run_tests(sandbox, root, "echo 1..1\necho ok 1 - first\n")
    assert (outcome.problems, outcome.trouble, outcome.tool) == ((), "", "sh run.sh")


async def test_a_test_that_fails_is_named(sandbox: CountingSandbox, root: Path) -> None:
    outcome = await run_tests(sandbox, root, "echo 1..1\necho not ok 1 - first\nexit 1\n")
    assert [it.message for it in outcome.problems] == ["first"]
    assert "not ok 1 - first" in outcome.excerpt


async def test_tests_see_the_unsaved_text(sandbox: CountingSandbox, root: Path) -> None:
    outcome = await run_tests(sandbox, root, "grep -q two a.c")
    assert (outcome.problems, outcome.trouble) == ((), "")


async def test_tests_that_hang_are_ended(sandbox: CountingSandbox, root: Path) -> None:
    outcome = await run_tests(sandbox, root, "echo ok 1 - a\nsleep 600 & sleep 600", seconds=2.0)
    assert outcome.trouble == "it did not end within 2 s"
    assert outcome.seconds < 60


async def test_tests_that_write_without_end_are_ended(sandbox: CountingSandbox, root: Path) -> None:
    outcome = await run_tests(sandbox, root, "yes 'not ok 1 - flood'")
    assert outcome.trouble == "it wrote without end"
    assert [it.message for it in outcome.problems] in ([], ["flood"])


async def test_tests_that_write_everywhere_change_nothing(
    sandbox: CountingSandbox, root: Path
) -> None:
    subject(root, "deep/b.c", CLEAN, "c")
    (root / "a.c").write_text(CLEAN)
    outside = subject(root.parent / "outside", "a.c", "kept", "c").path
    script = f"echo x > a.c; rm -rf deep; mkdir made; echo x > /usr/made; echo x > {outside}\n"
    (root / "run.sh").write_text(script + "test ! -e deep\n")
    before = contents(root.parent)
    outcome = await run_tests(sandbox, root, script + "test ! -e deep\n")
    assert outcome.problems == ()
    assert contents(root.parent) == before
    assert contents(Path("/usr"), "made*") == {}


async def test_a_command_whose_program_is_missing_is_not_run(
    sandbox: CountingSandbox, root: Path
) -> None:
    asked = subject(root, "a.c", CLEAN, "c")
    subject(root, "run-tests", "#!/bin/sh\n", "sh").path.chmod(0o755)
    tests = Commands((("no-such-program-anywhere",), ("run-tests",)))
    outcomes = await checker(sandbox, root, tests).check(asked, {}, Stage.TESTS)
    assert [(it.problems, it.trouble) for it in outcomes] == [
        ((), "no-such-program-anywhere is not here; install it"),
        ((), "run-tests is not here; install it"),
    ]
    assert sandbox.jobs == []


# Where tools are looked for


def executable(folder: Path, name: str = "gcc") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).touch(0o755)
    return folder / name


def test_a_tool_of_the_workspace_is_never_found(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executable(root / "bin", "glossator-tool")
    (root.parent / "link").symlink_to(root / "bin")
    (root.parent / "links").mkdir()
    (root.parent / "links/glossator-tool").symlink_to(root / "bin/glossator-tool")
    monkeypatch.chdir(root)
    around = root.parent
    places = [root / "bin", around / "link", around / "links", around / "x/../project/bin"]
    path = ":".join(["", ".", "bin", *map(str, places)])
    monkeypatch.setenv("PATH", path)
    assert Programs(root, folders_of_path()).find("glossator-tool") is None


def test_a_tool_that_a_link_of_the_workspace_leads_to_is_never_found(root: Path) -> None:
    around = root.parent
    executable(around / "real/bin")
    (root / "inner").symlink_to(around / "real/bin")
    (root / "gcc").symlink_to(around / "real/bin/gcc")
    (around / "folder").symlink_to(root / "inner")
    (around / "links").mkdir()
    (around / "links/gcc").symlink_to(root / "gcc")
    (around / "more").mkdir()
    (around / "more/gcc").symlink_to("../folder/gcc")
    (around / "round").mkdir()
    (around / "round/gcc").symlink_to("gcc")
    for name in ("folder", "links", "more", "round"):
        assert Programs(root, [around / name]).find("gcc") is None
    (around / "fine").symlink_to("real/bin")
    assert Programs(root, [around / "fine"]).find("gcc") is not None


def test_a_tool_of_the_users_own_does_not_open_all_that_is_local(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = root.parent / "someone"
    monkeypatch.setenv("HOME", str(home))
    local = home / ".local"
    venv = local / "share/tools/ruff"
    executable(venv / "bin", "ruff")
    (venv / "pyvenv.cfg").write_text("home = /usr/bin\n")
    executable(local / "bin", "plain").write_bytes(b"\x7fELF")
    executable(local / "bin", "mypy").write_text("#!/usr/bin/python3\n")
    executable(local / "bin", "pipped").write_text(f"#!{venv}/bin/python\n")
    (local / "lib/python3.11").mkdir(parents=True)
    (local / "bin/ruff").symlink_to(venv / "bin/ruff")
    programs = Programs(root, [local / "bin"])
    shown = {it: programs.find(it) for it in ("ruff", "plain", "mypy", "pipped")}
    needed = {name: it.readable for name, it in shown.items() if it is not None}
    assert needed == {
        "ruff": (local / "bin", venv),
        "plain": (local / "bin",),
        "mypy": (local / "bin", local / "lib/python3.11"),
        "pipped": (local / "bin", venv),
    }
    assert shown["mypy"] is not None
    assert shown["mypy"].environment == (("PYTHONUSERBASE", str(local)),)


def test_a_shim_and_what_cannot_be_run_are_passed_over(root: Path) -> None:
    executable(root.parent / "shims")
    executable(root.parent / "plain").chmod(0o644)
    (root.parent / "folder/gcc").mkdir(parents=True)
    good = executable(root.parent / "good")
    folders = [root.parent / it for it in ("shims", "plain", "folder", "good")]
    found = Programs(root, folders).find("gcc")
    assert found is not None
    assert found.path == good


def test_the_first_name_that_is_here_counts(root: Path) -> None:
    folder = executable(root.parent / "b", "clang").parent
    found = Programs(root, [folder]).find("gcc", "clang")
    assert found is not None
    assert found.name == "clang"


def test_a_tool_of_the_system_needs_no_more_folders(root: Path) -> None:
    found = Programs(root, [Path("/usr/bin")]).find("env")
    assert found is not None
    assert found.readable == ()


def test_a_tool_of_an_environment_needs_it_whole(root: Path) -> None:
    found = Programs(root, [Path(sys.executable).parent]).find(Path(sys.executable).name)
    assert found is not None
    assert Path(sys.prefix) in found.readable


def test_a_tool_in_a_home_does_not_open_the_home(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = root.parent / "someone"
    monkeypatch.setenv("HOME", str(home))
    tool = executable(home / "bin")
    found = Programs(root, [tool.parent]).find("gcc")
    assert found is not None
    assert found.readable == (tool.parent,)
