"""The client loses and doubles nothing, keeps its secrets, and obeys nobody's text."""

from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a request that must not be repeated is sent again",
        "client/protocol.py",
        "return pending.is_repeatable and pending.times_sent < TIMES_SENT_MAX",
        "return pending.times_sent < TIMES_SENT_MAX",
        ("tests/client/test_sync_client.py::test_what_can_not_be_done_twice_is_not_sent_again",),
    ),
    Mutant(
        "a request is given up with its connection",
        "client/protocol.py",
        "return pending.is_repeatable and pending.times_sent < TIMES_SENT_MAX",
        "return False",
        (
            "tests/client/test_sync_client.py"
            "::test_a_sync_on_its_way_when_the_line_breaks_is_done_by_the_reconnection",
        ),
    ),
    Mutant(
        "what waits is sent again behind what comes",
        "client/protocol.py",
        "        for pending in list(self._pending):\n",
        "        for pending in list(reversed(self._pending)):\n",
        ("tests/client/test_sync_client.py::test_pipelined_posts_are_sent_again_in_their_order",),
    ),
    Mutant(
        "an answer is given to whatever was asked first",
        "client/protocol.py",
        "if not self._pending or response.id != self._pending[0].request_id:",
        "if not self._pending:",
        (
            "tests/client/test_sync_client.py"
            "::test_an_answer_to_something_else_is_not_taken_for_the_one_that_is_waited_for",
        ),
    ),
    Mutant(
        "all clients of a restarted server come back at once",
        "client/backoff.py",
        "delay = self._uniform(0.0, self._bound_seconds)",
        "delay = self._bound_seconds",
        ("tests/client/test_backoff.py::test_each_delay_is_drawn_from_nothing_up_to_the_bound",),
    ),
    Mutant(
        "each lost connection waits as long as the first",
        "client/protocol.py",
        "        if now - self._opened_at >= HELD_SECONDS_MIN:\n",
        "        if now >= self._opened_at:\n",
        (
            "tests/client/test_sync_client.py"
            "::test_delays_grow_though_each_connection_is_made_and_lost_at_once",
        ),
    ),
    # -- positions and acknowledgements ------------------------------------------------------
    Mutant(
        "an entry comes twice when a line is resumed",
        "client/positions.py",
        "if entry.seq <= self.of_room.get(entry.room, 0):",
        "if entry.seq < self.of_room.get(entry.room, 0):",
        (
            "tests/client/test_positions.py"
            "::test_an_entry_is_taken_once_and_an_older_one_not_at_all",
        ),
    ),
    Mutant(
        "an entry of before a reset is acknowledged after it",
        "client/protocol.py",
        "return self._read_epoch == self.positions.epoch and not self._resets[entry.room]",
        "return self._read_epoch == self.positions.epoch",
        (
            "tests/client/test_sync_client.py"
            "::test_what_came_before_a_reset_is_not_acknowledged_behind_it",
        ),
    ),
    Mutant(
        "an entry of before a restore is acknowledged after it",
        "client/protocol.py",
        "return self._read_epoch == self.positions.epoch and not self._resets[entry.room]",
        "return not self._resets[entry.room]",
        (
            "tests/client/test_sync_client.py"
            "::test_what_came_before_a_restore_is_not_acknowledged_though_it_is_read_behind_it",
        ),
    ),
    Mutant(
        "what was acknowledged on a lost line is never told",
        "client/protocol.py",
        "            self._acks.repeat()\n",
        "            pass\n",
        (
            "tests/client/test_sync_client.py"
            "::test_acks_that_were_told_on_a_lost_line_are_said_again",
        ),
    ),
    Mutant(
        "an entry is read before its reader is done with it",
        "client/protocol.py",
        "        return self._handed_out\n",
        "        event = self._handed_out\n        self.note_read()\n        return event\n",
        (
            "tests/client/test_sync_client.py"
            "::test_an_entry_whose_handling_failed_is_not_acknowledged",
        ),
    ),
    Mutant(
        "each entry is acknowledged at once",
        "client/acks.py",
        "self._next_at = now + ACK_INTERVAL_SECONDS",
        "self._next_at = now",
        (
            "tests/client/test_acks.py"
            "::test_the_first_is_due_at_once_and_the_next_an_interval_later",
        ),
    ),
    Mutant(
        "a second start from now passes over what was said in between",
        "client/protocol.py",
        "return Sync(positions, self.positions.epoch, Start.UNREAD, peek)",
        "return Sync(positions, self.positions.epoch, self.following.start, peek)",
        ("tests/client/test_sync_client.py::test_following_from_the_end_resumes_without_a_hole",),
    ),
    # -- whom it trusts ----------------------------------------------------------------------
    Mutant(
        "a token that came over TLS is sent without",
        "client/credentials.py",
        "    return [server]\n",
        '    return [server, f"{SCHEME_TLS}://{address}"]\n',
        ("tests/client/test_credentials.py::test_a_token_that_came_over_tls_is_not_there_without",),
    ),
    Mutant(
        "an older file's token is sent in the clear over a network",
        "client/credentials.py",
        'if scheme == SCHEME_TLS or is_this_machine(address.rpartition(":")[0]):',
        "if scheme and address:",
        (
            "tests/client/test_credentials.py"
            "::test_a_token_of_an_older_file_goes_over_tls_or_stays_on_this_machine",
        ),
    ),
    Mutant(
        "a server need not prove that it knows the password",
        "client/scram.py",
        "            self._client.set_server_final(message)\n",
        "            pass\n",
        (
            "tests/client/test_scram.py"
            "::test_a_server_that_does_not_know_the_password_is_not_believed",
        ),
    ),
    # -- what it prints ----------------------------------------------------------------------
    Mutant(
        "somebody's text drives the terminal",
        "client/console/safe_text.py",
        '    if not steering:\n        return [("", text)] if text else []\n',
        '    if steering or not steering:\n        return [("", text)] if text else []\n',
        (
            "tests/client/console/test_safe_text.py"
            "::test_lines_are_kept_apart_and_tabs_become_blanks",
        ),
    ),
    Mutant(
        "somebody's name drives the terminal",
        "client/console/safe_text.py",
        "    if not steering:\n        return text\n",
        "    if text:\n        return text\n",
        ("tests/client/console/test_safe_text.py::test_text_is_shown_as",),
    ),
    Mutant(
        "a text's direction marks turn what stands around it",
        "chatd/wire/steering.py",
        "    if marks and any(map(_is_right_to_left, text)):\n",
        "    if marks:\n",
        ("tests/client/console/test_safe_text.py::test_text_is_shown_as",),
    ),
)
