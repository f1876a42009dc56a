"""Put an adapter that has passed its gate into the package, in place of the one that is there.

`python -m benchmarks.training.ship_adapter NAME CALLED` takes the smaller form of an adapter of
this machine, the record without what belongs to the other form, and the card of its data.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from glossator_clients.adapters import (
    FORMS,
    RECORD_FILE,
    adapters_folder,
    file_of_form,
    is_proven,
    read_record,
)
from glossator_server.datasets.exporting import CARD
from glossator_server.tuning.choosing import TRAINED_FROM

PACKAGE = Path(__file__).parents[2] / "clients" / "glossator_clients" / "shipped_adapters"
_FORM = FORMS[-1]


def ship(name: str, called: str, package: Path = PACKAGE) -> Path:
    """Copy an adapter into a folder of the package, under another name, and return that folder.

    The one that is there for the same role goes. Raises `ValueError` for one that has not passed.
    """
    source = adapters_folder() / name
    record = read_record(source)
    if not is_proven(record, _FORM):
        raise ValueError(f"{_FORM} of {name} has not passed its gate")
    data = Path(json.loads((source / TRAINED_FROM).read_text("utf-8"))["folder"])
    for part in ("files", "gate"):
        record[part] = {_FORM: record[part][_FORM]}
    target = package / called
    part = package / f".{called}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    shutil.copyfile(source / file_of_form(_FORM), part / file_of_form(_FORM))
    shutil.copyfile(data / CARD, part / CARD)
    text = json.dumps({**record, "name": called}, indent=2) + "\n"
    (part / RECORD_FILE).write_text(text, "utf-8")
    for folder in package.glob("[!.]*/"):
        if read_record(folder)["role"] == record["role"]:
            shutil.rmtree(folder)
    part.replace(target)
    return target


if __name__ == "__main__":
    print(ship(sys.argv[1], sys.argv[2]))
