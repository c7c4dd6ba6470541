"""The steps of the recipe in CONTRIBUTING.md: what is written where, and which commands are run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

ROOT = Path(__file__).parents[2]
HEADING = "\n## Adding a command\n"
PLACE = re.compile(r" *`([^`]+)`, (?:new|(below|above|instead of) `([^`]+)`):")
FENCE = re.compile(r" *```(\w*)")


@dataclass(frozen=True)
class Step:
    """A block of the recipe. path: of the file that it belongs to, "" for commands of a shell.

    how: `below`, `above` or `instead of` the one line that this is, indented like that; both are
    "" for a new file.
    """

    path: str
    how: str
    line: str
    text: str

    def apply(self, root: Path) -> None:
        """Do it to the files in a folder."""
        path = root / self.path
        if not self.line:
            assert not path.exists(), path
            path.write_text(self.text, "utf-8")
            return
        lines = path.read_text("utf-8").splitlines(keepends=True)
        places = [number for number, line in enumerate(lines) if line.strip() == self.line]
        assert len(places) == 1, f"{self.path} has {len(places)} lines like this: {self.line}"
        (at,) = places
        text = indent(self.text, lines[at][: -len(lines[at].lstrip())])
        kept = {"below": (lines[at], text), "above": (text, lines[at])}
        lines[at : at + 1] = kept.get(self.how, (text,))
        path.write_text("".join(lines), "utf-8")


def steps() -> Iterator[Step]:
    """Yield the steps in their order."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    recipe = page.split(HEADING)[1].split("\n## ")[0].splitlines(keepends=True)
    path = line = how = ""
    lines = iter(recipe)
    for text in lines:
        if (place := PLACE.fullmatch(text.rstrip())) is not None:
            path, how, line = place[1], place[2] or "", place[3] or ""
        elif (fence := FENCE.match(text)) is not None:
            margin = len(text) - len(text.lstrip())
            block: list[str] = []
            while not FENCE.match(text := next(lines)):
                block.append(text[margin:] if text.strip() else "\n")
            yield Step("" if fence[1] == "sh" else path, how, line, "".join(block))
