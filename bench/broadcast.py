"""A plain server of WebSockets, to measure against: python -m bench.broadcast <port>

It is made as the library `websockets` shows it: asyncio, and the library's own `broadcast`. It
checks, stores and syncs nothing. Who asks for FOLLOW hears every text that anybody sends.
"""

import asyncio
import sys
from contextlib import suppress

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

FOLLOW, POST = "/follow", "/post"
FOLLOWED = "followed"

followers: set[ServerConnection] = set()


async def relay(connection: ServerConnection) -> None:
    """Serve one connection until it ends."""
    assert connection.request is not None
    if connection.request.path == FOLLOW:
        followers.add(connection)
        await connection.send(FOLLOWED)
    with suppress(ConnectionClosed):
        async for text in connection:
            broadcast(followers, text)
    followers.discard(connection)


async def main(port: int) -> None:
    # Readers in a benchmark never say a word, so they must not be asked for a sign of life.
    async with serve(
        relay, "127.0.0.1", port, compression=None, ping_interval=None, backlog=1024
    ) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
