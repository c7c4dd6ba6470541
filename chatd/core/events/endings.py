"""Endings: accounts that are over, and what they leave behind."""

from chatd.core.events.base import Event


class AccountEnded(Event, frozen=True, tag="AccountEnded"):
    """A user is gone, and the name stays reserved. by: the user, or an administrator.

    posts: whether all that the user posted is to be deleted, too. due: when an entry made now is
    gone for its author. admins: the administrators who are told.
    """

    name: str
    by: str
    posts: bool
    due: int
    admins: list[str]


class PostsErased(Event, frozen=True, tag="PostsErased"):
    """All that these users posted is deleted."""

    names: list[str]
