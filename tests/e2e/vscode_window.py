"""Own what a person does and sees in a window of VS Code, with keys and mouse.

It knows the workbench and nothing of ours; each step waits for what it is about to be there.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from playwright.sync_api import FrameLocator, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

# Each step takes a fraction of it, also while other work shares the machine.
PATIENCE_S = 40
_LOOK_AGAIN_S = 0.05
_SOON_MS = 3000
_AT_ONCE_MS = 300

# What the system wishes, and what marks a window that follows it; a light one stays at last.
THEMES: tuple[tuple[str, Scheme, Forced, str], ...] = (
    ("dark", "dark", "none", "vs-dark"),
    ("contrast", "dark", "active", "hc-black"),
    ("light", "light", "none", "vs"),
)

expect.set_options(timeout=PATIENCE_S * 1000)
Found = TypeVar("Found")
Scheme = Literal["dark", "light"]
Forced = Literal["active", "none"]


def until(what: str, condition: Callable[[], Found], patience_s: float = PATIENCE_S) -> Found:
    """Return what the condition says as soon as that is something; fail with `what` else."""
    end = time.monotonic() + patience_s
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(_LOOK_AGAIN_S)


@dataclass(frozen=True, slots=True)
class Window:
    """A window with a folder open; `pictures` is where pictures of it are kept."""

    page: Page
    folder: Path
    pictures: Path

    # The workbench

    def wait_until_ready(self) -> None:
        """Wait until the files are listed and the status bar says something."""
        rows = self.page.locator(".explorer-folders-view .monaco-list-row")
        rows.first.wait_for()
        self.page.locator(".statusbar-item").first.wait_for()

    def press(self, *keys: str) -> None:
        """Press keys, one after another, for example `Control+KeyS`."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type a text where the keyboard is."""
        self.page.keyboard.type(text)

    def command(self, title: str) -> None:
        """Run a command by its title in the palette."""
        self._summon("F1")
        self._pick(f">{title}", title)

    @property
    def quick_input(self) -> Locator:
        """Return the box in which VS Code asks for a text or a choice."""
        return self.page.locator(".quick-input-widget:visible")

    def _summon(self, key: str) -> None:
        """Have the box opened by a key; one that comes while another box closes is lost."""
        self.quick_input.wait_for(state="hidden")
        box = self.quick_input.locator(".quick-input-box input")

        def opened() -> bool:
            self.press(key)
            with suppress(PlaywrightTimeout):
                box.wait_for(timeout=_SOON_MS)
            return box.is_visible()

        until(f"{key} opens a box", opened)

    def answer(self, text: str) -> None:
        """Type a text into the box that VS Code asks in, and accept it."""
        self._filter(text)
        self.press("Enter")

    def _filter(self, text: str) -> None:
        box = self.quick_input.locator(".quick-input-box input")
        box.wait_for()
        box.fill(text)

    def _pick(self, text: str, label: str) -> None:
        self._filter(text)
        rows = self.quick_input.locator(".monaco-list-row")
        row = rows.filter(has=self.page.locator(".label-name", has_text=_exactly(label))).first
        row.wait_for()
        # By the keyboard: a click would wait for the list to stand still.
        until(f"the list shows {label!r}", lambda: self._walked_to(row))
        self.press("Enter")

    def _walked_to(self, row: Locator) -> bool:
        if "focused" in (row.get_attribute("class") or ""):
            return True
        self.press("ArrowDown")
        return False

    # Editors

    def open(self, name: str) -> None:
        """Open a file of the folder; the keyboard is in it then."""
        self._summon("Control+KeyP")
        self._filter(name)
        label = Path(name).name
        row = self.quick_input.locator(".monaco-list-row.focused").filter(
            has=self.page.locator(".label-name", has_text=_exactly(label))
        )
        row.first.wait_for()
        self.press("Enter")
        self.tab(label).wait_for()
        self._wait_for_keyboard()

    def tab(self, name: str) -> Locator:
        """Return the tab that is in front, if it has this name."""
        return self.page.locator(f'.tab.active[data-resource-name="{name}"]').first

    @property
    def editor(self) -> Locator:
        """Return the text editor that is in front."""
        return self.page.locator(".editor-group-container.active .monaco-editor").first

    def _wait_for_keyboard(self) -> None:
        self.page.locator(".editor-group-container.active .monaco-editor.focused").first.wait_for()

    def go_to(self, text: str, offset: int = 0) -> None:
        """Put the cursor where a text begins in the file in front, as it is on the disk."""
        name = self.page.locator(".tab.active").first.get_attribute("data-resource-name")
        assert name, "no file is in front"
        source = self.text(name)
        at = source.index(text) + offset
        line = source.count("\n", 0, at) + 1
        self.go_to_place(line, at - source.rfind("\n", 0, at))

    def go_to_place(self, line: int, column: int) -> None:
        """Put the cursor at a place; lines and columns count from one."""
        self._summon("Control+KeyG")
        self._filter(f":{line}:{column}")
        self.press("Enter")
        self.quick_input.wait_for(state="hidden")
        self._wait_for_keyboard()
        self.wait_for_cursor(line)

    def wait_for_cursor(self, line: int) -> None:
        """Wait until the status bar says that the cursor is on a line."""
        place = self.page.locator("#status\\.editor\\.selection")
        expect(place).to_contain_text(f"Ln {line}, ")

    def shown(self) -> str:
        """Return the lines of the editor in front that are on the screen."""
        lines = self.editor.locator(".view-line")
        placed = lines.evaluate_all(
            "them => them.map(it => [parseInt(it.style.top), it.textContent])"
        )
        # Lines stand in the document in any order, and blanks are made unbreakable.
        return "\n".join(text.replace("\u00a0", " ") for _, text in sorted(placed))

    def wait_for_text(self, text: str) -> None:
        """Wait until a text is on the screen in the editor in front."""
        until(f"the editor shows {text!r}", lambda: text in self.shown())

    def save(self) -> None:
        """Save the file in front, which has changes."""
        self.page.locator(".tab.active.dirty").wait_for()
        self.press("Control+KeyS")
        self.page.locator(".tab.active.dirty").wait_for(state="detached")

    def text(self, name: str) -> str:
        """Return a file as it is on the disk, with its line ends as they are."""
        return (self.folder / name).read_bytes().decode("utf-8")

    def undo(self) -> None:
        """Take one step back."""
        self.press("Control+KeyZ")

    # What hangs on a place

    def act(self, title: str) -> None:
        """Take an entry of the menu of code actions at the cursor."""
        self.menu(title).click()

    def menu(self, title: str) -> Locator:
        """Open the menu of code actions; return its entry with this title."""
        row = self._actions.filter(has_text=_exactly(title)).first
        until(f"the menu offers {title!r}", lambda: self._opened_menu(row))
        return row

    def menu_titles(self) -> list[str]:
        """Return the titles of the menu of code actions at the cursor, and close it."""
        until("there is a menu", lambda: self._opened_menu(self._actions.first))
        titles = self._actions.locator(".title").all_inner_texts()
        self.press("Escape")
        self._actions.first.wait_for(state="hidden")
        return titles

    @property
    def _actions(self) -> Locator:
        return self.page.locator(".action-widget:visible .monaco-list-row.action")

    def _opened_menu(self, row: Locator) -> bool:
        """Open the menu and say whether it has a row; a server that only starts offers nothing."""
        self.press("Control+Period")
        # Either it is there soon, or nothing is offered yet, which a short message says.
        with suppress(PlaywrightTimeout):
            self._actions.first.wait_for(timeout=_SOON_MS)
        with suppress(PlaywrightTimeout):
            row.wait_for(timeout=_AT_ONCE_MS)
        if row.is_visible():
            return True
        # Without a menu the key would take the selection back.
        if self._actions.first.is_visible():
            self.press("Escape")
        return False

    def hover(self) -> Locator:
        """Show what is to be said of the place of the cursor."""
        self.command("Show or Focus Hover")
        box = self.page.locator(".monaco-hover:visible .hover-contents")
        box.first.wait_for()
        return self.page.locator(".monaco-hover:visible").first

    # Messages, bars and panels

    def message(self, text: str) -> Locator:
        """Return the message that has a text, as soon as it is there."""
        shown = self.page.locator(".notification-toast .notification-list-item", has_text=text)
        shown.first.wait_for()
        return shown.first

    def messages(self) -> list[str]:
        """Return the messages that stand on the screen, once no progress is shown there.

        VS Code leaves a progress that has ended on the screen for the better part of a second.
        """
        progress = self.page.locator(".notification-toast .monaco-progress-container.active")
        expect(progress).to_have_count(0)
        return self.page.locator(
            ".notification-toast .notification-list-item-message"
        ).all_inner_texts()

    def press_button(self, message: str, button: str) -> None:
        """Press a button of a message."""
        buttons = self.message(message).locator(".monaco-button")
        buttons.filter(has_text=_exactly(button)).click()

    def status(self, text: str) -> Locator:
        """Return the entry of the status bar that has a text, as soon as it is there."""
        entry = self.page.locator(".statusbar-item", has_text=re.compile(re.escape(text)))
        entry.first.wait_for()
        return entry.first

    def row(self, text: str) -> Locator:
        """Return a row of a tree by its label, as soon as it is there."""
        row = self.page.locator(".pane-body .monaco-list-row", has_text=text)
        row.first.wait_for()
        return row.first

    def webview(self) -> FrameLocator:
        """Return the inside of the web view that is on the screen."""
        outer = self.page.frame_locator("iframe.webview.ready:visible")
        return outer.frame_locator("iframe#active-frame")

    # What is kept

    def picture(self, name: str) -> None:
        """Keep a picture of the window for people to look at."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.pictures / f"{name}.png", animations="disabled")

    def pictures_in_themes(self, name: str) -> None:
        """Keep a picture in each kind of theme; a light one stays."""
        for kind, scheme, forced, mark in THEMES:
            self.page.emulate_media(color_scheme=scheme, forced_colors=forced)
            self.page.locator(f".monaco-workbench.{mark}").wait_for()
            self.picture(f"{name}-{kind}")

    def close(self) -> None:
        """Close the window without a word about what is not saved."""
        self.page.context.close()

    def __repr__(self) -> str:
        """Name the window by its folder; a page says nothing."""
        return f"Window({json.dumps(str(self.folder))})"


def _exactly(text: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(text)}\s*$")
