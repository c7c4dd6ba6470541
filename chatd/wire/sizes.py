"""Sizes, as people read them: in KiB and MiB, of 1024, everywhere."""

UNITS = ("B", "KiB", "MiB", "GiB")


def size_text(count: int) -> str:
    """Return a number of bytes as people read it: `812 B`, `1.2 MiB`, `5 MiB`."""
    amount, unit = float(count), UNITS[0]
    for unit in UNITS:
        if amount < (1023.5 if unit == "B" else 999.5) or unit == UNITS[-1]:
            break
        amount /= 1024
    text = f"{amount:.0f}" if unit == "B" or amount >= 99.95 else f"{amount:.1f}"
    return f"{text.removesuffix('.0')} {unit}"
