"""One's own account: what takes several requests, or ends the connection."""

from chatd.wire.commands import (
    Challenge,
    ChangePassword,
    DeleteAccount,
    LoggedIn,
    LoginFinish,
    LoginStart,
    Logout,
)

from .login import again
from .scram import Proof, new_keys
from .server import Server


async def log_out(server: Server) -> None:
    """Revoke the token of this login and close."""
    server.protocol.leave()
    try:
        await server.call(Logout())
    finally:
        await server.close()


async def change_password(server: Server, old: str, new: str, device: str | None) -> LoggedIn:
    """Prove the old password, set a new one. All tokens are revoked; a label makes one.

    Raises AuthFailed if the old one is wrong.
    """
    await _prove(server, old)
    keys = await server.compute(new_keys, new)
    changed = await server.call(ChangePassword(**keys._asdict(), device=device))
    server.protocol.log_in_by(again(changed, new))
    return changed


async def delete_account(server: Server, password: str, posts: bool) -> None:
    """Prove the password, end the account for good, and close.

    posts: whether all that it posted is deleted, too. Raises AuthFailed.
    """
    await _prove(server, password)
    server.protocol.leave()
    try:
        await server.call(DeleteAccount(posts))
    finally:
        await server.close()


async def _prove(server: Server, password: str) -> None:
    proof = Proof(server.protocol.name, password)
    challenge: Challenge = await server.call(LoginStart(proof.first()))
    message = await server.compute(proof.final, challenge.message)
    proved = await server.call(LoginFinish(message))
    proof.verify(proved.message)
