"""Own made-up secrets as providers publish their formats, and the texts that carry them.

Nothing in here was ever valid; nothing in here may look at how Glossator finds secrets.
"""

from __future__ import annotations

from benchmarks.secret_formats.carriers import CARRIERS, Carried
from benchmarks.secret_formats.clouds import CLOUDS, HOSTS
from benchmarks.secret_formats.credentials import CREDENTIALS
from benchmarks.secret_formats.drawing import Family, Made
from benchmarks.secret_formats.products import PRODUCTS_AND_IDENTITY
from benchmarks.secret_formats.services import SERVICES

FAMILIES: tuple[Family, ...] = (*CLOUDS, *HOSTS, *SERVICES, *PRODUCTS_AND_IDENTITY, *CREDENTIALS)

__all__ = ["CARRIERS", "FAMILIES", "Carried", "Family", "Made"]
