"""What the protocol reference says in prose; `reference.py` fills in and adds what the
command table knows.
"""

from chatd.wire.commands import (
    FEATURES,
    ITERATIONS_MIN,
    ITERATIONS_OF_OUR_CLIENTS,
    PAGE_BYTES_MAX,
    TEXT_BYTES_MAX,
    VERSION,
)
from chatd.wire.envelope import ID_MAX, NESTED_ITEMS_MAX
from chatd.wire.frames import PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MAX_BEFORE_LOGIN

INTRODUCTION = f"""\
# The protocol

How to talk to chatd without the client that comes with it. This is version {VERSION}. The page is
generated from the command table (`chatd/wire/commands/`) by `python -m chatd.wire.reference`; a
test fails when the two differ.

All times are integers, milliseconds since 1970 in UTC; all sizes are in bytes. `seq` is the number
of an entry in its room; each room counts 1, 2, 3, … without holes.

## Frames

A connection is a TCP stream in which both sides send frames. A frame is a length (4 bytes, big
endian), followed by that many bytes of payload. The payload is exactly one
[msgpack](https://github.com/msgpack/msgpack/blob/master/spec.md) value.

| Bound | |
| --- | --- |
| payload, in both directions | {PAYLOAD_BYTES_MAX} bytes |
| … sent before login | {PAYLOAD_BYTES_MAX_BEFORE_LOGIN} bytes |
| items in any one array or map | {NESTED_ITEMS_MAX} |
| request id | 0 to {ID_MAX} |
| text of a message | {TEXT_BYTES_MAX} bytes of UTF-8 |
| page of a list or of history | {PAGE_BYTES_MAX} bytes; `next` says where to continue |

Strings are UTF-8, keys of maps are strings, extension types are not used. Half of a surrogate
pair, which some programs leave of an emoji when they cut a text, is read as U+FFFD, here and in
JSON.

## Envelopes

The payload has one of the shapes of
[MessagePack-RPC](https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md):

| | |
| --- | --- |
| request | `[0, id, method, params]` |
| response | `[1, id, error, result]` |
| notification | `[2, method, params]` |

`params` and `result` are always maps. `error` is nil, or a map with `code`, `message` and the
details of that code. The client numbers its requests as it likes. It need not wait for a response
before it sends the next request; responses come in the order of the requests. Entries and notices
can come between them at any time.

- A field that a command does not have is refused, so that typos are noticed.
- A client must accept fields, kinds of entries, notices and codes that it does not know: a newer
  server may send them.
- A refused request changes nothing, and the connection stays open.
- A refused notification is answered with the notice `error`.
- Anything that is not a frame, not msgpack or not an envelope is answered with the notice `error`
  with the code `bad_frame`, and the connection is closed.
"""

EXAMPLE = """\
## An example, byte by byte

A user who has logged in sends a message to everyone. The request:
"""

EXAMPLE_ANSWER = """
The response comes when the message is on disk, and everyone who follows gets the same entry:
"""

_FEATURES = "\n".join(f"   | `{word}` | {meaning} |" for word, meaning in FEATURES.items())

