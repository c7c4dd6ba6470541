"""Options of a question: `yes,no`. An answer is one of them, said alone and in any case."""

from unicodedata import normalize

CHOICES_MAX = 20
"""Each has an exit status of its own."""


def choices_of(text: str) -> list[str]:
    """Return the options that commas divide. Raises ValueError."""
    choices = [" ".join(choice.split()) for choice in text.split(",")]
    folded = set(map(_folded, choices))
    if "" in folded or len(folded) < len(choices):
        raise ValueError(f"`{text}` has an option twice, or one without a letter")
    if len(choices) > CHOICES_MAX:
        raise ValueError(f"at most {CHOICES_MAX} options")
    return choices


def chosen(choices: list[str], text: str) -> int | None:
    """Return the place of the option that a text says, None if it says something else."""
    said = _folded(text)
    for place, choice in enumerate(choices):
        if _folded(choice) == said:
            return place
    return None


def _folded(text: str) -> str:
    """Return a text without its case, and without what people put around a word."""
    return " ".join(normalize("NFC", text).casefold().split()).strip(".,!\"' ")
