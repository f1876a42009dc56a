"""Put an adapter that has passed its gate into the package, in place of the one that is there.

`python -m benchmarks.training.ship_adapter NAME` takes the smaller form of an adapter of this
machine. Only what the engine and the reader of its record need goes along.
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

PACKAGE = Path(__file__).parents[2] / "clients" / "glossator_clients" / "shipped_adapters"
_FORM = FORMS[-1]


def ship(name: str, package: Path = PACKAGE) -> Path:
    """Copy an adapter into a folder of the package, named by it, and return that folder.

    The one that is there for the same role goes. Raises `ValueError` for one that has not passed.
    """
    source = adapters_folder() / name
    record = read_record(source)
    if not is_proven(record, _FORM):
        raise ValueError(f"{_FORM} of {name} has not passed its gate")
    for part in ("files", "gate"):
        record[part] = {_FORM: record[part][_FORM]}
    for folder in package.glob("*/"):
        if read_record(folder)["role"] == record["role"]:
            shutil.rmtree(folder)
    target = package / name
    target.mkdir(parents=True)
    shutil.copyfile(source / file_of_form(_FORM), target / file_of_form(_FORM))
    (target / RECORD_FILE).write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    return target


if __name__ == "__main__":
    print(ship(sys.argv[1]))
