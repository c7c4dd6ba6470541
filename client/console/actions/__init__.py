"""Actions: what the commands do in the console, in a module for each family.

A command that the table of the protocol names with `console=` is listed already, with its
usage, help and completion. To let it do something here, parse its arguments in a function of
`client.console.arguments`, ask the server and show the answer:

    @action("whois")
    async def whois(console: Console, typed: Command) -> None:
        answer = await console.ask(c.Whois(user_of(typed.rest)), c.WhoisResult)
        console.note(f"{answer.name} has been here since {answer.created}")

UsageError and what the server refuses are shown by the console.
"""

from client.console.actions import accounts as accounts
from client.console.actions import blocking as blocking
from client.console.actions import comments as comments
from client.console.actions import files as files
from client.console.actions import groups as groups
from client.console.actions import help as help
from client.console.actions import history as history
from client.console.actions import hooks as hooks
from client.console.actions import messages as messages
from client.console.actions import moderation as moderation
from client.console.actions import revisions as revisions
from client.console.actions import schedules as schedules
from client.console.actions import search as search
from client.console.actions import status as status
from client.console.actions.table import ACTIONS as ACTIONS
