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
made from the command table (`chatd/wire/commands/`) by `python -m chatd.wire.reference`; a test
fails when the two differ.

All times are whole milliseconds UTC since 1970, all sizes bytes. `seq` is the number of an entry
in its room; each room counts 1, 2, 3, … without a hole.

## Frames

A connection is a TCP stream in which both sides send frames. A frame is a length, 4 bytes, big
endian, and that many bytes of payload. The payload is exactly one
[msgpack](https://github.com/msgpack/msgpack/blob/master/spec.md) value.

| Bound | |
| --- | --- |
| payload, in both directions | {PAYLOAD_BYTES_MAX} bytes |
| … sent before login | {PAYLOAD_BYTES_MAX_BEFORE_LOGIN} bytes |
| items in any one array or map | {NESTED_ITEMS_MAX} |
| request id | 0 to {ID_MAX} |
| text of a message | {TEXT_BYTES_MAX} bytes of UTF-8 |
| page of a list or of history | {PAGE_BYTES_MAX} bytes, then `next` says where to go on |

Strings are UTF-8, keys of maps are strings, extension types are not used. Half of a pair
of surrogates, which some programs make of an emoji when they cut a text, is read as U+FFFD, here
and in JSON.

## Envelopes

The payload has one of the shapes of
[MessagePack-RPC](https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md):

| | |
| --- | --- |
| request | `[0, id, method, params]` |
| response | `[1, id, error, result]` |
| notification | `[2, method, params]` |

`params` and `result` are always maps. `error` is nil, or a map with `code`, `message` and what
the code calls for. The client numbers its requests as it likes. It need not wait for a response
before the next request; responses come in the order of the requests. Entries and notices come
between them at any time.

- A field that a command does not have is refused, so that a typo is told.
- A client must accept fields and kinds of entries, notices and codes that it does not know: a
  newer server may send them.
- A request that is refused changes nothing, and the connection goes on.
- A refused notification gets the notice `error`.
- What is no frame, no msgpack or no envelope gets the notice `error` with the code `bad_frame`,
  and the connection ends.
"""

EXAMPLE = """\
## An example, byte by byte

Somebody who has logged in says hello to everyone. The request:
"""

EXAMPLE_ANSWER = """
The response comes when the message is on disk, and everybody who follows gets the same entry:
"""

_FEATURES = "\n".join(f"   | `{word}` | {meaning} |" for word, meaning in FEATURES.items())

LOGIN = f"""\
## Hello and login

1. `hello` is the first request of every connection. The result says what the server is and
   whether it takes registrations, which epoch its store is in, and what it does:

   | in `features` | |
   | --- | --- |
{_FEATURES}

2. `register` makes an account, once. It carries what
   [RFC 5802](https://www.rfc-editor.org/rfc/rfc5802) stores instead of a password, so the server
   never sees one:

       SaltedPassword = PBKDF2-HMAC-SHA-256(SASLprep(password), salt, iterations, 32 bytes)
       stored_key     = SHA-256(HMAC-SHA-256(SaltedPassword, "Client Key"))
       server_key     = HMAC-SHA-256(SaltedPassword, "Server Key")

   What SASLprep ([RFC 4013](https://www.rfc-editor.org/rfc/rfc4013)) forbids, emoji and tabs for
   instance, is a password all the same: then its bytes in UTF-8 stand there as they are. The salt
   is random, for each account another. `iterations` is at least {ITERATIONS_MIN}; use
   {ITERATIONS_OF_OUR_CLIENTS} or more.
3. `login-start` and `login-finish` prove the password by SCRAM-SHA-256
   ([RFC 7677](https://www.rfc-editor.org/rfc/rfc7677)) without channel binding. The four messages
   of SCRAM are the fields named `message`. In the example of RFC 7677, the user is `user` and the
   password `pencil`:

@SCRAM@

   Check the last one: only a server that knows the account's `server_key` can compute it.
4. With `device`, a label, `login-finish` also gives out a device token. It is shown this once;
   with it `login-token` logs in from then on, in one step and without the password.

Before login there is a time limit and a handful of tries, then the connection ends. Failed proofs
of one name from one address must wait longer and longer; tokens are exempt. For a name that
nobody has, `login-start` answers as it does for any other.

To change the password, prove the present one with `login-start` and `login-finish` on the
connection that is logged in, then send `password`.

A user name has 1 to 32 characters: letters and digits of one script, and `.`, `_`, `-` behind the
first. It is mapped by the profile UsernameCaseMapped of
[RFC 8265](https://www.rfc-editor.org/rfc/rfc8265); the mapped form is the user's identity, and the
result of a login tells it.
"""

ROOMS = """\
## Rooms

| Id | Room | Who sees it |
| --- | --- | --- |
| `general` | the room of everyone | everyone |
| `alice,bob` | what two users say to each other; the names in the order of their code points | these two |
| `+ops:k3f9a2bq` | a group, shown as `+ops`; behind the colon is what tells it from others of that title | its members |
| `@alice` | the self log: what concerns one user alone | that user |

Where a command takes a room, the name of the other user stands for the room that the two share,
and `+ops` for the group of that title that the user is in; if there are several, that is a
`conflict`, and only the id will do. A room that a user may not see is `not_found`, like one that
does not exist.

**Groups.** The owner invites users, who hear `invited` in their self log and join as they like. Any
other user needs a link *and* the owner's approval: `join` with a link answers with the number of a
request, nothing about the room; the owner hears `join_requested`, and the user `join_approved` or
`join_denied`. A link that is wrong, expired, used up or revoked is `not_found`. Each request uses a
link once. Browsers open a link as the server's address, `/join#` and the link, where a page says how
to ask; what stands behind the `#` stays with them.

Who joins hears the last messages as a newcomer does, then the entry `member` of the own joining.
Who left or was removed hears `removed` in the self log and nothing of the room any more: forget the
position in it. What was appended before that and not yet sent is not sent. Whoever comes back
starts as a newcomer, so numbers may repeat, or be left out without a `gap`.
"""  # noqa: E501, a row of a table is one line

FOLLOWING = """\
## Following

`sync` starts the stream of entries, once in a connection. Its result comes first; then follow the
entries that wait, room by room, that with the oldest first; then the notice `live`; then
everything as it happens.

**Positions.** A client that keeps entries remembers for each room the last `seq` it has got, its
*position*, and the `epoch` that the result of `sync` told. Given back to the next `sync`, they make
the stream go on there. A room without a position starts where the user has read, or at its end
with `start: "now"`, which counts everything before as read. An entry may come a second time after
a crash of the server; its `room` and `seq` tell.

Entries of a room come in the order of their numbers. A response waits for none of them: that to a
post comes before the entry it names, and long before it where much is still to be sent. So move
positions by entries only, never by the `seq` in a response.

**Gap.** Entries go: after their lifetime, or when a room is too large. Where a position asks for
such an entry, the notice `gap` names the numbers that are gone, and the stream goes on behind them.

**Epoch and reset.** Numbers are used again when an operator restores a backup, or when the machine
of a server that does not sync each message fails. The epoch changes then. For each room whose
position is of another epoch, or past the end, the notice `reset` comes behind the result of `sync`,
and the room starts where the user has read. Drop what was kept of it, and acknowledge nothing
that came before: in another epoch its number means another entry.

**Newcomers.** What a user does first in `general`, be it posting, reading or `sync`, fixes
from where on that user sees it: from the last messages that there are. Nothing older is shown or
repeated: a comment on an older post has no `quoted_text`, and an edit of one no `text`. What users
wrote themselves they can edit, delete, answer and download as long as it is there.

**Acknowledging.** `ack` tells up to where a room has been read; it is a notification and is
answered only if refused, by the notice `error`. It holds for all devices of the user: the others
hear `read`, and a message's lifetime begins. Send one for a room at most every two seconds, and
before you leave. It can't go beyond what was sent to this connection. Own messages are never
unread. A connection that said `peek: true` follows without reading, and can't acknowledge.

**Slow lines.** For a client that does not read, the server keeps a bounded number of bytes. Past it
nothing more is queued and no request is taken until the client has read; then the stream goes on
where it was. A client that takes nothing for too long is disconnected, and misses nothing when it
comes back with its positions.

**Signs of life.** When a line is quiet the server sends `ping`; anything that the client sends
counts as an answer, and `pong` is made for it. Who does not answer is disconnected.

**Too many requests.** There is no error for asking too fast: the server just reads the next request
later. Limits on messages are another thing; these answer `rate_limited`.

**Once only.** Give each post a `nonce`, a random string. After a lost connection, post it again
with the same nonce: if the first one had arrived, the result is that of the first, and nothing is
posted twice. The same nonce with another text or room is a `conflict`. Nonces are remembered for
seven days, across restarts of the server, up to 10,000 for each user: over that, a post with a new
one is `rate_limited` until `reset_at`, and goes without one.
"""

STANDING = """\
## Warnings and bans

Every `report` of a user informs the administrators. It is a warning for that user, too, if it comes
from somebody who could see something of the user: something said, an invitation, a request to
join. The account has to be as old as the server asks, and of accounts that were registered from
one address (but from the server's own machine) only one warns. A warning counts for 30 days.

Warnings of so many different users as `status` says in `warnings_limit` ban; then they start at
zero. The self log tells the user by entries of the kinds `warned`, `unwarned`, `banned` and
`unbanned`, and never who gave a warning; `status` tells until when and why.

Until `until`, everything that reaches others answers `banned`: what posts, and `report`, `create`,
`invite`, `link`, `approve`, `kick`, `transfer`, `hook` and `send-at`. Reading goes on, and a user
may take back what was made before; but what is reported stays until an administrator dismisses
the report.

Administrators are named in the settings of the server. Their self logs have `reported` for each
report and `moderated` for what was done; what concerns an administrator is told to the others, and
decided by them. Warnings don't ban administrators, and one who is banned decides nothing.

What an administrator removes is gone as by `delete`. The entry in its place has `removed` and maybe
a `reason`; so has the entry `delete` that tells of it, whose author is the administrator. Who said
it hears `post_removed` in the self log.
"""

SCHEDULING = """\
## Scheduled texts

`send-at` takes a text and the time at which it is to be posted, ms UTC: a client reads what
people type in their own zone. It is posted once, also across restarts, when both the server's
time and its wall clock have reached that; what fell due while the server was down goes out at
once. What its author may post is decided then:

- While the author is banned, or the messages of the period are used up, it is held: the self log
  has `held` and says until when. Held texts go in the order of their times, and take at most half
  of a period's messages.
- When it can't be posted at all (the author has left the room, or is blocked), the self log has
  `failed`, with the text. Nothing else keeps that.

All devices of the author hear `scheduled`, `cancelled`, `held` and `failed`; what was posted they
hear as what it is, an entry of its room.
"""

FILES = """\
## Files

`upload` tells what is to come, `upload-chunk` sends it a piece at a time, each durable when it is
answered, and `upload-finish` posts it as an entry of the kind `file`. With the `sha256` of all of
it the server checks the bytes, and after a lost connection the same `upload` again tells the
`offset` at which to go on; what nobody goes on with is dropped a day after its last bytes.

Who does not know the `size` leaves it out: the file is what has come by `upload-finish`. So with
the `sha256`, but such an upload can't be gone on with, and goes five minutes after its last bytes.

`download` fetches a file a piece at a time, and checks each time that the user may see it.
"""

COMMANDS_INTRODUCTION = """\
## Commands

Beside the errors named with a command, every one can answer `bad_request` for parameters of the
wrong shape or a call out of turn, `unauthenticated` before login, and `internal`. A parameter that
a command does not have is refused, too, and the message names it.
"""

"""What a command refuses beside what all do: by method, error code to when."""

NOTICES_INTRODUCTION = """\
## Notices

What the server says by itself, as notifications.
"""

ENTRIES_INTRODUCTION = """\
## Entries

The items of a room. An entry comes as the notification `entry`, and in pages as the same map.
`kind` says what it is.
"""

SHAPES_INTRODUCTION = """\
## Shapes

Maps inside of results and notices.
"""

ERRORS_INTRODUCTION = """\
## Errors

`message` is for people and may change. A client acts on `code`, and on what stands beside it.
"""
