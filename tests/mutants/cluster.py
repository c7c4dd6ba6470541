"""What the engine of a cluster says is read as it is, and nothing is passed over or assumed."""

from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a message of a server is waited for, however long it is to be",
        "chatd/cluster/nats/protocol.py",
        "        if total > self.payload_bytes_max + HEADERS_BYTES_MAX:\n",
        "        if total > 2**31:\n",
        (
            "tests/cluster/test_protocol.py"
            "::test_message_at_the_bound_is_waited_for_and_one_byte_over_is_refused_by_its_line",
        ),
    ),
    Mutant(
        "a decoder goes on behind what it could not read",
        "chatd/cluster/nats/protocol.py",
        "            self._error = error\n",
        "",
        (
            "tests/cluster/test_protocol.py"
            "::test_hostile_bytes_are_events_or_one_kind_of_error_that_stays",
        ),
    ),
    Mutant(
        "a publisher writes the sequence of a message",
        "chatd/cluster/nats/headers.py",
        "in reversed(self.fields) if key",
        "in self.fields if key",
        (
            "tests/cluster/test_jetstream.py"
            "::test_publisher_can_write_neither_the_end_nor_the_place_of_a_batch",
        ),
    ),
    Mutant(
        "a publisher writes the end of a batch",
        "chatd/cluster/nats/batch.py",
        "        if seq is None:\n",
        "        if seq is None or headers.status:\n",
        (
            "tests/cluster/test_jetstream.py"
            "::test_publisher_can_write_neither_the_end_nor_the_place_of_a_batch",
        ),
    ),
    Mutant(
        "a batch passes over messages that are gone",
        "chatd/cluster/nats/batch.py",
        "        if seq > self.next_seq:\n",
        "        if seq > self.next_seq + 9:\n",
        ("tests/cluster/test_jetstream.py::test_batch_with_a_gap_or_an_error_says_so",),
    ),
    Mutant(
        "a feed passes over messages that are gone",
        "chatd/cluster/nats/ordered.py",
        "        if place.seq > self.next_seq:\n",
        "        if False:\n",
        (
            "tests/cluster/test_jetstream.py"
            "::test_messages_that_the_stream_itself_lacks_are_an_error",
        ),
    ),
    Mutant(
        "a message that was lost at the end is noticed with the next one only",
        "chatd/cluster/nats/ordered.py",
        "        if delivered is not None and delivered != self._delivered:\n",
        "        if False:\n",
        (
            "tests/cluster/test_jetstream.py"
            "::test_lost_message_is_noticed_at_the_next_one_or_the_next_heartbeat",
        ),
    ),
    Mutant(
        "a stream that is full is only not there for a while",
        "chatd/cluster/nats/jetstream.py",
        "kind = StreamFull if is_full else JetStreamUnavailable",
        "kind = JetStreamUnavailable",
        ("tests/cluster/test_jetstream.py::test_refusal_is_an_error_of_its_kind",),
    ),
    Mutant(
        "somebody in front of TLS speaks for the server",
        "chatd/cluster/nats/session.py",
        "        if self._decoder.buffered_bytes:",
        "        if False:",
        ("tests/cluster/test_session.py::test_what_is_put_in_front_of_tls_is_refused",),
    ),
    Mutant(
        "a login goes in the clear to a server that was to have TLS",
        "chatd/cluster/nats/session.py",
        "        if not (info.tls_required or info.tls_available):\n",
        "        if False:\n",
        ("tests/cluster/test_session.py::test_server_that_can_not_what_we_need_gets_no_login",),
    ),
    Mutant(
        "an engine that does not sync is taken",
        "chatd/cluster/engine_check.py",
        "    if not jetstream.config.sync_always:\n",
        "    if False:\n",
        (
            "tests/cluster/test_engine_check.py"
            "::test_fault_of_one_server_says_where_and_what_to_change",
        ),
    ),
    Mutant(
        "a server of the engine that told nothing is taken for a good one",
        "chatd/cluster/engine_check.py",
        "    if len(known) < servers:\n",
        "    if len(told) < servers:\n",
        (
            "tests/cluster/test_engine_check.py"
            "::test_server_that_can_not_be_read_is_not_assumed_to_be_good",
        ),
    ),
    Mutant(
        "a record that was changed on its way is read",
        "chatd/cluster/records.py",
        "    if digest != _digest(content):\n",
        "    if len(digest) < DIGEST_BYTES:\n",
        ("tests/cluster/test_records.py",),
    ),
    Mutant(
        "a record has effect in another place than its own",
        "chatd/cluster/records.py",
        "    if record.seq != head.seq + 1:\n",
        "    if record.seq > head.seq + 1:\n",
        ("tests/cluster/test_records.py",),
    ),
    Mutant(
        "a record has effect behind another past",
        "chatd/cluster/records.py",
        "    if record.link != head.link:\n        raise",
        "    if False:\n        raise",
        ("tests/cluster/test_records.py",),
    ),
    Mutant(
        "a node leads behind another past",
        "chatd/cluster/records.py",
        "        if record.link != head.link:\n            return",
        "        if False:\n            return",
        ("tests/cluster/test_records.py",),
    ),
    Mutant(
        "a void record has effect: a leader of the past writes on",
        "chatd/cluster/records.py",
        "    if (record.term, record.node) != (head.term, head.node):\n",
        "    if record.node != head.node:\n",
        ("tests/cluster/test_records.py",),
    ),
    Mutant(
        "the bytes of void records don't count in the link",
        "chatd/cluster/records.py",
        "        link.update(payload)\n",
        '        link.update(b"" if isinstance(verdict, Void) else payload)\n',
        ("tests/cluster/test_records.py",),
    ),
    Mutant(
        "half a tick has effect",
        "chatd/cluster/records.py",
        "    if len(parts) < record.parts:\n",
        "    if len(parts) + 1 < record.parts:\n",
        ("tests/cluster/test_records.py",),
    ),
    Mutant(
        "what has come of a tick outlives its leader",
        "chatd/cluster/records.py",
        'Head(0, b"", record.term, record.node)\n',
        "msgspec.structs.replace(head, term=record.term, node=record.node)\n",
        ("tests/cluster/test_records.py",),
    ),
    Mutant(
        "a broken line leaves requests waiting until their time is over",
        "chatd/cluster/connection.py",
        "            self._fail_requests(error)\n            self._callbacks",
        "            self._callbacks",
        (
            "tests/cluster/test_engine.py"
            "::test_server_that_dies_or_freezes_fails_what_waits_and_is_found_again",
        ),
    ),
    Mutant(
        "a server that has stopped is waited for without end",
        "chatd/cluster/connection.py",
        "        if self._pinged:\n",
        "        if False:\n",
        (
            "tests/cluster/test_engine.py"
            "::test_server_that_dies_or_freezes_fails_what_waits_and_is_found_again",
        ),
    ),
)
