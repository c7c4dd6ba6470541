"""What comes over the wire is read as its protocol says, and makes nobody act for others."""

from tests.mutants.mutant import Mutant

MUTANTS = (
    # -- frames ------------------------------------------------------------------------------
    Mutant(
        "a frame is buffered before its length is refused",
        "chatd/wire/frames.py",
        "            if size > self.payload_bytes_max:\n",
        "            if size > self.payload_bytes_max and fed > size:\n",
        (
            "tests/wire/test_frames.py"
            "::test_frame_at_the_bound_comes_and_one_byte_over_is_refused_by_its_header",
        ),
    ),
    Mutant(
        "a parameter that nobody knows is passed over",
        "chatd/wire/commands/table.py",
        "Generic[R], frozen=True, forbid_unknown_fields=True, gc=False):",
        "Generic[R], frozen=True, gc=False):",
        ("tests/wire/test_commands.py::test_unknown_parameter_is_refused",),
    ),
    Mutant(
        "a list without an answer is not asked for again",
        "chatd/wire/commands/table.py",
        "repeatable or not writes,",
        "repeatable,",
        (
            "tests/wire/test_commands.py::test_row_that_only_reads_may_be_repeated",
            "tests/client/test_sync_client.py",
        ),
    ),
    Mutant(
        "a command that writes does not say that the disk may be full",
        "chatd/wire/commands/table.py",
        '{"storage_full": DISK_FULL} if writes else {}',
        "{}",
        ("tests/wire/test_commands.py::test_row_may_be_refused_for_a_full_disk_if_it_writes",),
    ),
    Mutant(
        "a handler may return another result than its command's row says",
        "chatd/handlers/dispatch.py",
        "method: Callable[[S, Context, P], R]",
        "method: Callable[[S, Context, P], Any]",
        ("tests/handlers/test_dispatch.py",),
    ),
    # -- HTTP --------------------------------------------------------------------------------
    Mutant(
        "a request has two lengths",
        "chatd/wire/http/gate.py",
        "    if length is not None:\n",
        '    if length == "":\n',
        ("tests/wire/test_http.py::test_what_could_be_read_in_two_ways_is_refused",),
    ),
    Mutant(
        "a field that tells where a request ends is there twice",
        "chatd/wire/http/gate.py",
        "        if name in fields and name in ONCE:\n",
        "        if name in fields and name in ():\n",
        ("tests/wire/test_http.py::test_what_could_be_read_in_two_ways_is_refused",),
    ),
    Mutant(
        "a request of HTTP/1.0 is taken for one of 1.1",
        "chatd/wire/http/gate.py",
        '        if found[3] != b"1.1":\n',
        '        if found[3] > b"1.1":\n',
        ("tests/wire/test_http.py::test_another_version_is_refused",),
    ),
    Mutant(
        "a line of a head ends without a carriage return",
        "chatd/wire/http/gate.py",
        '        if not line.endswith(b"\\r"):\n',
        '        if line.endswith(b"\\n"):\n',
        ("tests/wire/test_http.py::test_what_could_be_read_in_two_ways_is_refused",),
    ),
    Mutant(
        "a target names another host than the field",
        "chatd/wire/http/gate.py",
        'if host is not None and host.lower() != fields["host"].lower():',
        'if host is not None and not fields["host"]:',
        ("tests/wire/test_http.py::test_an_absolute_target_names_the_host_of_the_field",),
    ),
    Mutant(
        "the server answers under any host name",
        "chatd/http/host_policy.py",
        "return ANY in self._hosts or name in self._hosts or is_address",
        "return bool(self._hosts) or is_address",
        ("tests/simulation/test_http.py::test_only_known_hosts_are_spoken_for",),
    ),
    Mutant(
        "a page of another server opens a WebSocket",
        "chatd/http/host_policy.py",
        'if scheme not in ("http", "https") or not same:',
        'if scheme not in ("http", "https"):',
        ("tests/simulation/test_streams.py::test_a_handshake_that_is_not_right_is_refused",),
    ),
    Mutant(
        "a range has a byte less than was asked for",
        "chatd/wire/http/ranges.py",
        "min(size, int(last or size) + 1)",
        "min(size, int(last or size))",
        ("tests/simulation/test_web_files.py::test_a_range_is_served",),
    ),
    Mutant(
        "the rest of another file is sent behind the part that somebody has",
        "chatd/wire/http/ranges.py",
        'if found is None or fields.get("if-range", tag) != tag:',
        "if found is None:",
        ("tests/simulation/test_web_files.py::test_conditions_are_met",),
    ),
    Mutant(
        "what others have uploaded runs as a page of this server",
        "chatd/http/downloads.py",
        '            "content-security-policy": POLICY,\n',
        "",
        (
            "tests/simulation/test_web_files.py"
            "::test_a_file_comes_as_it_was_sent_and_as_nothing_that_runs",
        ),
    ),
    Mutant(
        "metrics are for everybody",
        "chatd/http/host_policy.py",
        "return is_in(self.client_address(address, request), self._watchers)",
        "return bool(self.client_address(address, request))",
        ("tests/simulation/test_metrics.py::test_metrics_are_for_those_who_are_named",),
    ),
    Mutant(
        "a login over HTTP that began long ago is ended",
        "chatd/http/logins.py",
        "            if now_ms - begun.began_ms < LOGIN_MS_MAX:\n",
        "            if now_ms >= begun.began_ms:\n",
        ("tests/simulation/test_http.py::test_a_login_that_ends_too_late_is_refused",),
    ),
    # -- WebSockets --------------------------------------------------------------------------
    Mutant(
        "a WebSocket ends without a close frame at a goodbye",
        "chatd/wire/websocket.py",
        "return self.encode_notice(bye) + _close(CloseCode.GOING_AWAY, bye.reason)",
        "return self.encode_notice(bye)",
        ("tests/simulation/test_streams.py::test_a_stopping_server_closes_websockets_with_a_word",),
    ),
    Mutant(
        "a WebSocket of text takes binary messages",
        "chatd/wire/websocket.py",
        "        if self._opcode is not self.OPCODE:\n",
        "        if self._opcode is None:\n",
        (
            "tests/simulation/test_streams.py"
            "::test_a_websocket_is_closed_with_the_code_that_its_protocol_has_for_that",
        ),
    ),
    Mutant(
        "text that is no UTF-8 closes a WebSocket as any fault does",
        "chatd/wire/websocket.py",
        "raise MessageError(CloseCode.INVALID_DATA, ",
        "raise MessageError(CloseCode.PROTOCOL_ERROR, ",
        (
            "tests/simulation/test_streams.py"
            "::test_a_websocket_is_closed_with_the_code_that_its_protocol_has_for_that",
        ),
    ),
    Mutant(
        "empty frames of a WebSocket cost nothing",
        "chatd/wire/websocket.py",
        "            self._events.append(NoRequest())\n",
        "            pass\n",
        (
            "tests/simulation/test_fairness.py"
            "::test_frames_of_a_websocket_that_ask_for_nothing_count_as_requests",
        ),
    ),
    # -- hooks -------------------------------------------------------------------------------
    Mutant(
        "a revoked hook posts on",
        "chatd/core/events/hooks.py",
        "        hook = state.users[self.name].hooks.pop(self.number)\n"
        "        del state.hook_owners[hook.token_hash]\n",
        "        hook = state.users[self.name].hooks[self.number]\n",
        (
            "tests/simulation/test_hooks.py"
            "::test_a_hook_works_after_a_restart_and_until_it_is_revoked",
        ),
    ),
    Mutant(
        "who made a hook does not see why it may not post",
        "chatd/http/hooks.py",
        "            self._refusals.note_hook(*owner, now_ms, error)\n",
        "            pass\n",
        ("tests/simulation/test_hooks.py::test_the_maker_is_told_of_every_kind_of_refusal",),
    ),
    # -- the page ----------------------------------------------------------------------------
    Mutant(
        "the page is kept for ever, and a newer one never seen",
        "chatd/http/site.py",
        'CHECKED = "no-cache"',
        "CHECKED = FOREVER",
        (
            "tests/simulation/test_site.py::"
            "test_what_is_named_by_its_content_is_kept_for_a_year_and_the_rest_is_asked_for_again",
        ),
    ),
    Mutant(
        "the page may be framed, and run what others put into it",
        "chatd/http/site.py",
        '    return {**FIELDS, "cache-control": CHECKED, "etag": tag}\n',
        '    return {"cache-control": CHECKED, "etag": tag}\n',
        (
            "tests/simulation/test_site.py::"
            "test_each_file_has_its_kind_and_the_fields_that_bind_the_page",
        ),
    ),
    Mutant(
        "a page that was built again needs a restart",
        "chatd/http/site.py",
        "        return partial(self._take, _responses(self._read()))\n",
        "        return partial(self._take, self._responses)\n",
        ("tests/simulation/test_site.py::test_page_that_was_built_again_is_served_after_a_reload",),
    ),
    # -- settings and the log ----------------------------------------------------------------
    Mutant(
        "a reload takes what only a start can",
        "chatd/config.py",
        "    settings, names = replace(new, **kept), [option.name for option in late]\n",
        "    settings, names = new, [option.name for option in late]\n",
        ("tests/simulation/test_reload.py::test_settings_that_leave_no_protocol_change_nothing",),
    ),
    Mutant(
        "a reload that fails has changed some parts",
        "chatd/reload.py",
        "            switches = [prepare(settings) for prepare in self._prepares]\n",
        "            switches = []\n"
        "            for prepare in self._prepares:\n"
        "                prepare(settings)()\n",
        ("tests/simulation/test_reload.py::test_log_file_that_can_not_be_opened_changes_nothing",),
    ),
    Mutant(
        "a server listens to a network without TLS, unasked",
        "chatd/config.py",
        "if not _is_loopback(settings.host) and not settings.insecure:",
        "if not settings.host and not settings.insecure:",
        ("tests/test_config.py::test_new_settings_that_do_not_go_with_what_stays_are_refused",),
    ),
    Mutant(
        "a path stands in the log, with the secret in it",
        "chatd/http/commands.py",
        'known = method if method in c.COMMANDS else "?"',
        "known = method",
        ("tests/simulation/test_http.py::test_what_stands_in_place_of_a_method_is_in_no_log",),
    ),
)
