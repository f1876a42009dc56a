"""What a project says of a file's compilation is followed as far as it is harmless."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_server.verify import compile_commands
from glossator_server.verify.compile_commands import Unit, harmless_flags, unit_for

Item = dict[str, object]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = (tmp_path / "project").resolve()
    for folder in ("src", "include", "build", "lib/deep"):
        (root / folder).mkdir(parents=True)
    (root / "src/main.c").write_text("int main(void) { return 0; }\n")
    return root


def unit_of(root: Path, name: str = "src/main.c") -> Unit:
    path = root / name
    return unit_for(path, path.read_text("utf-8"), root)


def write_database(root: Path, items: object, name: str = "compile_commands.json") -> None:
    (root / name).write_text(json.dumps(items))


def entry(root: Path, **more: object) -> Item:
    return {"directory": str(root), "file": "src/main.c", **more}


# What a database says


def test_a_command_line_is_split_as_a_shell_splits_it(root: Path) -> None:
    command = "/usr/bin/cc '-DNAME=two words' -Iinclude -c src/main.c -o main.o"
    write_database(root, [entry(root, command=command)])
    unit = unit_of(root)
    assert unit.flags == ("-DNAME=two words", "-I", str(root / "include"))
    assert unit.folder == root
    assert unit.notice == "flags of compile_commands.json"


def test_arguments_are_taken_word_by_word(root: Path) -> None:
    write_database(root, [entry(root, arguments=["clang-14", "-DA=a b", "-std=gnu11"])])
    unit = unit_of(root)
    assert unit.flags == ("-DA=a b", "-std=gnu11")
    assert unit.family == "clang"


@pytest.mark.parametrize(
    ("compiler", "cross"),
    [
        ("/opt/arm/bin/arm-none-eabi-gcc", "arm-none-eabi-gcc"),
        ("aarch64-linux-gnu-g++-12", "aarch64-linux-gnu-g++-12"),
        ("riscv64-unknown-elf-clang", "riscv64-unknown-elf-clang"),
        ("avr-gcc", "avr-gcc"),
        (f"{platform.machine()}-pc-linux-gnu-gcc", ""),
        ("musl-gcc", ""),
        ("gcc", ""),
        ("evil-gcc; rm", ""),
        ("../x/evil", ""),
        ("my-wrapper", ""),
    ],
)
def test_a_compiler_for_another_machine_is_known_by_its_name(
    root: Path, compiler: str, cross: str
) -> None:
    write_database(root, [entry(root, arguments=[compiler, "-c", "src/main.c"])])
    assert unit_of(root).cross == cross


def test_a_cache_in_front_of_a_compiler_is_none(root: Path) -> None:
    words = ["/usr/bin/ccache", "/opt/bin/arm-none-eabi-gcc", "-DA", "-c", "src/main.c"]
    write_database(root, [entry(root, arguments=words)])
    unit = unit_of(root)
    assert (unit.cross, unit.flags) == ("arm-none-eabi-gcc", ("-DA",))


@pytest.mark.parametrize(
    ("compiler", "family"),
    [
        ("gcc", "gcc"),
        ("arm-none-eabi-g++", "gcc"),
        ("/opt/llvm/bin/clang++", "clang"),
        ("ccache", "gcc"),
    ],
)
def test_the_compiler_that_is_named_is_known_by_its_family(
    root: Path, compiler: str, family: str
) -> None:
    write_database(root, [entry(root, arguments=[compiler])])
    assert unit_of(root).family == family


def test_a_relative_directory_and_file_count_from_the_database(root: Path) -> None:
    item = {"directory": "..", "file": "src/main.c", "arguments": ["cc", "-I", "include"]}
    write_database(root, [item], "build/compile_commands.json")
    unit = unit_of(root)
    assert unit.notice == "flags of build/compile_commands.json"
    assert unit.flags == ("-I", str(root / "include"))


def test_the_nearest_database_counts(root: Path) -> None:
    write_database(root, [entry(root, arguments=["cc", "-DFAR"])])
    write_database(root, [entry(root, arguments=["cc", "-DNEAR"])], "src/compile_commands.json")
    assert unit_of(root).flags == ("-DNEAR",)


def test_a_build_folder_that_is_gone_is_replaced_by_that_of_the_file(root: Path) -> None:
    path = str(root / "src/main.c")
    write_database(root, [{"directory": str(root / "gone"), "file": path, "arguments": ["cc"]}])
    assert unit_of(root).folder == root / "src"


def test_compile_flags_txt_is_one_word_a_line(root: Path) -> None:
    (root / "compile_flags.txt").write_text("-DA=a b\n\n-I\ninclude\n-fplugin=evil.so\n")
    unit = unit_of(root)
    assert unit.flags == ("-DA=a b", "-I", str(root / "include"))
    assert unit.notice == "flags of compile_flags.txt"


def test_a_file_that_a_database_does_not_name_is_said_to_be_guessed(root: Path) -> None:
    (root / "src/other.c").write_text("int other;\n")
    write_database(root, [entry(root, arguments=["cc", "-DA"])])
    unit = unit_of(root, "src/other.c")
    assert "-DA" not in unit.flags
    assert unit.notice == "compile_commands.json does not name it: flags are guessed"


# What a database gets wrong


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("\udcff", "cannot be read"),
        ("{}", "names no file of the workspace"),
        ("7", "names no file of the workspace"),
        ('[null, 1, "x", [], {"file": 7}, {}]', "names no file of the workspace"),
        (
            '[{"file": "src/main.c", "command": "cc \'"}]',
            "has no command for it that can be read",
        ),
        ('[{"file": "src/\\u0000.c", "command": "cc"}]', "names no file of the workspace"),
        ('[{"file": "/etc/passwd", "command": "cc"}]', "names no file of the workspace"),
    ],
)
def test_a_database_that_says_nothing_leads_to_a_guess(root: Path, content: str, why: str) -> None:
    (root / "compile_commands.json").write_text(content, "utf-8", "surrogateescape")
    unit = unit_of(root)
    assert unit.notice == f"compile_commands.json {why}: flags are guessed"


def test_a_database_that_is_too_large_is_not_read(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_database(root, [entry(root, arguments=["cc", "-DA"])])
    monkeypatch.setattr(compile_commands, "MOST_BYTES", 10)
    unit = unit_of(root)
    assert unit.notice.startswith("compile_commands.json is too large and is not read: ")
    assert "-DA" not in unit.flags


@pytest.mark.parametrize("value", [7, None, {"a": 1}])
def test_words_that_are_none_do_no_harm(root: Path, value: object) -> None:
    write_database(root, [entry(root, arguments=["cc", value, "-DA"])])
    assert unit_of(root).flags == ("-DA",)


def test_names_that_no_file_can_have_do_no_harm(root: Path) -> None:
    long = "x" * 5_000
    items = [
        entry(root, directory=long, file=str(root / "src/main.c"), arguments=["cc", "-I", long]),
        entry(root, file=f"{long}.c", arguments=["cc"]),
    ]
    write_database(root, items)
    assert unit_of(root).flags == ()
    (root / "include/a.h").write_text("int a;\n")
    assert unit_of(root, "include/a.h").path.name == "a.h"


# Headers


def test_a_header_is_compiled_through_the_smallest_unit_that_includes_it(root: Path) -> None:
    (root / "include/a.h").write_text("int a;\n")
    (root / "src/big.c").write_text('#include "a.h"\n' + "int x;\n" * 50)
    (root / "src/small.c").write_text('#include "a.h"\n')
    unit = unit_of(root, "include/a.h")
    assert unit.path == root / "src/small.c"
    assert unit.notice.startswith("through src/small.c; ")


def test_a_header_is_found_through_another_header(root: Path) -> None:
    (root / "include/inner.h").write_text("int a;\n")
    (root / "include/outer.h").write_text('#include "inner.h"\n')
    (root / "src/main.c").write_text("#include <outer.h>\nint main(void) { return 0; }\n")
    assert unit_of(root, "include/inner.h").path == root / "src/main.c"


def test_a_header_goes_through_the_units_of_the_database_first(root: Path) -> None:
    (root / "include/a.h").write_text("int a;\n")
    (root / "src/main.c").write_text('#include "a.h"\n' + "int x;\n" * 50)
    (root / "src/small.c").write_text('#include "a.h"\n')
    write_database(root, [entry(root, arguments=["cc", "-DA"])])
    unit = unit_of(root, "include/a.h")
    assert (unit.path, unit.flags) == (root / "src/main.c", ("-DA",))


@pytest.mark.parametrize(("name", "language"), [("a.h", "c"), ("a.inc", "c"), ("a.hpp", "c++")])
def test_a_header_of_no_unit_is_compiled_alone(root: Path, name: str, language: str) -> None:
    (root / "include" / name).write_text("int a;\n")
    unit = unit_of(root, f"include/{name}")
    assert unit.path == root / "include" / name
    assert unit.flags[:2] == ("-x", language)
    assert unit.notice.startswith("no unit includes it: compiled alone; ")


def test_a_header_of_a_similar_name_is_another_one(root: Path) -> None:
    (root / "include/a.h").write_text("int a;\n")
    (root / "src/main.c").write_text('#include "data.h"\n')
    assert unit_of(root, "include/a.h").path == root / "include/a.h"


# Guesses


def included(unit: Unit) -> list[str]:
    return [unit.flags[at + 1] for at, word in enumerate(unit.flags) if word == "-I"]


def test_a_guess_looks_beside_the_file_and_in_the_usual_folders(root: Path) -> None:
    folders = [str(root / it) for it in ("src", "include", ".")]
    assert included(unit_of(root)) == folders


def test_a_guess_finds_a_header_that_there_is_once(root: Path) -> None:
    (root / "lib/deep/only.h").write_text("")
    (root / "src/main.c").write_text('#include "deep/only.h"\n')
    assert included(unit_of(root))[-1] == str(root / "lib")


def test_a_guess_takes_none_of_two_headers(root: Path) -> None:
    (root / "lib/deep/two.h").write_text("")
    (root / "lib/two.h").write_text("")
    (root / "src/main.c").write_text('#include "two.h"\n')
    assert str(root / "lib/deep") not in included(unit_of(root))


@pytest.mark.parametrize(
    "name", ["x/", "/", "..", "../../etc/passwd", "*", "**", "[", "a\0b", "x" * 5_000, "é" * 200]
)
def test_odd_includes_are_no_trouble(root: Path, name: str) -> None:
    (root / "src/main.c").write_text(f'#include "{name}"\n', "utf-8")
    assert all(Path(it).is_relative_to(root) for it in included(unit_of(root)))


def test_a_guess_takes_plain_words_of_the_makefile(root: Path) -> None:
    words = "-std=gnu99 -DSIZE=4 -D DEBUG -Wall -Werror -fplugin=x.so -Wl,-z,now -B."
    (root / "Makefile").write_text(f"CFLAGS = {words} $(MORE)\n")
    flags = unit_of(root).flags
    assert flags[: flags.index("-I")] == ("-std=gnu99", "-DSIZE=4", "-DDEBUG", "-Wall")


# Flags of nobody's choosing

HARMLESS = [
    ("-DA",), ("-D", "A=1"), ("-UB",), ("-Iinclude",), ("-I", "src"), ("-isystem", "/usr/include"),
    ("-include", "src/main.c"), ("-std=c11",), ("-Wall",), ("-Wno-unused",), ("-O2",), ("-g",),
    ("-m32",), ("-x", "c"), ("-fno-common",), ("-pthread",),
]  # fmt: skip
HOSTILE = [
    ("-fplugin=./evil.so",), ("-fplugin", "./evil.so"), ("-fplugin-arg-a-b=c",), ("-B.",),
    ("-B", "."), ("@words.txt",), ("-Xclang", "-load"), ("-Xclang", "./evil.so"), ("-Xlinker", "x"),
    ("-Xpreprocessor", "-I/root"), ("-Xassembler", "x"), ("-wrapper", "sh,-c"), ("-specs=./s",),
    ("--specs=./s",), ("-Wl,-z",), ("-Wa,-a=x",), ("-Wp,-MD,x",), ("-include", "../../etc/passwd"),
    ("-include../../etc/passwd",), ("-imacros/etc/passwd",), ("-I/root",), ("-I", "/root"),
    ("-isystem/root",), ("-iquote", ".."), ("-o", "x"), ("-ox",), ("-MF", "x"), ("-MFx",), ("-MD",),
    ("-MMD",), ("-x", "assembler"), ("-xassembler-with-cpp",), ("-xnone",), ("-I", "src\0/root"),
    ("-DA\0B",), ("-D",), ("-I",), ("-x",), ("--sysroot=/root",), ("-isysroot", "/root"),
    ("-iprefix", "/root"), ("-save-temps",), ("-dumpbase", "x"), ("-aux-info", "x"), ("-pipe",),
    ("-no-canonical-prefixes",), ("-fprofile-use=x",), ("-fdump-tree-all",), ("-gcc-toolchain",),
    ("--gcc-toolchain=.",), ("-gen-reproducer",), ("-fmodules-cache-path=x",), ("-ivfsoverlay",),
    ("-fuse-ld=./x",), ("-fcallgraph-info",), ("--config", "x"), ("--config=x",), ("-load",),
    ("-fpass-plugin=./x.so",), ("-mllvm",), ("-T", "x"), ("-Werror",), ("-Werror=all",),
    ("-l", "m"), ("-fsanitize-ignorelist=/root",), ("-MT\n", "x"), ("", ""), ("-",), ("--",),
    ("x.c",),
]  # fmt: skip
ALONE = frozenset(it[0] for it in HARMLESS if it[0][:2] not in ("-D", "-U", "-I", "-i", "-x"))


def check_harmless(flags: tuple[str, ...], root: Path) -> None:
    """Hold each word against a rule of its own, by what the words above may turn into."""
    left = list(flags)
    while left:
        word = left.pop(0)
        assert "\0" not in word
        if word in ("-I", "-isystem", "-iquote", "-include", "-imacros"):
            value = Path(left.pop(0))
            assert value.is_absolute()
            assert ".." not in value.parts
            assert value.is_relative_to(root) or value.is_relative_to("/usr")
        elif word == "-x":
            assert left.pop(0) == "c"
        else:
            assert word in ALONE or (word[:2] in ("-D", "-U") and len(word) > 2)


@given(st.lists(st.sampled_from(HARMLESS + HOSTILE), max_size=12))
def test_nothing_but_harmless_flags_survives(
    tmp_path_factory: pytest.TempPathFactory, chosen: list[tuple[str, ...]]
) -> None:
    root = tmp_path_factory.getbasetemp().resolve() / "flags"
    for folder in ("src", "include"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "src/main.c").touch()
    words = [word for it in chosen for word in it]
    check_harmless(harmless_flags(words, root, root), root)


@given(st.lists(st.text(max_size=20), max_size=8))
def test_words_of_any_kind_are_no_trouble(words: list[str]) -> None:
    root = Path("/nowhere")
    for word in harmless_flags(words, root, root):
        assert word.startswith(("-", "/usr")) or word in ("c", "c++")


@pytest.mark.parametrize("words", HARMLESS, ids=" ".join)
def test_each_harmless_flag_survives(root: Path, words: tuple[str, ...]) -> None:
    assert harmless_flags(words, root, root)


@pytest.mark.parametrize("words", HOSTILE, ids=repr)
def test_each_hostile_flag_falls(root: Path, words: tuple[str, ...]) -> None:
    assert harmless_flags(words, root, root) == ()


def test_a_link_out_of_the_workspace_is_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")
    assert harmless_flags(["-Ilink", "-I", "link/../src"], root, root) == ()


def test_a_command_without_end_is_cut(root: Path) -> None:
    assert len(harmless_flags(["-DA"] * 10_000, root, root)) == compile_commands.MOST_FLAGS


def test_a_unit_that_is_gone_in_what_is_checked_includes_nothing(root: Path) -> None:
    header = root / "src/main.h"
    header.write_text("int main(void);\n")
    for name in ("src/main.c", "src/other.c"):
        (root / name).write_text('#include "main.h"\n')
    both = {root / "src/main.c", root / "src/other.c"}
    text = header.read_text("utf-8")
    for gone in (set(), {root / "src/main.c"}, both):
        unit = unit_for(header, text, root, frozenset(gone))
        left = sorted(both - gone)
        assert unit.path == (left[0] if left else header), gone