LOGIN = f"""\
## Hello and login

1. `hello` is the first request of every connection. The result says what the server is, whether it
   accepts registrations, which epoch its store is in, and what features it has:

   | in `features` | |
   | --- | --- |
{_FEATURES}

2. `register` makes an account, once. It carries what
   [RFC 5802](https://www.rfc-editor.org/rfc/rfc5802) stores instead of a password, so the server
   never sees one:

       SaltedPassword = PBKDF2-HMAC-SHA-256(SASLprep(password), salt, iterations, 32 bytes)
       stored_key     = SHA-256(HMAC-SHA-256(SaltedPassword, "Client Key"))
       server_key     = HMAC-SHA-256(SaltedPassword, "Server Key")

   A password that SASLprep ([RFC 4013](https://www.rfc-editor.org/rfc/rfc4013)) forbids, with
   emoji or tabs for instance, is allowed nevertheless: its UTF-8 bytes are then used as they are.
   The salt is random, and different for each account. `iterations` is at least {ITERATIONS_MIN};
   use {ITERATIONS_OF_OUR_CLIENTS} or more.
3. `login-start` and `login-finish` prove the password by SCRAM-SHA-256
   ([RFC 7677](https://www.rfc-editor.org/rfc/rfc7677)) without channel binding. The four messages
   of SCRAM are the fields named `message`. In the example of RFC 7677, the user is `user` and the
   password `pencil`:

@SCRAM@

   Check the last one: only a server that knows the account's `server_key` can compute it.
4. With `device`, a label, `login-finish` also returns a device token. It is shown only this once;
   from then on `login-token` logs in with it, in one step and without the password.

Before login there are a time limit and a limited number of tries; then the connection is closed.
After failed logins with one name from one address, the next ones have to wait longer and longer;
tokens are exempt. For a name that nobody has, `login-start` answers as it does for any other.

To change the password, prove the current one with `login-start` and `login-finish` on the
connection that is logged in, then send `password`.

A user name has 1 to 32 characters: letters and digits of one script, and after the first one also
`.`, `_` and `-`. It is mapped by the profile UsernameCaseMapped of
[RFC 8265](https://www.rfc-editor.org/rfc/rfc8265); the mapped form is the user's identity, and the
result of a login contains it.
"""

ROOMS = """\
## Rooms

| Id | Room | Who sees it |
| --- | --- | --- |
| `general` | the room of everyone | everyone |
| `alice,bob` | direct messages between two users; the names in the order of their code points | these two |
| `+ops:k3f9a2bq` | a group, shown as `+ops`; the part after the colon distinguishes groups with the same title | its members |
| `@alice` | the self log: what concerns one user alone | that user |

Where a command takes a room, the name of another user stands for the room that the two share, and
`+ops` for the group with that title that the user is in; if there are several, that is a
`conflict`, and only the id will do. A room that a user can't see is `not_found`, like one that does
not exist.

**Groups.** The owner invites users, who get `invited` in their self log and join if they like. Any
other user needs a link *and* the owner's approval: `join` with a link returns the number of a
request, and nothing about the room; the owner gets `join_requested`, and the user `join_approved`
or `join_denied`. A link that is wrong, expired, used up or revoked is `not_found`. Each request
uses the link once. In a browser, a link is the server's address followed by `/join#` and the link:
a page there says how to ask. What comes after the `#` never leaves the browser.

Users who join get the last messages, as newcomers do, and then the entry `member` of their own
joining. Users who left or were removed get `removed` in the self log and nothing more from the
room: forget the position in it. What was posted before that and not sent yet is not sent. Users who
come back start as newcomers, so numbers may repeat, or be left out without a `gap`.
"""  # noqa: E501, a row of a table is one line

