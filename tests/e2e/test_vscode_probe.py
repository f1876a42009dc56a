from __future__ import annotations
import shutil
from pathlib import Path
import pytest
from tests.e2e.conftest import OpenWindow
import time

RINGLOG = Path(__file__).parents[2] / "examples/ringlog"
@pytest.mark.parametrize("n",[1,2])
def test_probe(n, open_window: OpenWindow, tmp_path: Path):
    folder = tmp_path/"ringlog"
    shutil.copytree(RINGLOG, folder)
    t=time.time()
    w=open_window(folder)
    print("open", time.time()-t); t=time.time()
    w.open("ringlog.c")
    print("file", time.time()-t); t=time.time()
    w.go_to("void ringlog_destroy")
    print("goto", time.time()-t); t=time.time()
    w.type("int x;\n")
    w.wait_for_text("int x;\nvoid ringlog_destroy")
    w.save()
    print("save", time.time()-t); t=time.time()
    assert "int x;\nvoid ringlog_destroy" in w.text("ringlog.c")
    w.undo()
    w.undo()
    w.save()
    assert w.text("ringlog.c")==(RINGLOG/"ringlog.c").read_text()
    assert w.offers_command("Open Settings (UI)") is False or True
    w.picture("probe")
    w.command("Preferences: Open Settings (UI)")
    w.page.locator(".settings-editor").wait_for()
    w.picture("probe2")
    print("rest", time.time()-t); t=time.time()
