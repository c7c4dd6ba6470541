"""docs/security.md names each bound as it is in the code."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from chatd.config import BY_NAME, DAY_MS, GIB, HOUR_MS, KIB, MIB, MINUTE_MS, SECOND_MS

PAGE = Path(__file__).parent.parent / "docs" / "security.md"
ROW = re.compile(r"^\| .* \| ([0-9,]+)(?: (\w+))? \| `([\w.]+)` \|$", re.MULTILINE)
UNITS = {
    "µs": 1_000, "ms": 1_000_000,  # of our ns; the rest is in ms
    "": 1, "KiB": KIB, "MiB": MIB, "GiB": GIB,
    "s": SECOND_MS, "min": MINUTE_MS, "h": HOUR_MS, "days": DAY_MS,
}  # fmt: skip
ROWS = ROW.findall(PAGE.read_text("utf-8"))


def value_of(name: str) -> object:
    """Return the default of a setting, or a constant of a module of chatd."""
    if name in BY_NAME:
        option = BY_NAME[name]
        return option.kind.convert(option.default)
    module, _, constant = name.rpartition(".")
    return getattr(import_module(f"chatd.{module}"), constant)


@pytest.mark.parametrize(("number", "unit", "name"), ROWS, ids=[name for _, _, name in ROWS])
def test_bound_on_the_page_is_the_one_in_the_code(number: str, unit: str, name: str) -> None:
    assert value_of(name) == int(number.replace(",", "")) * UNITS[unit]


def test_every_row_of_the_tables_names_its_bound() -> None:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    figures = [line for line in lines if line.endswith("` |")]
    assert len(ROWS) == len(figures) > 40
