"""Addresses of a server that browsers and other programs open.

http://127.0.0.1:8000/hooks/TOKEN    takes what is to be posted
http://127.0.0.1:8000/join#TOKEN     says how to join; what follows the # stays in the browser
"""


def hook_address(server: str, token: str) -> str:
    """Return where a hook is. server: as in `Client.web_address`."""
    return f"{server}/hooks/{token}"


def join_address(server: str, link: str) -> str:
    """Return what a join link is in a browser."""
    return f"{server}/join#{link}"


def link_in(text: str) -> str:
    """Return the join link that is given by itself or as an address, "" if the latter has none."""
    return text.partition("#")[2] if "://" in text else text
