"""Revisions: what authors do to their posts, and administrators to any."""

from chatd.core.events.posts import Post


class PostEdited(Post, frozen=True, tag="PostEdited"):
    """A user gave an own message or comment another text.

    mentions: the users whom the text names.
    """

    target: int
    text: str
    mentions: list[str] = []


class PostDeleted(Post, frozen=True, tag="PostDeleted"):
    """A user took back an own message, comment or file."""

    target: int


class PostRemoved(Post, frozen=True, tag="PostRemoved"):
    """An administrator, the author of this, took away a message, a comment or a file of somebody.

    admins: the administrators who are told.
    """

    target: int
    reason: str
    admins: list[str]
