"""What becomes of whole files: chunks that cover them, and bad input that costs nothing else."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from glossator_indexer import extraction
from glossator_indexer.chunking import contextual_text, entities_of_chunk
from glossator_indexer.extraction import NO_CODE, cutting, extract, extract_text
from glossator_indexer.extraction.outline import OutlineEntity
from glossator_indexer.records import EntityKind, Extract, FoundFile, Trust

FUNCTION = "int f{n}(int a)\n{{\n\t/* %s */\n\treturn a + {n};\n}}\n" % ("why " * 30)


def found(path: str = "a.c", language: str = "c") -> FoundFile:
    return FoundFile(path, 0, 0, 0, language)


def extracted(text: str, path: str = "a.c") -> Extract:
    return extract(found(path), text.encode())


def check_sound(extract_of: Extract, text: str) -> None:
    """Check that chunks are in order, share no line, and leave none out that is not blank."""
    record, texts = extract_of.record, extract_of.texts
    assert len(record.chunks) == len(texts)
    lines = text.split("\n")
    covered = 0
    for chunk, words in zip(record.chunks, texts, strict=True):
        assert chunk.start_line > covered
        assert not "".join(lines[covered : chunk.start_line - 1]).strip()
        assert chunk.start_line <= chunk.end_line <= len(lines)
        assert words == "\n".join(lines[chunk.start_line - 1 : chunk.end_line])
        assert chunk.hash == hashlib.sha256(words.encode("utf-8", "replace")).digest()[:16]
        assert -1 <= chunk.entity < len(record.entities)
        covered = chunk.end_line
    assert not "".join(lines[covered:]).strip()


def test_a_function_is_a_chunk_with_its_comment_and_what_exports_it() -> None:
    function = "/** f() - do */\nint f(struct x *p)\n{\n\treturn g(p);\n}\n"
    text = f"#include <a.h>\n\n{function}EXPORT_SYMBOL(f);\n"
    result = extracted(text)
    check_sound(result, text)
    chunk = result.record.chunks[1]
    assert (chunk.kind, chunk.start_line, chunk.end_line) == (EntityKind.FUNCTION, 3, 8)
    assert (chunk.calls, chunk.types) == (("g", "EXPORT_SYMBOL"), ("x",))
    assert result.record.entities[chunk.entity].name == "f"


def test_small_neighbours_are_one_chunk_and_each_is_told() -> None:
    text = "".join(f"#define LIMIT_{n} {n}\n" for n in range(20))
    result = extracted(text)
    check_sound(result, text)
    assert [it.kind for it in result.record.chunks] == [EntityKind.MACRO]
    assert len(entities_of_chunk(result.record, 0)) == 20


def test_a_long_function_has_parts_that_know_it() -> None:
    body = "".join(f"\tstep_{n}(a, b, c);\n" + ("\n" if n % 9 == 0 else "") for n in range(600))
    text = f"int long_one(int a)\n{{\n{body}}}\n"
    result = extracted(text)
    check_sound(result, text)
    assert len(result.texts) > 2
    assert {it.entity for it in result.record.chunks} == {0}
    assert all(len(it) <= cutting.WHOLE_CHARACTERS for it in result.texts)
    assert entities_of_chunk(result.record, 1)[0].name == "long_one"


def test_a_conditional_opens_the_chunk_behind_it() -> None:
    one, two, three = (f"int f{n}(int a)\n{{\n\treturn {'a + ' * 30}{n};\n}}\n" for n in (1, 2, 3))
    text = f"{one}\n#ifdef A\n{two}#endif\n\n#ifdef B\n{three}#endif\n"
    result = extracted(text)
    check_sound(result, text)
    assert [it.splitlines()[0] for it in result.texts] == ["int f1(int a)", "#ifdef A", "#ifdef B"]
    assert [it.endswith("#endif") for it in result.texts] == [False, True, True]


def test_stubs_are_one_chunk() -> None:
    text = "".join(f"static inline void f{n}(void) {{ }}\n" for n in range(9))
    result = extracted(text)
    check_sound(result, text)
    assert [(it.kind, it.entity) for it in result.record.chunks] == [(EntityKind.FUNCTION, -1)]


def test_the_header_places_a_chunk() -> None:
    result = extracted("int f(struct x *p)\n{\n\treturn g(p);\n}\n", "mm/page_alloc.c")
    text = contextual_text(result.record, 0, result.texts[0])
    assert text.splitlines()[:4] == ["mm/page_alloc.c", "int f(struct x *p)", "g", "x"]
    assert text.endswith(result.texts[0])


@pytest.mark.parametrize("seed", range(40))
def test_any_text_is_covered(seed: int) -> None:
    chance = random.Random(seed)
    parts = [
        FUNCTION.format(n=1), "/* a */\n", "#if A\n", "#endif\n", "\n\n", "int x; int y;\n", "}\n",
        "struct s {\n\tint a;\n};\n", "#define A(x) \\\n\tx\n", '"', "/*", "é\x0c\u2028\n",
        "int t[] = {\n" + "\t1, 2, 3,\n" * 900 + "};\n", "f(", "\r\n", "\n" * 300, "{",
        "x" * 5000, "\t.a = b,\n",
    ]  # fmt: skip
    text = "".join(chance.choices(parts, k=30))
    check_sound(extracted(text), text)


def test_what_is_not_utf_8_keeps_its_lines() -> None:
    result = extract(found(), b"/* \xff\xfe\x80 */\nint f(void)\n{\n\treturn 0; /* \xe9 */\n}\n")
    (function,) = result.record.entities
    assert (function.start_line, function.end_line) == (2, 5)
    assert "\ufffd" in result.texts[0]


def test_what_says_that_a_program_wrote_it_is_trusted_less() -> None:
    text = "/* Code generated by protoc. DO NOT EDIT. */\nint f(void) { return 1; }\n"
    assert extracted(text).record.trust is Trust.GENERATED
    assert extracted("/* We generated this idea. */\nint f;\n").record.trust is Trust.PROJECT


def test_utf_16_is_read() -> None:
    result = extract(found(), "int f(void)\n{\n}\n".encode("utf-16"))
    assert [it.name for it in result.record.entities] == ["f"]


def test_binary_data_says_so_and_nothing_else() -> None:
    result = extract(found(), bytes(range(256)) * 100)
    assert (result.record.entities, result.texts) == ((), ())
    assert result.record.trouble is not None
    assert "binary" in result.record.trouble


def test_a_single_nul_does_no_harm() -> None:
    result = extract(found(), b"int f(void)\n{\n}\n" * 200 + b"\0")
    assert len(result.record.entities) == 200


def test_a_huge_file_is_read_at_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "MOST_BYTES", 1 << 20)
    raw = b"int f(void)\n{\n\treturn 0;\n}\n" * 60_000
    result = extract(found(), raw)
    assert result.record.trouble is not None
    assert "1 MB" in result.record.trouble
    assert result.record.content_hash == hashlib.sha256(raw).digest()
    assert 30_000 < len(result.record.entities) < 50_000


def test_a_line_of_a_minified_file_is_cut() -> None:
    (text,) = extracted("a" * 100_000).texts
    assert len(text) == extraction.LONGEST_TEXT


def test_there_are_never_more_chunks_than_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "MOST_CHUNKS_IN_A_FILE", 50)
    text = "".join(FUNCTION.format(n=n) for n in range(200))
    result = extracted(text)
    assert len(result.record.chunks) < 50
    assert result.record.chunks[-1].end_line == text.count("\n")


def test_a_register_dump_is_generated_and_has_no_entities() -> None:
    text = "/* made */\n" + "".join(f"#define mmREGISTER_{n} 0x{n:04x}\n" for n in range(12_000))
    result = extracted(text, "regs.h")
    check_sound(result, text)
    assert result.record.trust is Trust.GENERATED
    assert result.record.entities == ()
    assert len(result.texts) < 100


def test_a_secret_is_in_no_text_and_no_signature() -> None:
    key = "ghp_" + "a1B2" * 9
    result = extracted(f'static const char *token = "{key}";\n#define TOKEN "{key}"\n')
    assert key not in repr(result)
    assert len(result.texts) == 1


def test_an_unsaved_buffer_is_read_as_its_file_would_be() -> None:
    text = FUNCTION.format(n=1) + "/* é */\n"
    assert extract_text(found(), text) == extracted(text)


def test_a_header_with_classes_is_cpp() -> None:
    result = extracted("namespace a {\nclass B {\n public:\n  int c();\n};\n}\n", "b.h")
    assert result.record.language == "cpp"
    assert "B" in [it.name for it in result.record.entities]


@pytest.mark.kernel
def test_the_kernels_files_are_covered(kernel_tree: Path) -> None:
    for path in sorted((kernel_tree / "fs/ext4").rglob("*.[ch]")):
        text = path.read_bytes().decode("utf-8", "replace")
        check_sound(extracted(text, path.name), text)


def test_nesting_without_end_is_cut_all_the_same() -> None:
    text = "".join(f"class A {{ // {'x' * 50}\n" for _ in range(2_000)) + "}\n" * 2_000
    entities = [
        OutlineEntity("A", EntityKind.CLASS, "", at, at, 4_001 - at, "class A")
        for at in range(1, 2_001)
    ]
    cuts = cutting.cuts_of(cutting.lines_of(text), entities)
    assert [it.first_line for it in cuts[:3]] == [1, 2, 3]
    assert cuts[-1].last_line == 4_000


def test_the_head_of_a_class_and_its_methods_are_chunks() -> None:
    methods = "".join(
        f"    def m{n}(self):\n        return {' + '.join(['self.value'] * 60)}\n\n" for n in (1, 2)
    )
    text = f'def f():\n    return {"1 + " * 100}1\n\n\nclass A(B):\n    """Do."""\n\n{methods}'
    result = extract(FoundFile("a.py", 0, 0, 0, "python"), text.encode())
    check_sound(result, text)
    assert [it.splitlines()[0].strip() for it in result.texts] == [
        "def f():",
        "class A(B):",
        "def m1(self):",
        "def m2(self):",
    ]


def _noise(letters: bytes, size: int) -> bytes:
    rng = random.Random(5)
    return bytes(rng.choices(letters, k=size))


@pytest.mark.parametrize("letters", [b"abcdefghijklmnopqrstuvwxyz \n", bytes(range(1, 256))])
def test_of_noise_only_the_start_is_kept(letters: bytes) -> None:
    raw = b"int real(void)\n{\n}\n" + _noise(letters, 600_000)
    result = extract(FoundFile("a.c", len(raw), 0, 0, "c"), raw)
    assert result.record.trouble == NO_CODE
    assert len(result.record.chunks) == len(result.texts) < 80
    assert result.record.entities[0].name == "real"


def test_of_a_long_table_and_a_long_script_everything_is_kept() -> None:
    table = "int table[] = {\n" + "\t0x1234, 0x5678,\n" * 60_000 + "};\n"
    whole = extract(FoundFile("a.c", 0, 0, 0, "c"), table.encode())
    assert whole.record.trouble is None
    assert whole.record.chunks[-1].end_line == 60_002
    script = "".join(f"print('step {at}', run({at}))\n" for at in range(6_000))
    whole = extract(FoundFile("a.py", 0, 0, 0, "python"), script.encode())
    assert whole.record.trouble is None
    assert whole.record.chunks[-1].end_line == 6_000
