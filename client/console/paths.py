"""Local paths as they are typed: `~` is home, blanks stand after a backslash or in quotes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prompt_toolkit.completion import CompleteEvent, Completion, PathCompleter
from prompt_toolkit.document import Document

from chatd.wire.file_names import harmless

from .typed import split_path

_NEEDS_BACKSLASH = " \t\"'\\"


@dataclass(frozen=True, slots=True)
class HalfPath:
    """A path that is still being typed. quote: the one that is open, or ""."""

    path: str
    quote: str = ""

    def completions(self, *, folders_only: bool) -> Iterator[Completion]:
        """Yield what may follow: the rest of a name, as it has to be typed."""
        names = PathCompleter(
            only_directories=folders_only, expanduser=True, file_filter=self._is_offered
        )
        for found in names.get_completions(Document(self.path), CompleteEvent()):
            yield Completion(self._typed(found), display=found.display)

    def _is_offered(self, path: str) -> bool:
        """Tell whether a name can be typed, and is not hidden unless one is asked for."""
        name = Path(path).name
        hidden = self.path.rpartition("/")[2].startswith(".")
        return harmless(name) == name and (hidden or not name.startswith("."))

    def _typed(self, found: Completion) -> str:
        """Return the rest of a name: a folder is continued, a file is complete."""
        is_folder = found.display_text.endswith("/")
        if self.quote:
            return found.text + ("/" if is_folder else f"{self.quote} ")
        escaped = "".join(
            f"\\{character}" if character in _NEEDS_BACKSLASH else character
            for character in found.text
        )
        return escaped + ("/" if is_folder else " ")


def half_path(text: str) -> HalfPath | None:
    """Return the path that all of `text` is, as far as it is typed; None if more is there."""
    if text.endswith("\\"):
        return None
    for quote in ("", '"', "'"):
        try:
            path, rest = split_path(text + quote)
        except ValueError:
            continue
        is_open = bool(quote) or not text[-1:].isspace() or path.endswith(text[-1])
        return HalfPath(path, quote) if is_open and not rest else None
    return None
