"""Comments: posts that answer another."""

from chatd.core.events.posts import Post


class CommentPosted(Post, frozen=True, tag="CommentPosted"):
    """A user answered an entry of the same room. mentions: the users whom the text names."""

    text: str
    reply_to: int
    mentions: list[str] = []
