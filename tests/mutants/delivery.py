"""Every device of every user comes to the same, in order, and is told what it has missed."""

from tests.mutants.mutant import Mutant

FOLLOWER = (
    "tests/simulation/test_follower.py"
    "::test_shadows_hear_entries_reads_posts_limits_and_ends_of_sessions_from_events_alone",
)

OWN_POSTS = (
    "tests/simulation/test_posting.py"
    "::test_own_post_with_a_nonce_is_told_to_other_devices_that_follow_and_to_nobody_else"
)

MUTANTS = (
    # -- what a node that only reads the journal would not hear ------------------------------
    Mutant(
        "a handler calls for reads beside its event",
        "chatd/handlers/expiry.py",
        "            turn.effects.readers[name, room] = reader\n",
        "            turn.effects.readers[name, room] = reader\n"
        "            self._transaction.changes.reads.append((name, room, seq))\n",
        FOLLOWER,
    ),
    Mutant(
        "a handler says whose limits are others beside its event",
        "chatd/handlers/posting.py",
        "        self._transaction.commit(*before, post, *more)\n",
        "        self._transaction.commit(*before, post, *more)\n"
        "        self._transaction.changes.limits_reset.add(post.author)\n",
        FOLLOWER,
    ),
    Mutant(
        "a nonce is told to the connection that posted with it",
        "chatd/handlers/posting.py",
        "            turn.effects.posters[post.author, post.nonce] = turn.session.link\n",
        "            pass\n",
        (OWN_POSTS,),
    ),
    Mutant(
        "own posts are told to connections that do not follow",
        "chatd/announcements.py",
        "            if connection.following and connection is not but:\n",
        "            if connection is not but:\n",
        (OWN_POSTS,),
    ),
    Mutant(
        "own posts fill the queue of one who takes nothing",
        "chatd/net/notices.py",
        "        if connection.queued_bytes <= self._high_water_bytes:\n",
        "        if True:\n",
        (
            "tests/simulation/test_posting.py"
            "::test_own_post_is_not_told_to_a_device_that_has_enough_to_take",
        ),
    ),
    Mutant(
        "a handler has sessions end beside its event",
        "chatd/handlers/accounts.py",
        "        self._transaction.commit(e.DeviceRevoked(context.now_ms, name, number))\n",
        "        self._transaction.commit(e.DeviceRevoked(context.now_ms, name, number))\n"
        "        ended = self._transaction.changes.ended_sessions\n"
        "        ended.append(ended[-1]._replace(device=None))\n",
        FOLLOWER,
    ),
    Mutant(
        "all readers of a protocol get what is encoded for one",
        "chatd/net/batches.py",
        "        view = codec.view\n",
        "        view = type(codec)\n",
        (
            "tests/simulation/test_line_protocol.py"
            "::test_a_broadcast_to_many_at_once_goes_to_each_in_the_readers_bytes",
        ),
    ),
    Mutant(
        "a broadcast goes in the bytes of the reader before",
        "chatd/net/broadcast_queue.py",
        "its_view != view:",
        "its_view is None:",
        (
            "tests/simulation/test_line_protocol.py"
            "::test_a_broadcast_to_many_at_once_goes_to_each_in_the_readers_bytes",
        ),
    ),
    Mutant(
        "a slow reader is queued to without bound",
        "chatd/net/delivery.py",
        "if complete and connection.queued_bytes + len(data) <= self._high_water_bytes:",
        "if complete:",
        (
            "tests/net/test_delivery.py"
            "::test_batch_over_the_high_water_mark_is_not_queued_and_comes_when_there_is_room",
        ),
    ),
    Mutant(
        "a slow reader of the general room is queued to without bound",
        "chatd/net/broadcast_queue.py",
        "                if connection.queued_bytes + byte_count > self.high_water_bytes:\n",
        "                if byte_count > self.high_water_bytes * 1_000:\n",
        (
            "tests/net/test_delivery.py"
            "::test_who_waits_too_long_is_pumped_and_hears_everything_once",
        ),
    ),
    Mutant(
        "a gap is passed over in silence",
        "chatd/net/delivery.py",
        "            connection.send_notice(Gap(room_id, position + 1, floor))\n",
        "",
        ("tests/net/test_delivery.py::test_entries_that_go_while_somebody_waits_are_a_gap",),
    ),
    Mutant(
        "entries that are gone before they were delivered are no gap",
        "chatd/net/delivery.py",
        "complete = first >= room.log.first_seq  #",
        "complete = True  #",
        (
            "tests/net/test_delivery.py"
            "::test_live_connection_is_told_of_entries_that_went_before_it_heard_them",
        ),
    ),
    Mutant(
        "who has left a group hears what came after",
        "chatd/net/delivery.py",
        "frames = log.after(first - 1)[: move.seq - first]",
        "frames = log.after(first - 1)",
        (
            "tests/simulation/test_group_delivery.py"
            "::test_kick_between_two_posts_of_one_tick_binds_from_its_place_on",
        ),
    ),
    Mutant(
        "who leaves a group misses what came just before",
        "chatd/net/delivery.py",
        "            else:\n                self._share(move)\n",
        "",
        (
            "tests/simulation/test_group_delivery.py"
            "::test_kick_between_two_posts_of_one_tick_binds_from_its_place_on",
        ),
    ),
    Mutant(
        "who joins a group is told of a gap before what newcomers see",
        "chatd/net/delivery.py",
        "floor = self._state.rooms[room_id].members[name].floor",
        "floor = 0",
        (
            "tests/simulation/test_group_delivery.py"
            "::test_newcomer_of_one_tick_is_shown_no_more_than_newcomers_are",
        ),
    ),
    Mutant(
        "a position from elsewhere reaches what is gone for its reader",
        "chatd/net/delivery.py",
        "floor = max(room.members[connection.name].floor_at(now_ms), room.log.first_seq - 1)",
        "floor = room.log.first_seq - 1",
        (
            "tests/net/test_delivery.py"
            "::test_entries_under_the_readers_floor_are_a_gap_though_they_are_there",
        ),
    ),
    Mutant(
        "a connection is live with a room that has more",
        "chatd/net/delivery.py",
        "if quiet_rooms >= len(positions) and self._is_at_the_end(positions):",
        "if quiet_rooms >= len(positions):",
        (
            "tests/net/test_delivery.py"
            "::test_room_that_grows_when_it_was_looked_at_is_heard_before_live",
        ),
    ),
    Mutant(
        "what the socket did not take is sent twice",
        "chatd/net/connection.py",
        "        else:\n            self._outbox = data[sent:]\n",
        "        else:\n            self._outbox = data\n",
        ("tests/net/test_connection.py::test_what_the_socket_does_not_take_waits_for_room",),
    ),
    Mutant(
        "half an answer stays in front of an error",
        "chatd/net/connection.py",
        "        while self.queued_bytes > queued_bytes:\n",
        "        while self.queued_bytes < queued_bytes:\n",
        ("tests/simulation/test_error_boundary.py::test_nothing_of_half_an_answer_leaves",),
    ),
    Mutant(
        "a goodbye is lost with the bytes that were not read",
        "chatd/net/connection.py",
        "        if self.peer_hung_up:\n            self.abort()\n            return\n"
        "        self._hung_up",
        "        if self.queued_bytes == 0:\n            self.abort()\n            return\n"
        "        self._hung_up",
        (
            "tests/net/test_connection.py"
            "::test_finish_sends_what_waits_then_hangs_up_and_queues_nothing_more",
        ),
    ),
    # -- cursors -----------------------------------------------------------------------------
    Mutant(
        "an acknowledgement reaches beyond what was sent",
        "chatd/handlers/sync.py",
        "if request.seq > session.link.queued_seq(room.room):",
        "if request.seq > room.log.last_seq:",
        (
            "tests/simulation/test_sync.py"
            "::test_ack_of_an_entry_of_the_same_tick_is_above_what_was_queued",
        ),
    ),
    Mutant(
        "a device that peeks acknowledges",
        "chatd/handlers/sync.py",
        "if session.peek or not session.synced:",
        "if not session.synced:",
        ("tests/simulation/test_sync.py::test_peek_hears_everything_and_can_not_acknowledge",),
    ),
    Mutant(
        "who was removed meanwhile hears who is writing",
        "chatd/net/notice_queue.py",
        "if members is not None and connection.name not in members:",
        "if members is not None and not members:",
        (
            "tests/simulation/test_typing.py"
            "::test_who_is_removed_while_a_notice_waits_does_not_hear_it",
        ),
    ),
    Mutant(
        "who writes in two rooms is announced twice at once",
        "chatd/handlers/typing.py",
        "last_ms is not None and now_ms < last_ms + TYPING_INTERVAL_MS",
        "last_ms is not None and now_ms < last_ms",
        (
            "tests/simulation/test_typing.py"
            "::test_typing_is_passed_on_once_in_three_seconds_whatever_the_room_and_the_device",
        ),
    ),
    Mutant(
        "a start from now that peeks marks everything read",
        "chatd/handlers/sync.py",
        "            if not request.peek:\n",
        "            if rooms:\n",
        ("tests/simulation/test_sync.py::test_start_now_with_peek_reads_nothing",),
    ),
    Mutant(
        "a start from the end counts what is unread as read",
        "chatd/handlers/sync.py",
        "        if request.start is c.Start.NOW:\n",
        "        if request.start in (c.Start.NOW, c.Start.END):\n",
        (
            "tests/simulation/test_sync.py"
            "::test_start_at_the_end_brings_nothing_and_leaves_unread_what_is_unread",
        ),
    ),
    Mutant(
        "positions of another epoch are believed",
        "chatd/handlers/sync.py",
        "usable = request.epoch == self._state.epoch and seq <= room.log.last_seq",
        "usable = seq <= room.log.last_seq",
        (
            "tests/simulation/test_sync.py"
            "::test_positions_of_another_epoch_are_reset_and_unread_comes",
        ),
    ),
    Mutant(
        "positions past the end are believed",
        "chatd/handlers/sync.py",
        "usable = request.epoch == self._state.epoch and seq <= room.log.last_seq",
        "usable = request.epoch == self._state.epoch",
        (
            "tests/simulation/test_sync.py"
            "::test_position_past_the_end_is_reset_and_at_the_end_is_not",
        ),
    ),
    Mutant(
        "positions are reset in silence",
        "chatd/handlers/sync.py",
        "                context.effects.to_link.append("
        "(context.session.link, c.Reset(room.room)))\n",
        "                pass\n",
        (
            "tests/simulation/test_sync.py"
            "::test_positions_of_another_epoch_are_reset_and_unread_comes",
        ),
    ),
    Mutant(
        "an acknowledgement goes back",
        "chatd/core/acks.py",
        "            if seq > self._seqs.get(key, 0):\n",
        "            if seq:\n",
        ("tests/core/test_acks.py::test_highest_number_counts_and_its_reader_with_it",),
    ),
    Mutant(
        "what was read is not told to a user's other devices",
        "chatd/core/events/cursors.py",
        "        changes.reads += self.moves\n",
        "",
        (
            "tests/simulation/test_sync.py"
            "::test_other_device_hears_what_was_read_and_the_reader_does_not",
        ),
    ),
    Mutant(
        "own entries behind what was read count as unread",
        "chatd/handlers/expiry.py",
        "last = self._over_own(name, room, seq, steps_left)",
        "last = seq",
        ("tests/simulation/test_sync.py::test_reading_up_to_ones_own_entries_reads_those_too",),
    ),
    Mutant(
        "a stream of events is marked before all of its tick",
        "chatd/net/delivery.py",
        "            self._broadcast_now(self._broadcast_queue.waiting_of(self._streams))\n",
        "",
        ("tests/simulation/test_streams.py::test_one_conversion_serves_all_streams_of_a_tick",),
    ),
)
