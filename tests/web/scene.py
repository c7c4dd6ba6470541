"""A small company that talks: what pictures of the page show."""

from tests.e2e.client import connect
from tests.e2e.server import ServerProcess

COMPANY = ("alice", "bob", "carol", "дмитрий")
TALK = (
    ("carol", "Good morning! The nightly backup took **4 minutes**, as always."),
    ("bob", "Morning. I'd like to move the deploy to *two o'clock*; any objections?"),
    ("alice", "None here. Before that, please:\n\n- the migration, on staging\n- the changelog"),
    (
        "bob",
        "Still slow:\n\n```sql\nselect room, count(*)\nfrom entries\ngroup by room\n```",
    ),
    ("carol", "> any objections?\n\nOnly that @alice wanted to look at the plan first."),
    ("дмитрий", "Всем привет! План здесь: https://example.org/plan"),
    ("bob", "An index on `entries (room, seq)` helps: 40 ms instead of 2 s."),
)
REPLIES = (
    ("alice", "Let me look at it before lunch."),
    ("carol", "Two o'clock suits me."),
    ("bob", "Then two o'clock it is."),
)
REACTIONS = (("alice", "🎉"), ("carol", "🎉"), ("дмитрий", "👍"))
"""To the last entry of `TALK`."""
QUESTION = 2
"""The number of the entry in `TALK` that is replied to."""


def play(server: ServerProcess) -> None:
    """Let the company talk to everyone, in a private room and in private."""
    with connect(server.port) as client:
        for name in COMPANY:
            client.register(name)
    for author, text in TALK:
        as_user(server, author, "send", text=text)
    for author, text in REPLIES:
        as_user(server, author, "comment", room="general", seq=QUESTION, text=text)
    for author, emoji in REACTIONS:
        as_user(server, author, "react", room="general", seq=len(TALK), emoji=emoji)
    room = as_user(server, "alice", "create", title="release")["room"]
    as_user(server, "alice", "post", room=room, text="Only the three of us here.")
    as_user(server, "carol", "send-to", to="alice", text="Coffee at eleven?")
    as_user(server, "bob", "send-to", to="alice", text="The keys are with reception.")


def as_user(server: ServerProcess, name: str, method: str, **params: object) -> dict[str, object]:
    """Call a command as one of them."""
    with connect(server.port) as client:
        client.login(name)
        result: dict[str, object] = client.call(method, **params)
        return result
