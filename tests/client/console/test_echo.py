"""Echoes of what is on its way."""

from client.console.echo import ECHOES_MAX, echo_lines
from client.console.styled import plain


def test_each_text_has_a_line_that_fits() -> None:
    lines = [plain(line) for line in echo_lines(["hello", "x" * 100], 20)]
    assert lines == ["… hello", "… " + "x" * 16 + "…"]


def test_many_are_told_as_a_number() -> None:
    texts = [str(number) for number in range(ECHOES_MAX + 3)]
    lines = [plain(line) for line in echo_lines(texts, 80)]
    assert lines[0] == "… and 3 before" and lines[-1] == f"… {texts[-1]}"
    assert len(lines) == ECHOES_MAX + 1


def test_line_breaks_and_escapes_are_shown() -> None:
    assert [plain(line) for line in echo_lines(["a\n\x1bb"], 80)] == ["… a^J^[b"]
