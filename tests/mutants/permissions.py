"""Who may see what, who may do what, and who somebody is."""

from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a user is shown by another one's name",
        "chatd/handlers/display_names.py",
        "other = seen.named(text, user.name) or seen.displayed_by(text, user.name)",
        "other = seen.displayed_by(text, user.name)",
        (
            "tests/simulation/test_display_names.py"
            "::test_nobody_is_shown_like_another_user_or_what_is_reserved",
        ),
    ),
    Mutant(
        "a capital I is told from a small L in a display name",
        "chatd/core/appearances.py",
        'looks.replace("i", "l")',
        "looks",
        (
            "tests/simulation/test_display_names.py"
            "::test_nobody_is_shown_like_another_user_or_what_is_reserved",
        ),
    ),
    Mutant(
        "an account is made under what another user is called",
        "chatd/handlers/registration.py",
        "    if displayed_by is not None:\n",
        "    if displayed_by == name:\n",
        (
            "tests/simulation/test_display_names.py"
            "::test_no_account_is_made_under_what_another_is_called_until_that_is_given_up",
        ),
    ),
    # -- what one sees -----------------------------------------------------------------------
    Mutant(
        "whoever knows a room's id sees it",
        "chatd/handlers/visibility.py",
        "if room is not None and (room_id == GENERAL or user.name in room.members):",
        "if room is not None:",
        ("tests/simulation/test_groups.py::test_post_goes_wherever_the_author_may_write",),
    ),
    Mutant(
        "a newcomer is shown everything",
        "chatd/core/events/cursors.py",
        "room.members[self.name] = Member.newcomer(self.floor)",
        "room.members[self.name] = Member()",
        ("tests/simulation/test_newcomers.py::test_reading_and_posting_fix_the_floor",),
    ),
    Mutant(
        "deleted messages count among the last that a newcomer sees",
        "chatd/core/history_floor.py",
        "return isinstance(entry, Post) and not entry.deleted",
        "return isinstance(entry, Post)",
        ("tests/core/test_history_floor.py::test_the_floor_is_where_all_entries_tell",),
    ),
    Mutant(
        "a live newcomer gets what is quoted from before",
        "chatd/net/batches.py",
        "hidden = self._hidden_from(connection.name) if self.varies else ()",
        "hidden: tuple[int, ...] = ()",
        (
            "tests/simulation/test_newcomers.py"
            "::test_newcomer_is_sent_no_quote_and_no_edit_of_what_was_before",
        ),
    ),
    Mutant(
        "history shows a newcomer what is quoted from before",
        "chatd/handlers/visibility.py",
        "hidden = repeats.hidden_from(user.name, self.member(user, room).hidden_up_to)",
        "hidden: tuple[int, ...] = ()",
        (
            "tests/simulation/test_newcomers.py"
            "::test_newcomer_reads_no_quote_in_history_threads_and_searches",
        ),
    ),
    Mutant(
        "an author's own text is hidden in what quotes it",
        "chatd/core/copies.py",
        "        if name not in self._authors[:count]:\n",
        "        if count:\n",
        (
            "tests/simulation/test_newcomers.py"
            "::test_author_is_sent_the_own_words_again_though_a_newcomer",
        ),
    ),
    Mutant(
        "a file is for whoever sees its room",
        "chatd/handlers/files.py",
        "if sha256 is None or "
        "not self._visibility.reaches(user, room, request.seq, context.now_ms):",
        "if sha256 is None:",
        (
            "tests/simulation/test_files.py"
            "::test_newcomer_is_not_shown_files_before_the_last_messages",
        ),
    ),
    Mutant(
        "whoever comes back to a group sees what was said meanwhile",
        "chatd/core/model.py",
        "return max(self.first_floor, self.joined_floor)",
        "return self.first_floor",
        (
            "tests/simulation/test_newcomers.py"
            "::test_member_who_comes_back_is_sent_no_quote_of_what_was_said_meanwhile",
        ),
    ),
    Mutant(
        "a search finds what is gone, or was never shown",
        "chatd/handlers/search.py",
        "floor = self._visibility.floor_of(user, room, now_ms)",
        "floor = room.log.first_seq - 1",
        ("tests/simulation/test_search.py::test_only_what_the_user_may_see_is_found",),
    ),
    # -- groups ------------------------------------------------------------------------------
    Mutant(
        "any member acts as the owner of a group",
        "chatd/handlers/memberships.py",
        "        if group.owner != user.name:\n",
        "        if not group.owner:\n",
        ("tests/simulation/test_groups.py::test_what_only_owners_may_is_forbidden_to_members",),
    ),
    Mutant(
        "a link opens for as many as come",
        "chatd/core/events/groups.py",
        "            link.uses_left -= 1\n",
        "            link.uses_left -= 0\n",
        (
            "tests/simulation/test_joining.py"
            "::test_asking_twice_is_one_request_and_uses_the_link_once",
        ),
    ),
    Mutant(
        "a link opens when its time is over",
        "chatd/core/group.py",
        "return self.uses_left != 0 and not 0 < self.expires_ms <= now_ms",
        "return self.uses_left != 0",
        (
            "tests/simulation/test_joining.py"
            "::test_dead_links_are_refused_like_those_that_never_were",
        ),
    ),
    Mutant(
        "whoever is blocked writes on",
        "chatd/handlers/blocking.py",
        "    if user.name in other.blocked:\n",
        "    if user.name == other.name:\n",
        ("tests/simulation/test_blocking.py::test_blocked_user_can_not_open_the_direct_room",),
    ),
    Mutant(
        "whoever is blocked invites on",
        "chatd/handlers/joining.py",
        "        check_blocks(owner, user)\n",
        "",
        ("tests/simulation/test_blocking.py::test_neither_can_invite_the_other_to_a_room",),
    ),
    # -- moderation --------------------------------------------------------------------------
    Mutant(
        "a banned user makes hooks",
        "chatd/handlers/hooks.py",
        "        check_may_send(user, context.now_ms)\n",
        "",
        ("tests/simulation/test_moderation.py::test_banned_user_can_send_by_no_way_at_all",),
    ),
    Mutant(
        "a banned user makes links",
        "chatd/handlers/joining.py",
        "        room, group = self._memberships.owned(owner, request.room)\n"
        "        check_may_send(owner, context.now_ms)\n",
        "        room, group = self._memberships.owned(owner, request.room)\n",
        ("tests/simulation/test_moderation.py::test_banned_user_can_send_by_no_way_at_all",),
    ),
    Mutant(
        "a banned user takes back what was reported",
        "chatd/handlers/posting.py",
        "        if author.is_banned(now_ms) and self._state.reports_on(room, seq):\n",
        "        if not seq and self._state.reports_on(room, seq):\n",
        (
            "tests/simulation/test_moderation.py"
            "::test_banned_user_deletes_what_was_reported_only_after_an_administrator_has_decided",
        ),
    ),
    Mutant(
        "two accounts of one address give two warnings",
        "chatd/handlers/moderation.py",
        "if reporter.name in warnings or _shares_network(reporter, warnings):",
        "if reporter.name in warnings:",
        (
            "tests/simulation/test_moderation.py"
            "::test_of_accounts_registered_from_one_address_only_one_warns",
        ),
    ),
    Mutant(
        "whoever has never met a user warns that one",
        "chatd/handlers/moderation.py",
        "        if not self._visibility.has_met(reporter, user):\n            return []\n",
        "",
        (
            "tests/simulation/test_moderation.py"
            "::test_report_by_who_could_see_nothing_of_a_user_informs_administrators_only",
        ),
    ),
    Mutant(
        "an account that is too young warns",
        "chatd/handlers/moderation.py",
        "        if report.ts - reporter.created_ms < self._reporter_age_ms:\n"
        "            return []\n",
        "",
        (
            "tests/simulation/test_moderation.py"
            "::test_account_younger_than_reporter_age_warns_nobody_and_informs_administrators",
        ),
    ),
    Mutant(
        "a user is reported twice a day by the same other",
        "chatd/handlers/moderation.py",
        "    if user.name in recent:\n",
        "    if user is reporter:\n",
        (
            "tests/simulation/test_moderation.py"
            "::test_same_user_reports_once_in_24_hours_and_warns_once_only",
        ),
    ),
    Mutant(
        "a ban by warnings shortens an administrator's",
        "chatd/core/events/moderation.py",
        "        if self.by or self.until > user.banned_until_ms:",
        "        if self.until:",
        (
            "tests/simulation/test_moderation.py"
            "::test_status_shows_a_ban_by_warnings_and_by_an_administrator_and_why",
        ),
    ),
    Mutant(
        "warnings ban an administrator",
        "chatd/handlers/moderation.py",
        "    return 0 if user.name in admins else limit",
        "    return limit",
        (
            "tests/simulation/test_moderation.py"
            "::test_administrator_is_warned_and_never_banned_by_warnings",
        ),
    ),
    Mutant(
        "an administrator is told who reported that one",
        "chatd/handlers/moderation.py",
        "for name in self._admins if name in self._state.users and name != user)",
        "for name in self._admins if name in self._state.users)",
        (
            "tests/simulation/test_moderation.py"
            "::test_administrator_who_is_reported_does_not_learn_by_whom",
        ),
    ),
    Mutant(
        "warnings stay behind the ban that they brought",
        "chatd/core/events/moderation.py",
        "            user.banned_by, user.ban_reason = self.by, self.reason\n"
        "        user.warned.clear()\n",
        "            user.banned_by, user.ban_reason = self.by, self.reason\n",
        ("tests/simulation/test_moderation.py::test_warnings_start_at_zero_after_the_ban",),
    ),
    # -- logging in --------------------------------------------------------------------------
    Mutant(
        "failed logins wait no longer each time",
        "chatd/handlers/backoff.py",
        "FIRST_DELAY_MS << min(count - FREE_TRIES, 20)",
        "FIRST_DELAY_MS",
        (
            "tests/simulation/test_accounts.py"
            "::test_fourth_failure_in_a_row_has_to_wait_and_each_doubles_it",
        ),
    ),
    Mutant(
        "many proofs at once pass the wait after failed logins",
        "chatd/handlers/accounts.py",
        "            session.phase = c.Phase.GREETED\n"
        "        self._backoff.check(address, session.name, now_ms)\n",
        "            session.phase = c.Phase.GREETED\n",
        (
            "tests/simulation/test_logins.py"
            "::test_proofs_that_were_begun_before_failures_give_no_tries_beyond_the_free_ones",
        ),
    ),
    Mutant(
        "failed logins from one address lock a name everywhere",
        "chatd/handlers/backoff.py",
        '        pair = f"{network} {name}".encode()\n',
        "        pair = name.encode()\n",
        (
            "tests/simulation/test_accounts.py"
            "::test_failures_under_a_name_that_nobody_has_are_by_address_too",
        ),
    ),
    Mutant(
        "a login succeeds with a password that was changed meanwhile",
        "chatd/handlers/proofs.py",
        "if self._credentials(name) is not proof.credentials:",
        "if self._credentials(name) is None:",
        (
            "tests/simulation/test_logins.py"
            "::test_login_begun_before_a_new_password_can_not_be_ended_with_the_old_one",
        ),
    ),
    Mutant(
        "all unknown names have one salt",
        "chatd/handlers/proofs.py",
        "hmac.digest(secret, part + name.encode(), ",
        "hmac.digest(secret, part, ",
        ("tests/simulation/test_logins.py::test_unknown_names_have_salts_of_their_own_which_stay",),
    ),
    Mutant(
        "a password is changed by who proved the old one long ago",
        "chatd/handlers/proofs.py",
        "if not proved_ms or context.now_ms - proved_ms > PROOF_FRESH_MS:",
        "if not proved_ms:",
        (
            "tests/simulation/test_accounts.py"
            "::test_password_can_be_changed_right_after_a_proof_only",
        ),
    ),
    Mutant(
        "device tokens open on when the password was changed",
        "chatd/core/events/accounts.py",
        "        user.expires_ms = 0\n"
        "        for device in user.devices.values():\n"
        "            del state.token_owners[device.token_hash]\n",
        "        user.expires_ms = 0\n",
        (
            "tests/simulation/test_accounts.py"
            "::test_changed_password_ends_every_other_connection_and_every_token",
        ),
    ),
    Mutant(
        "a connection works on when its device was revoked",
        "chatd/core/events/accounts.py",
        '        ended = EndedSessions(self.name, self.number, "this device was revoked")\n'
        "        changes.ended_sessions.append(ended)\n",
        "",
        (
            "tests/simulation/test_accounts.py"
            "::test_revoked_device_ends_in_that_tick_and_its_token_opens_nothing",
        ),
    ),
    Mutant(
        "a request works in the tick in which its login ended",
        "chatd/handlers/dispatch.py",
        "session.credentials is not None\n                and (",
        "session.credentials == ()\n                and (",
        (
            "tests/simulation/test_logins.py"
            "::test_what_another_connection_asks_behind_a_new_password_in_the_same_tick_is_refused",
        ),
    ),
    Mutant(
        "hooks of an account that has ended post on",
        "chatd/core/events/account_deletion.py",
        "    for hook in user.hooks.values():\n        del state.hook_owners[hook.token_hash]\n",
        "",
        (
            "tests/simulation/test_account_deletion.py"
            "::test_neither_password_nor_token_nor_hook_opens_anything_more",
        ),
    ),
    Mutant(
        "a name that looks like another is free",
        "chatd/handlers/registration.py",
        "    if like is not None:\n",
        "    if like == name:\n",
        (
            "tests/simulation/test_names.py"
            "::test_name_that_looks_like_one_that_exists_is_a_conflict",
        ),
    ),
)
