"""A post happens once only, at its time, within its author's limits, and lives its lifetime."""

from tests.mutants.mutant import Mutant

MUTANTS = (
    # -- once only ---------------------------------------------------------------------------
    Mutant(
        "a nonce is the same for another command",
        "chatd/handlers/posting.py",
        "msgspec.msgpack.encode([type(request).__name__, fields])",
        "msgspec.msgpack.encode([fields])",
        (
            "tests/simulation/test_posting.py"
            "::test_same_nonce_and_fields_of_another_command_is_a_conflict",
        ),
    ),
    Mutant(
        "a nonce repeats its result for other content",
        "chatd/handlers/posting.py",
        "if record.digest != _digest(request):",
        "if not record.digest:",
        ("tests/simulation/test_posting.py::test_same_nonce_with_other_content_is_a_conflict",),
    ),
    Mutant(
        "a repeated post is refused by a limit that it has reached itself",
        "chatd/handlers/posting.py",
        "        if check.posted is not None:\n"
        "            return check.posted\n"
        "        to = find(author, address, turn.now_ms)\n"
        "        check_text(request.text)\n",
        "        to = find(author, address, turn.now_ms)\n"
        "        self._limits.get(to.room_id, self._private_limit).check(author, 1, turn.now_ms)\n"
        "        if check.posted is not None:\n"
        "            return check.posted\n"
        "        check_text(request.text)\n",
        ("tests/simulation/test_posting.py::test_nonce_is_looked_up_before_the_limit",),
    ),
    Mutant(
        "a nonce is forgotten a day early",
        "chatd/core/idempotency.py",
        "NONCE_KEPT_MS = 7 * 86_400_000",
        "NONCE_KEPT_MS = 6 * 86_400_000",
        ("tests/simulation/test_posting.py::test_nonce_counts_for_seven_days",),
    ),
    Mutant(
        "a user may have more nonces than the bound",
        "chatd/core/idempotency.py",
        "        if len(self) < NONCES_MAX:\n            return None\n        expires_ms",
        "        if self.keys:\n            return None\n        expires_ms",
        (
            "tests/simulation/test_posting.py"
            "::test_over_the_bound_of_nonces_a_new_one_is_refused_and_none_is_forgotten",
        ),
    ),
    Mutant(
        "a nonce is found between two others",
        "chatd/core/idempotency.py",
        "if found % _KEY_BYTES == 0:",
        "if found >= 0:",
        ("tests/core/test_idempotency.py::test_keys_that_meet_at_a_seam_are_not_taken_for_one",),
    ),
    # -- limits ------------------------------------------------------------------------------
    Mutant(
        "one message more than the limit is posted",
        "chatd/handlers/rate_limit.py",
        "if self.maximum and window.count + count > self.maximum:",
        "if self.maximum and window.count + count > self.maximum + 1:",
        ("tests/simulation/test_posting.py::test_nonce_is_looked_up_before_the_limit",),
    ),
    Mutant(
        "a long text of a hook counts as one message",
        "chatd/handlers/posting.py",
        "header = self.header(author, to, check, turn.now_ms, len(texts))",
        "header = self.header(author, to, check, turn.now_ms)",
        (
            "tests/simulation/test_hooks.py"
            "::test_each_part_counts_and_a_text_that_does_not_fit_the_limit_is_not_posted_at_all",
        ),
    ),
    Mutant(
        "a limit does not reset when its period is over and its timer late",
        "chatd/handlers/rate_limit.py",
        "        if now_ms >= window.reset_at_ms:\n",
        "        if not window.count:\n",
        ("tests/simulation/test_posting.py::test_limit_ends_on_time_though_its_timer_is_late",),
    ),
    Mutant(
        "a young account may fill the rooms of many without bound",
        "chatd/handlers/young.py",
        "        if used >= limit:\n",
        "        if used > 2 * limit:\n",
        (
            "tests/simulation/test_strangers.py"
            "::test_what_a_young_account_wrote_to_one_who_reads_nothing_is_bounded",
        ),
    ),
    Mutant(
        "a young account's bound counts one room only",
        "chatd/handlers/young.py",
        "limit, used = UNREAD_BYTES_IN_ALL_MAX, self._unread_bytes_in_all(author)",
        "pass",
        (
            "tests/simulation/test_strangers.py"
            "::test_what_a_young_account_wrote_to_many_is_bounded_in_all",
        ),
    ),
    # -- schedules ---------------------------------------------------------------------------
    Mutant(
        "a scheduled text goes out before the wall clock has reached its time",
        "chatd/handlers/schedules.py",
        "        if early_ms > 0:\n",
        "        if early_ms > LOOK_AGAIN_MS_MAX:\n",
        ("tests/simulation/test_schedules.py::test_text_waits_for_a_wall_clock_that_was_set_back",),
    ),
    Mutant(
        "held texts take all of a period",
        "chatd/handlers/rate_limit.py",
        "if self.maximum and window.held_used(now_ms) >= max(1, self.maximum // 2):",
        "if self.maximum and window.held_used(now_ms) >= self.maximum:",
        (
            "tests/simulation/test_schedules.py"
            "::test_held_texts_go_in_order_and_take_half_of_a_period",
        ),
    ),
    Mutant(
        "held texts go out in the order of their numbers",
        "chatd/handlers/schedules.py",
        "for post in sorted(held, key=lambda post: (post.at_ms, post.number)):",
        "for post in sorted(held, key=lambda post: post.number):",
        (
            "tests/simulation/test_schedules.py"
            "::test_held_texts_go_in_order_and_take_half_of_a_period",
        ),
    ),
    Mutant(
        "a tick posts all scheduled texts at once",
        "chatd/handlers/schedules.py",
        "return turn.effects.timed_bytes >= TICK_BYTES_MAX or "
        "turn.effects.timed_work >= WORK_PER_TICK",
        "return False",
        (
            "tests/simulation/test_schedules.py"
            "::test_mass_of_due_texts_is_posted_a_bounded_part_in_each_tick_and_in_order",
        ),
    ),
    Mutant(
        "a cancelled text stays in the list",
        "chatd/core/events/schedules.py",
        "        post = state.users[self.name].scheduled.pop(self.number)\n"
        '        changes.timers["scheduled", (self.name, self.number)] = None\n',
        "        post = state.users[self.name].scheduled[self.number]\n"
        '        changes.timers["scheduled", (self.name, self.number)] = None\n',
        (
            "tests/simulation/test_schedules.py"
            "::test_all_devices_hear_what_is_scheduled_and_cancelled_and_nobody_else_does",
        ),
    ),
    # -- reading and lifetime ----------------------------------------------------------------
    Mutant(
        "to post is to have read what came before",
        "chatd/core/events/messages.py",
        "if member is not None and member.read_seq == seq - 1:",
        "if member is not None:",
        ("tests/simulation/test_sync.py::test_own_messages_are_never_unread",),
    ),
    Mutant(
        "an entry is gone before its lifetime is over",
        "chatd/core/checkpoints.py",
        "return -(-(read_ms + span_ms) // step_ms) * step_ms",
        "return (read_ms + span_ms) // step_ms * step_ms",
        (
            "tests/core/test_checkpoints.py"
            "::test_single_read_is_gone_by_the_new_lifetime_to_its_twelfth",
        ),
    ),
    Mutant(
        "unread direct messages go by age",
        "chatd/core/lifetime.py",
        "AGING = frozenset({RoomKind.GENERAL, RoomKind.GROUP})",
        "AGING = frozenset({RoomKind.GENERAL, RoomKind.GROUP, RoomKind.DIRECT})",
        ("tests/core/test_lifetime.py::test_unread_private_entry_waits_without_limit",),
    ),
    Mutant(
        "a room waits for ever for the member that was its slowest",
        "chatd/core/lifetime.py",
        "            and self.slowest.floor_at(now_ms) == self.floor\n",
        "",
        (
            "tests/core/test_lifetime.py"
            "::test_the_slowest_of_many_is_known_whoever_reads_joins_and_leaves",
        ),
    ),
    Mutant(
        "a deleted text stays in what quotes it",
        "chatd/core/copies.py",
        '    refresh_quotes(room, seq, "")\n    redact_edit(room, seq, unread)',
        "    redact_edit(room, seq, unread)",
        ("tests/simulation/test_comments.py::test_quote_goes_with_what_it_quotes",),
    ),
    Mutant(
        "a comment on a comment begins a thread of its own",
        "chatd/core/threads.py",
        "        root = room.threads.get(reply_to, reply_to)\n",
        "        root = reply_to\n",
        (
            "tests/simulation/test_threads.py"
            "::test_thread_has_what_began_it_and_all_comments_in_order",
        ),
    ),
    Mutant(
        "a deleted comment goes on counting",
        "chatd/core/threads.py",
        "        self.living -= 1\n",
        "",
        (
            "tests/simulation/test_threads.py"
            "::test_deleted_comment_does_not_count_and_its_deletion_tells_what_is_left",
        ),
    ),
    Mutant(
        "a thread stays where its first comment put it in the list",
        "chatd/core/threads.py",
        "            del self.last_comments[bisect_left(self.last_comments, thread.last)]\n",
        "            self.last_comments.pop()\n",
        (
            "tests/core/test_threads.py"
            "::test_threads_are_what_a_walk_of_the_log_says_live_and_after_a_start",
        ),
    ),
    Mutant(
        "own comments are unread in a thread",
        "chatd/core/threads.py",
        "(authors.count(own) if own != _DELETED else 0)",
        "0",
        (
            "tests/simulation/test_threads.py"
            "::test_unread_comments_are_those_of_others_after_what_was_read_that_are_not_deleted",
        ),
    ),
    Mutant(
        "a deleted post stays pinned",
        "chatd/core/events/revisions.py",
        "    room.pins.pop(seq, None)\n",
        "",
        ("tests/simulation/test_pins.py::test_deleted_post_is_pinned_no_more",),
    ),
    Mutant(
        "everybody pins in general",
        "chatd/handlers/pins.py",
        "if room_id == GENERAL and user.name not in self._admins:",
        "if False:",
        ("tests/simulation/test_pins.py::test_in_general_only_administrators_pin_and_unpin",),
    ),
    Mutant(
        "a newcomer sees what was pinned before",
        "chatd/handlers/pins.py",
        "if self._visibility.reaches(user, room, seq, now_ms)",
        "if now_ms",
        ("tests/simulation/test_pins.py::test_newcomer_sees_no_pinned_post_from_before",),
    ),
    Mutant(
        "a deleted post keeps its reactions",
        "chatd/core/events/revisions.py",
        "    room.reactions.pop(seq, None)\n",
        "",
        ("tests/simulation/test_reactions.py::test_deleted_post_has_no_reactions_and_gets_none",),
    ),
    Mutant(
        "an expired post keeps its reactions",
        "chatd/core/state.py",
        "            room.reactions.pop(seq, None)\n",
        "",
        ("tests/simulation/test_reactions.py::test_expired_post_takes_its_reactions_along",),
    ),
    Mutant(
        "taking a reaction back counts in the limit",
        "chatd/handlers/reactions.py",
        "            ends_ms = 0\n",
        "            ends_ms = now_ms + 1\n",
        (
            "tests/simulation/test_reactions.py"
            "::test_reactions_have_a_limit_of_their_own_which_taking_back_does_not_touch",
        ),
    ),
    Mutant(
        "an emoji with its selector is another one",
        "chatd/wire/emoji.py",
        'text.replace(_AS_TEXT, "").replace(_AS_PICTURE, "")',
        'text.replace(_AS_TEXT, "")',
        ("tests/wire/test_emoji.py::test_emoji_with_and_without_selectors_is_the_same",),
    ),
    Mutant(
        "the reactions of a deleted account stay with others' posts",
        "chatd/handlers/account_deletion.py",
        "        found = sorted(found)[:count_max]\n",
        "        found = []\n",
        (
            "tests/simulation/test_reactions.py"
            "::test_deleted_account_takes_its_reactions_along_if_it_does_its_posts",
        ),
    ),
    Mutant(
        "an old store's threads count what was deleted",
        "chatd/core/migrations.py",
        "            comments[root] -= 1\n",
        "            comments[root] -= 0\n",
        (
            "tests/core/test_threads.py"
            "::test_store_of_format_2_shows_its_threads_as_if_it_always_had",
        ),
    ),
    Mutant(
        "a mark of unread ends by what was there when it was made",
        "chatd/handlers/sync.py",
        "member.unread_from and seq > member.unread_until",
        "member.unread_from",
        (
            "tests/simulation/test_marks.py"
            "::test_mark_ends_when_what_came_after_it_is_acknowledged_and_not_before",
        ),
    ),
    Mutant(
        "what was read is counted no more where it is marked as unread",
        "chatd/core/events/cursors.py",
        "state.unread.read(room, name, member.unread_after)",
        "state.unread.read(room, name, seq)",
        (
            "tests/simulation/test_marks.py"
            "::test_mark_ends_when_what_came_after_it_is_acknowledged_and_not_before",
        ),
    ),
    Mutant(
        "own posts behind a mark of unread are unread",
        "chatd/core/events/messages.py",
        "        if not member.unread_from:\n            return\n",
        "        return\n",
        ("tests/simulation/test_marks.py::test_own_posts_behind_a_mark_are_not_unread",),
    ),
    Mutant(
        "a room that is muted is muted for nobody",
        "client/console/feed.py",
        "is_muted = entry.room in muted and me not in e.mentioned_in(entry)",
        "is_muted = False",
        (
            "tests/client/console/test_console.py"
            "::test_muted_room_is_shown_and_calls_only_by_mentions",
        ),
    ),
    Mutant(
        "a deleted text stays in its last edit",
        "chatd/core/copies.py",
        '    refresh_quotes(room, seq, "")\n    redact_edit(room, seq, unread)',
        '    refresh_quotes(room, seq, "")',
        ("tests/simulation/test_revisions.py::test_edits_and_deletes_survive_a_restart",),
    ),
    # -- uploads -----------------------------------------------------------------------------
    Mutant(
        "a file is posted whose bytes are not those of its hash",
        "chatd/handlers/files.py",
        "        if sha256 != upload.sha256:\n",
        "        if not sha256:\n",
        ("tests/simulation/test_files.py::test_wrong_bytes_are_refused_and_can_be_cancelled",),
    ),
    Mutant(
        "a chunk overwrites what has come already",
        "chatd/handlers/files.py",
        "if request.offset != upload.offset:",
        "if request.offset > upload.offset:",
        (
            "tests/simulation/test_files.py"
            "::test_chunk_that_comes_again_is_a_conflict_and_adds_nothing",
        ),
    ),
    Mutant(
        "unfinished uploads count in no quota",
        "chatd/handlers/files.py",
        "used = owner.file_bytes + sum(u.claimed_bytes for u in uploads_of(self._state, owner))",
        "used = owner.file_bytes",
        (
            "tests/simulation/test_files.py"
            "::test_quota_counts_files_and_unfinished_uploads_and_is_given_back",
        ),
    ),
    Mutant(
        "a file's bytes count for ever",
        "chatd/core/state.py",
        "        self.users[file.author].file_bytes -= file.size",
        "        assert file.author in self.users",
        (
            "tests/simulation/test_files.py"
            "::test_quota_counts_files_and_unfinished_uploads_and_is_given_back",
        ),
    ),
    Mutant(
        "edits and changes of membership count as unread",
        "chatd/core/state.py",
        "        if not entry.is_post:\n",
        "        if entry.seq < 0:\n",
        (
            "tests/core/test_unread.py"
            "::test_the_index_counts_what_a_walk_counts_live_and_made_again",
        ),
    ),
    Mutant(
        "deleted posts count as unread",
        "chatd/core/unread.py",
        '        insort(self._silent.setdefault(room, array("q")), seq)\n',
        "",
        (
            "tests/core/test_unread.py"
            "::test_the_index_counts_what_a_walk_counts_live_and_made_again",
        ),
    ),
    Mutant(
        "own posts that are deleted are left out twice",
        "chatd/core/unread.py",
        "        _drop(self._own, room, name, seq)\n",
        "",
        (
            "tests/core/test_unread.py"
            "::test_the_index_counts_what_a_walk_counts_live_and_made_again",
        ),
    ),
    Mutant(
        "an edit moves a room to the front of the list",
        "chatd/core/events/messages.py",
        "    if entry.is_post:\n        room.active_ms",
        "    if event.seq:\n        room.active_ms",
        (
            "tests/simulation/test_rooms.py"
            "::test_rooms_come_by_their_last_post_and_after_a_restart_too",
        ),
    ),
    Mutant(
        "rooms show what was said last to those who may not see it",
        "chatd/handlers/status.py",
        "if not seq or not self._visibility.reaches(user, room, seq, now_ms):",
        "if not seq:",
        (
            "tests/simulation/test_rooms.py"
            "::test_what_was_said_last_is_shown_to_nobody_who_may_not_see_it",
        ),
    ),
    Mutant(
        "a deleted account stays among people",
        "chatd/core/events/account_deletion.py",
        "        state.forget_person(user.name)\n",
        "",
        (
            "tests/simulation/test_people.py"
            "::test_deleted_accounts_are_not_among_people_nor_after_a_restart",
        ),
    ),
)
