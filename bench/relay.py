"""A plain relay over asyncio streams, to measure against: python -m bench.relay <port>

It checks, stores and syncs nothing. A frame is a 4-byte length, an operation of one byte, a
room of 8, and a text; a post is written to every follower of its room, one after the other.
"""

import asyncio
import struct
import sys
from collections import defaultdict

FOLLOW, POST, FOLLOWED, MESSAGE = b"F", b"P", b"O", b"M"
ROOM_BYTES = 8

followers: defaultdict[bytes, list[asyncio.StreamWriter]] = defaultdict(list)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection until it ends."""
    mine = []
    try:
        while True:
            (length,) = struct.unpack(">I", await reader.readexactly(4))
            frame = await reader.readexactly(length)
            operation, room, text = frame[:1], frame[1 : 1 + ROOM_BYTES], frame[1 + ROOM_BYTES :]
            if operation == FOLLOW:
                followers[room].append(writer)
                mine.append(room)
                write(writer, FOLLOWED)
            else:
                for follower in followers[room]:
                    write(follower, MESSAGE + text)
    except (asyncio.IncompleteReadError, ConnectionError):
        for room in mine:
            followers[room].remove(writer)
        writer.close()


def write(writer: asyncio.StreamWriter, payload: bytes) -> None:
    writer.write(struct.pack(">I", len(payload)) + payload)


async def main(port: int) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
