"""Who has an account."""

from typing import Annotated

from msgspec import Meta

from chatd.wire.commands.table import (
    NAME_BYTES_MAX,
    Chapter,
    PageSize,
    Params,
    Result,
    command,
)

NAMES_MAX = 100
NamePart = Annotated[str, Meta(max_length=NAME_BYTES_MAX)]


class Person(Result, frozen=True):
    """A user. online: whether the user is connected."""

    name: str
    online: bool
    display_name: str = ""


class People(Result, frozen=True):
    """A page of users by their names, deleted accounts left out."""

    people: list[Person]
    next: str | None


@command(
    "people",
    help="list all users, those whose names begin so, or those of these names as far as they exist",
    console="people [prefix]",
    chapter=Chapter.READING,
)
class ListPeople(Params[People], frozen=True):
    prefix: NamePart = ""
    after: NamePart = ""
    limit: PageSize = 100
    names: Annotated[list[NamePart], Meta(max_length=NAMES_MAX)] | None = None
