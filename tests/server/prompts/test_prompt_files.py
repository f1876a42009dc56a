"""The user's prompts: which is asked, when a changed file counts, what a broken one does."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from glossator_clients.types import ModelInfo
from glossator_gate.errors import ConfigurationError
from glossator_indexer.symbols import find_symbols
from glossator_server.cli.journal import journal_key
from glossator_server.prompts.files import (
    load_template,
    product_file,
    product_prompt,
    prompt_problems,
    prompts_folder,
    template_for,
    user_files,
)
from glossator_server.settings import DocumentOptions
from tests.server.actions.checks import snapshot_of

SMALL = ModelInfo("small", "embedded", "small", "here", 2048, local=True)
LARGE = ModelInfo("large", "ollama", "large", "there", 8192, local=True)
MARK = "In the words of a sailor."


@pytest.fixture
def folder(own_home: Path) -> Path:
    found = prompts_folder()
    assert found.is_relative_to(own_home)
    found.mkdir(parents=True)
    return found


def write(folder: Path, name: str, of: str = "document", mark: str = MARK) -> Path:
    path = folder / f"{name}.md"
    path.write_text(product_file(of).text.replace("## system\n", f"## system\n{mark}\n"))
    return path


def system(use: str, chosen: str = "", model: ModelInfo = LARGE) -> str:
    return template_for(use, chosen, model).sections["system"]


def test_a_file_of_the_user_takes_the_place_of_the_products(folder: Path) -> None:
    assert MARK not in system("document")
    write(folder, "document")
    assert MARK in system("document")
    # Small models have a prompt of their own, which stays as it was.
    assert MARK not in system("document", model=SMALL)
    assert MARK not in product_prompt("document").sections["system"]


def test_a_new_prompt_is_chosen_by_name_for_every_model(folder: Path) -> None:
    write(folder, "sailor")
    assert MARK in system("document", "sailor", SMALL)
    assert MARK in system("document", "sailor", LARGE)
    assert MARK not in system("document")


def test_a_prompt_is_loaded_by_its_path(tmp_path: Path, folder: Path) -> None:
    path = write(tmp_path, "elsewhere")
    template = load_template(str(path))
    assert template.name == "elsewhere"
    assert template.sha256 == sha256(path.read_bytes()).hexdigest()
    assert not list(folder.iterdir())


def test_a_file_that_changed_counts_at_once(folder: Path) -> None:
    path = write(folder, "sailor")
    assert MARK in system("document", "sailor")
    write(folder, "sailor", mark="In the words of a much older cook.")
    assert "cook" in system("document", "sailor")
    path.unlink()
    assert "There is no prompt sailor" in template_for("document", "sailor").trouble


def test_what_could_not_be_done_by_one_prompt_is_tried_by_another(folder: Path) -> None:
    snapshot = snapshot_of("int add(int a, int b);\n")
    (symbol,) = find_symbols(snapshot.source, "add")

    def key() -> str:
        return journal_key(snapshot, symbol, LARGE, DocumentOptions())

    before = key()
    path = write(folder, "document")
    changed = key()
    path.unlink()
    assert before == key() != changed


def test_a_broken_file_is_told_and_the_products_own_is_used(folder: Path) -> None:
    path = write(folder, "document")
    path.write_text(path.read_text().replace("temperature = 0.2", "temperature = 20"))
    used = template_for("document", "", LARGE)
    assert used.sections == product_prompt("document").sections
    assert used.trouble == (
        f"{path}:4: temperature cannot be 20; choose a number from 0 to 2; "
        "the product's own prompt is used meanwhile."
    )
    assert prompt_problems() == (
        f"{path}:4: temperature cannot be 20; choose a number from 0 to 2.",
    )
    with pytest.raises(ConfigurationError, match="temperature cannot be 20"):
        load_template("document")


def test_a_prompt_for_something_else_is_not_used(folder: Path) -> None:
    write(folder, "sailor")
    used = template_for("ask", "sailor")
    assert used.name == "ask"
    assert used.trouble.startswith("The prompt sailor is for document and not for ask;")


def test_a_file_cannot_take_the_place_of_a_prompt_for_something_else(folder: Path) -> None:
    write(folder, "explain", of="ask")
    (file,) = user_files()
    assert file.problems[0].line == 2
    assert "which is for explain, and this one is for ask" in file.problems[0].sentence


@pytest.mark.parametrize("name", ["My Prompt", "a.b", "-x", "Übung"])
def test_a_file_whose_name_cannot_be_chosen_is_told(folder: Path, name: str) -> None:
    write(folder, name)
    write(folder, ".document")
    assert [it.name for it in user_files()] == [name]
    assert "rename the file" in prompt_problems()[0]


@pytest.mark.parametrize("raw", [b"\xff\xfe+++", b"+++\n\0", b"x" * (1024 * 1024 + 1)])
def test_what_is_no_text_is_told(folder: Path, raw: bytes) -> None:
    (folder / "document.md").write_bytes(raw)
    assert len(prompt_problems()) == 1
    assert template_for("document", "").sections == product_prompt("document").sections


def test_a_folder_is_no_prompt(folder: Path) -> None:
    (folder / "document.md").mkdir()
    assert "regular file" in prompt_problems()[0]
    assert "regular file" in template_for("document", "", LARGE).trouble


@pytest.mark.parametrize("name", ["nothing", "../document", "a/b.md", "", ".", "/etc/passwd"])
@pytest.mark.usefixtures("folder")
def test_what_is_no_prompt_is_an_error_that_says_so(name: str) -> None:
    with pytest.raises(ConfigurationError):
        load_template(name)