FOLLOWING = """\
## Following

`sync` starts the stream of entries, once per connection. Its result comes first; then the entries
that are waiting, room by room, beginning with the room that has the oldest; then the notice `live`;
then everything as it happens.

**Positions.** A client that keeps entries remembers for each room the last `seq` it has received,
its *position*, and the `epoch` from the result of `sync`. Handed to the next `sync`, they make the
stream continue there. A room without a position starts where the user has read. With
`start: "now"` it starts at its end, and everything before counts as read: that is what a bot wants.
With `start: "end"` it starts at its end, too, but what is unread stays unread: that is for a client
that shows one room at a time, asks `rooms` how much is unread in each, and reads it by `history`
when somebody looks. An `ack` of any entry up to that end is valid. After a crash of the server an
entry may come a second time; recognize it by its `room` and `seq`.

Entries of a room come in the order of their numbers. A response waits for none of them: the
response to a post comes before the entry it names, and long before it if much is still to be sent.
So move positions by entries only, never by the `seq` in a response.

**Gap.** Entries go away: after their lifetime, or when a room is too large. If a position asks for
such an entry, the notice `gap` names the numbers that are gone, and the stream continues after
them.

**Epoch and reset.** Numbers are used again when an operator restores a backup, or when the machine
of a server that does not sync each message fails. The epoch changes then. For each room whose
position is of another epoch, or past the end, the notice `reset` follows the result of `sync`, and
the room starts where the user has read. Drop what you have kept of it, and acknowledge nothing from
before: in another epoch the number means another entry.

**Newcomers.** The first thing that a user does in `general`, be it posting, reading or `sync`,
fixes where that user's view of it begins: with the last messages at that time. Nothing older is
shown or repeated: a comment on an older post has no `quoted_text`, and an edit of one no `text`.
Users can edit, delete, comment on and download what they wrote themselves for as long as it exists.

**Acknowledging.** `ack` says how far a room has been read; it is a notification, and only answered
if it is refused, with the notice `error`. It counts for all devices of the user: the others get
`read`, and the lifetime of the messages begins. Send one per room at most every two seconds, and
before you leave. It can't go beyond what was sent to this connection. `unread-from` takes nothing
back of that: it lets the counts begin at an entry, until one that came later is acknowledged. A
user's own messages are never unread. A connection with `peek: true` follows without reading, and
can't acknowledge.

**Slow lines.** For a client that does not read, the server keeps a limited number of bytes. Above
that, nothing more is queued and no request is handled until the client has read; then the stream
continues where it was. A client that reads nothing for too long is disconnected, and misses nothing
when it comes back with its positions.

**Liveness.** When a client has been silent, the server sends `ping`; anything that the client
sends counts as an answer, and `pong` is made for that. A client that does not answer is
disconnected.

**Too many requests.** There is no error for asking too fast: the server just reads the next request
later. Limits on messages are different; they are answered with `rate_limited`.

**Once only.** Give each post a `nonce`, a random string. After a lost connection, post it again
with the same nonce: if the first one had arrived, you get its result, and nothing is posted twice.
The same nonce with another text or room is a `conflict`. Nonces are remembered for seven days,
across restarts of the server, up to 10,000 per user: above that, a post with a new one is
`rate_limited` until `reset_at`, but one without a nonce is accepted.

A client that keeps texts until it is online should keep the time of the first try with them, and
the nonce. After seven days it can't know any more whether that try arrived: it should ask its user
before it posts the text again.

Whatever a user posts with a nonce, entries `edit` and `delete` included, is announced by `posted`
to the user's other connections that follow, event streams too: so all devices of a user know which
entry took the place of a text that they show as waiting. It comes before the entry. A connection
that lags may miss it; there the answer to the same post, sent again, tells. What is posted later,
by `send-at`, has no nonce, and of a text that a hook posts in parts the first part has it.
"""

STANDING = """\
## Warnings and bans

Every `report` about a user informs the administrators. It is also a warning for that user if it
comes from somebody who could see something of theirs: a post, an invitation, a request to join. The
reporter's account has to be as old as the server requires, and of the accounts that were registered
from one address (other than the server's own machine) only one can warn. A warning counts for 30
days.

Warnings by `warnings_limit` different users (see `status`) ban; then they start at zero. The self
log tells the user with entries of the kinds `warned`, `unwarned`, `banned` and `unbanned`, but
never who gave a warning; `status` says until when and why.

Until `until`, everything that reaches others is answered with `banned`: all posting, and `report`,
`create`, `invite`, `link`, `approve`, `kick`, `transfer`, `hook` and `send-at`. Reading goes on,
and users may delete what they made before, except what was reported: that stays until an
administrator dismisses the report.

Administrators are named in the settings of the server. Their self logs get `reported` for each
report and `moderated` for each action; what concerns an administrator is sent to the other ones,
who decide about it. Warnings don't ban administrators, and a banned administrator can't act.

What an administrator removes is gone as after `delete`. The entry in its place has `removed` and
possibly a `reason`; so has the entry `delete` that announces it, whose author is the administrator.
The author of the post gets `post_removed` in the self log.
"""

