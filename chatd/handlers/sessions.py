"""Sessions: whether a login that was good is so still."""

from chatd.core.state import State
from chatd.handlers.context import Session


def is_current(state: State, session: Session) -> bool:
    """Whether the user, the password and the device are there that a session logged in with.

    A session that lost one of them ends with the tick; until then it may do nothing more.
    """
    user = state.users.get(session.name)
    if user is None or user.credentials is not session.credentials:
        return False
    return not session.device or session.device in user.devices
