"""Accounts in the console: what is typed."""

import pytest

from client.console.arguments import token_label
from client.errors import UsageError


def test_token_create_takes_a_label_with_blanks() -> None:
    assert token_label("create ci of the  shop ") == "ci of the  shop"


@pytest.mark.parametrize("typed", ["", "ci", "create", "create  ", "delete 3"])
def test_token_without_create_and_a_label_is_a_usage_error(typed: str) -> None:
    with pytest.raises(UsageError, match="token create <label>"):
        token_label(typed)
