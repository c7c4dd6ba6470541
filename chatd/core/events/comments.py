"""Comments: posts that answer another."""

from chatd.core.copies import QUOTING_MAX, excerpt, post_at, quote_no_more
from chatd.core.events.messages import Post, post
from chatd.core.state import State
from chatd.core.tick import TickChanges
from chatd.wire import entries


class CommentPosted(Post, frozen=True, tag="CommentPosted"):
    """A user answered an entry of the same room. mentions: the users whom the text names."""

    text: str
    reply_to: int
    mentions: list[str] = []

    def apply(self, state: State, changes: TickChanges) -> None:
        room = state.rooms[self.room]
        answered = post_at(room, self.reply_to)
        assert answered is not None, (self.room, self.reply_to)
        thread = state.threads.add(room, self.reply_to, self.seq, self.author)
        entry = entries.Comment(
            self.room,
            self.seq,
            self.ts,
            self.author,
            self.text,
            self.reply_to,
            answered.author,
            excerpt(answered),
            mentions=self.mentions,
            root=thread.root,
            comments=thread.living,
        )
        comments = room.comments.setdefault(self.reply_to, [])
        comments.append(self.seq)
        post(state, changes, self, entry, self.mentions)
        quote_no_more(room, comments[-QUOTING_MAX - 1 :])
