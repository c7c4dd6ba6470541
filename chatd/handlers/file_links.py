"""`file-link`."""

from chatd.core.file_links import FileLinks
from chatd.errors import Forbidden, NotFound
from chatd.handlers.context import Context
from chatd.handlers.dispatch import handles
from chatd.handlers.newcomers import Newcomers
from chatd.handlers.visibility import Visibility
from chatd.wire import commands as c
from chatd.wire.entries import File
from chatd.wire.http.attachment import link_path


class FileLinkHandlers:
    """Makes addresses of files. Whether one opens its file is found out at each request for it."""

    def __init__(self, visibility: Visibility, newcomers: Newcomers, links: FileLinks) -> None:
        self._visibility = visibility
        self._newcomers = newcomers
        self._links = links

    @handles(c.LinkFile)
    def file_link(self, context: Context, request: c.LinkFile) -> c.FileLink:
        user, device = context.user, context.session.device
        room, said = self._visibility.post(user, request.room, request.seq, context.now_ms)
        if not isinstance(said, File):
            raise NotFound("there is no file at that place")
        if not device:
            raise Forbidden("an address ends with its device: log in by a device token")
        capability = self._links.make(user.name, device, room.room, said.seq, context.now_ms)
        self._newcomers.note_read(user, room, context.now_ms)
        return c.FileLink(link_path(capability, said.name))
