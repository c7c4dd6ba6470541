"""Revisions: what authors do to their posts."""

from chatd.core.events.posts import Post


class PostEdited(Post, frozen=True):
    """A user gave an own message or comment another text.

    mentions: the users whom the text names.
    """

    target: int
    text: str
    mentions: list[str] = []


class PostDeleted(Post, frozen=True):
    """A user took back an own message, comment or file."""

    target: int
