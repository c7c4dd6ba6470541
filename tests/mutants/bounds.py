"""Nobody gets more of the server than a share, however many connections, addresses or bytes."""

from tests.mutants.mutant import Mutant

MUTANTS = (
    # -- turns -------------------------------------------------------------------------------
    Mutant(
        "those who join keep those from their turn who have had one",
        "chatd/core/fairness.py",
        "is_their_turn = self._first_turns >= FIRST_TURNS_MAX or not self._joined",
        "is_their_turn = not self._joined",
        (
            "tests/core/test_fairness.py"
            "::test_those_who_have_had_a_turn_have_another_however_many_join",
        ),
    ),
    Mutant(
        "a party that asks again in its turn is the next one",
        "chatd/core/fairness.py",
        "            self._served.append(party)\n",
        "            self._served.appendleft(party)\n",
        (
            "tests/core/test_fairness.py"
            "::test_parties_have_their_turns_in_order_and_who_has_more_rejoins_at_the_end",
        ),
    ),
    Mutant(
        "a turn lasts as long as its party has something to ask",
        "chatd/service.py",
        "min(now_ns + TURN_NS_MAX, deadline_ns)\n            self._steps_left = TURN_STEPS_MAX\n",
        "deadline_ns\n            self._steps_left = 1_000_000\n",
        (
            "tests/simulation/test_fairness.py"
            "::test_two_connections_of_a_user_that_ask_much_hold_up_nobody_else",
        ),
    ),
    Mutant(
        "a tick reads and handles without bound",
        "chatd/service.py",
        "while queue.party() is not None and self._bytes <= self._bytes_max:",
        "while queue.party() is not None:",
        (
            "tests/simulation/test_connections.py"
            "::test_tick_over_its_bytes_serves_the_others_first_in_the_next",
        ),
    ),
    Mutant(
        "requests leave pages and files no time",
        "chatd/core/budget.py",
        "max(0, self._left_ns - shares_kept * SHARE_NS)",
        "max(0, self._left_ns)",
        ("tests/core/test_budget.py::test_shares_are_kept_for_what_else_waits",),
    ),
    Mutant(
        "whoever reads no answers is handled on",
        "chatd/service.py",
        "if connection.queued_bytes > self._high_water_bytes or connection in self._held:",
        "if connection in self._held:",
        (
            "tests/simulation/test_connections.py"
            "::test_answers_in_front_of_a_fin_wait_for_who_reads_late",
        ),
    ),
    # -- rates -------------------------------------------------------------------------------
    Mutant(
        "requests a second have no bound behind a burst",
        "chatd/core/fairness.py",
        "        until_ms = paid_until_ms + self._request_ms - BURST_MS\n",
        "        until_ms = self._request_ms - BURST_MS\n",
        (
            "tests/core/test_fairness.py"
            "::test_one_may_ask_as_often_at_once_as_in_a_second_and_then_at_the_rate",
        ),
    ),
    Mutant(
        "a request that waits for its time is counted again when that has come",
        "chatd/service.py",
        "_Pulled(event, is_paid=True)",
        "_Pulled(event, is_paid=False)",
        ("tests/simulation/test_fairness.py::test_requests_over_http_are_their_users",),
    ),
    Mutant(
        "each connection of an address may ask as often as one",
        "chatd/service.py",
        "return party if self._places.counts(where) else connection",
        "return connection if self._places.counts(where) else party",
        (
            "tests/simulation/test_fairness.py"
            "::test_requests_that_a_proxy_passes_on_are_counted_by_who_sends_them",
        ),
    ),
    Mutant(
        "an address makes one account more than it may",
        "chatd/handlers/registration.py",
        "if 0 < limit <= count and",
        "if 0 < limit < count and",
        (
            "tests/simulation/test_places.py"
            "::test_registrations_of_an_address_in_an_hour_are_bounded",
        ),
    ),
    Mutant(
        "an account is counted by each address of one network",
        "chatd/core/addresses.py",
        "PREFIX_BITS = 64",
        "PREFIX_BITS = 128",
        (
            "tests/core/test_addresses.py"
            "::test_network_is_the_address_or_the_prefix_that_one_peer_has",
        ),
    ),
    Mutant(
        "an IPv4 address in IPv6 is another one",
        "chatd/core/addresses.py",
        "return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip",
        "return ip",
        (
            "tests/core/test_addresses.py"
            "::test_network_is_the_address_or_the_prefix_that_one_peer_has",
        ),
    ),
    # -- places ------------------------------------------------------------------------------
    Mutant(
        "an address has a connection more than it may",
        "chatd/places.py",
        "if 0 < settings.connections_per_address <= self._all_of[network]:",
        "if 0 < settings.connections_per_address < self._all_of[network]:",
        (
            "tests/simulation/test_places.py"
            "::test_connections_of_an_address_are_bounded_logged_in_or_not",
        ),
    ),
    Mutant(
        "a user has a connection more than one may",
        "chatd/places.py",
        "if 0 < settings.connections_per_user <= len(held):",
        "if 0 < settings.connections_per_user < len(held):",
        (
            "tests/simulation/test_places.py"
            "::test_connections_of_a_user_are_bounded_from_all_addresses_together",
        ),
    ),
    Mutant(
        "the newest guest gives way, and not the oldest",
        "chatd/places.py",
        "return next(iter(self._guests))",
        "return next(reversed(self._guests))",
        ("tests/simulation/test_places.py::test_oldest_guest_gives_way_to_a_newcomer",),
    ),
    Mutant(
        "users take the places that are kept for newcomers",
        "chatd/places.py",
        "if self._user_places >= self._user_places_max and not (held or self._several):",
        "if self._user_places < 0 and not (held or self._several):",
        (
            "tests/simulation/test_places.py"
            "::test_login_into_the_reserve_is_refused_where_nobody_has_more_than_one",
        ),
    ),
    Mutant(
        "anybody tells from which address it comes",
        "chatd/http/host_policy.py",
        "while forwarded and is_in(address, self._proxies):",
        "while forwarded:",
        ("tests/simulation/test_http.py::test_only_trusted_proxies_say_who_asks",),
    ),
    Mutant(
        "whoever is behind a proxy says whose address it has",
        "chatd/http/host_policy.py",
        "            nearest = forwarded.pop()\n",
        "            nearest = forwarded.pop(0)\n",
        ("tests/simulation/test_http.py::test_only_trusted_proxies_say_who_asks",),
    ),
    # -- who stays ---------------------------------------------------------------------------
    Mutant(
        "a guest that goes on asking need not log in",
        "chatd/net/liveness.py",
        "            login_until_ms = connection.made_ms + limits.login_ms\n",
        "            login_until_ms = connection.heard_ms + limits.login_ms\n",
        (
            "tests/simulation/test_connections.py"
            "::test_guest_who_goes_on_asking_has_no_longer_to_log_in",
        ),
    ),
    Mutant(
        "a peer that answers no ping stays",
        "chatd/net/liveness.py",
        "        elif quiet_ms >= limits.ping_ms + limits.stall_ms:\n",
        "        elif quiet_ms < 0:\n",
        (
            "tests/simulation/test_connections.py"
            "::test_quiet_connection_that_does_not_answer_is_dead",
        ),
    ),
    Mutant(
        "a peer that takes nothing stays",
        "chatd/idle_monitor.py",
        "if connection.blocked_ms and now_ms >= self.stall_check_ms(connection):",
        "if connection.blocked_ms and now_ms < 0:",
        (
            "tests/simulation/test_connections.py"
            "::test_peer_that_takes_nothing_for_the_stall_timeout_is_gone_and_can_resume",
        ),
    ),
    Mutant(
        "a peer that takes its bytes slowly is taken for dead",
        "chatd/net/connection.py",
        "        if sent and was_blocked:",
        "        if sent and not was_blocked and sent < 0:",
        (
            "tests/net/test_connection.py"
            "::test_blocked_since_counts_from_the_last_byte_that_was_taken",
        ),
    ),
)
