"""Administrators: whom the settings name."""

from chatd.config import Settings
from chatd.errors import ChatError
from chatd.wire.names import map_name


def admins_of(settings: Settings) -> frozenset[str]:
    """Return the names in ADMINS, as mapped; as they are if nobody can be called so."""
    return frozenset(map(_mapped, settings.admins))


def _mapped(name: str) -> str:
    try:
        return map_name(name)
    except ChatError:
        return name