THREADS = """\
## Threads

A comment replies to a message, a file or another comment of its room. `root` is the number of the
message or file that its thread began with, however deep the reply is, also when that is gone.

That message or file shows the number of `comments`, deleted ones not counted, and `last_comment`,
wherever it is read back. Who follows is sent no such entry again when a comment comes: each comment
carries how many `comments` there are with it, and the `delete` of a comment its `root` and how many
are left. So a client never adds up: it sets the number of a thread to what the latest of these that
it was sent says, and to what the first entry shows when it reads that.

`thread` reads a thread, and `threads` lists those of a room by their last comment; both say how
many comments are unread. A thread has no read mark of its own: a comment is unread until its room
is read so far.
"""

REACTIONS = """\
## Reactions and pins

`react` adds an emoji to a message, a comment or a file, once for each user and emoji, or takes it
back with `remove`. It may be sent again: what is so already makes no entry. An emoji is one
pictograph, perhaps with a skin tone, several that are joined, a flag or a keycap; the server writes
each in one way, with the selector U+FE0F where its picture is not shown without, and nowhere else.

The post shows `reactions` wherever it is read back: names by emoji. It names the first 50 users for
each, and 200 in all; `more_reactions` has how many more there are. Who follows is sent no such post
again, but the entry `reaction`. Its `count` is how many have reacted so then, so a client never
adds up. Reactions count in a limit of their own, taking back does not. They go with the post.

`pin` and `unpin` work alike: the post shows who has `pinned_by` now, the entry `pin` announces it,
and `pins` lists what is pinned. Any member of a room of two or a private room may pin and unpin
there; in general administrators may. Both count among the reactions.
"""

SCHEDULES = """\
## Scheduled texts

`send-at` takes a text and the time at which it is to be posted, in ms UTC: a client interprets
what people type in their own time zone. It is posted once, even across restarts, when both the
server's time and its wall clock have reached that time; what fell due while the server was down is
posted at once. Whether its author may post is decided then:

- While the author is banned, or the messages of the period are used up, it is held back: the self
  log gets `held`, which says until when. Held texts go out in the order of their times, and take at
  most half of a period's messages.
- When it can't be posted at all (the author has left the room, or is blocked), the self log gets
  `failed`, with the text. Nothing else keeps the text.

All devices of the author get `scheduled`, `cancelled`, `held` and `failed`; a text that is posted
comes to them as any entry of its room.
"""

FILES = """\
## Files

`upload` announces a file, `upload-chunk` sends it piece by piece, each durable when it is answered,
and `upload-finish` posts it as an entry of the kind `file`. If you give the `sha256` of the whole
file, the server checks the bytes, and after a lost connection the same `upload` again returns the
`offset` at which to continue. An upload that nobody continues is dropped a day after its last
bytes.

If you don't know the `size`, leave it out: the file is then what has arrived by `upload-finish`.
You can leave out the `sha256` as well, but such an upload can't be resumed, and is dropped five
minutes after its last bytes.

`download` fetches a file piece by piece, and checks each time that the user can still see it.
`file-link` returns a path by which a browser can show or play a file, whole or in ranges, without a
token: device and right are checked at each request and for each piece. Pictures, sound and films
come with their own media type, to be shown in place; anything else, SVG included, is for saving.
"""

COMMANDS_INTRODUCTION = """\
## Commands

Besides the errors named with it, every command can answer `bad_request` for parameters of the wrong
shape or a call out of turn, `unauthenticated` before login, and `internal`. A parameter that a
command does not have is refused, too, and the message names it.
"""

NOTICES_INTRODUCTION = """\
## Notices

What the server sends on its own, as notifications.
"""

ENTRIES_INTRODUCTION = """\
## Entries

The items of a room's log. An entry comes as the notification `entry`, and in pages as the same map.
`kind` says what it is.
"""

SHAPES_INTRODUCTION = """\
## Shapes

Maps inside results and notices.
"""

ERRORS_INTRODUCTION = """\
## Errors

`message` is for people and may change. Clients should act on `code` and its details.
"""
