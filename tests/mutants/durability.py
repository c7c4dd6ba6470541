"""What was acknowledged is on disk, and what comes back from there is what was acknowledged."""

from tests.mutants.mutant import Mutant

DAYS = (
    "tests/simulation/test_model.py"
    "::test_server_and_model_agree_on_all_days_and_days_get_everywhere",
)
"""What random days find by themselves, without a script for it."""

MUTANTS = (
    # -- the order of a tick -----------------------------------------------------------------
    Mutant(
        "answers leave before their tick is durable",
        "chatd/server.py",
        "        changes = self._database.submit()",
        "        self._delivery.flush(now_ms)\n        changes = self._database.submit()",
        (
            "tests/simulation/test_durability.py"
            "::test_failed_write_ends_the_process_and_nobody_was_told",
        ),
    ),
    Mutant(
        "a snapshot begins before its tick is in the journal",
        "chatd/server.py",
        "        changes = self._database.submit()",
        "        self._upkeep.start_snapshot(now_ms)\n        changes = self._database.submit()",
        (
            "tests/simulation/test_durability.py"
            "::test_snapshot_that_is_due_in_the_tick_of_a_request_holds_the_request_once",
        ),
    ),
    Mutant(
        "a stop cuts off what waits to be sent",
        "chatd/server.py",
        "return not is_done and self._monotonic_ns() < stop_at_ns",
        "return not is_done and self._monotonic_ns() < 0",
        (
            "tests/simulation/test_connections.py"
            "::test_graceful_stop_waits_five_seconds_for_a_peer_that_reads_nothing",
        ),
    ),
    Mutant(
        "a stop tells nobody goodbye",
        "chatd/server.py",
        '            self._connections.close_all("the server stops; come back soon")\n',
        "            self._connections.abort_all()\n",
        (
            "tests/simulation/test_connections.py"
            "::test_graceful_stop_says_goodbye_and_sends_what_waits",
        ),
    ),
    Mutant(
        "a stop forgets what was read in the last second",
        "chatd/server.py",
        "        self._deadlines.flush(self._clock.now_ms)\n",
        "",
        ("tests/simulation/test_sync.py::test_acknowledgement_survives_a_graceful_stop_at_once",),
    ),
    Mutant(
        "everysec syncs nothing",
        "chatd/upkeep.py",
        "is_put_off = self._settings.fsync is Fsync.EVERYSEC",
        "is_put_off = self._settings.fsync is Fsync.NEVER",
        (
            "tests/simulation/test_durability.py"
            "::test_everysec_loses_a_second_at_most_and_says_so_by_a_new_epoch",
        ),
    ),
    Mutant(
        "what is refused on a full disk is done all the same",
        "chatd/core/transaction.py",
        "        if not self.writable:\n            raise StorageFull(",
        "        if not self.writable:\n"
        "            for event in events:\n"
        "                self.state.apply(event, self.changes)\n"
        "            self._pending.extend(events)\n"
        "            raise StorageFull(",
        DAYS,
    ),
    Mutant(
        "a full disk is taken to be full for ever",
        "chatd/upkeep.py",
        "        if not self._database.reserve():\n            return now_ms + ROOM_MS",
        "        if now_ms > 0:\n            return now_ms + ROOM_MS",
        DAYS,
    ),
    Mutant(
        "bytes of a file that the disk does not take are acknowledged",
        "chatd/disk/blobs.py",
        "            self._disk.write(self._opened(number), data, offset)\n"
        "        except OSError as error:\n"
        "            raise self._refusal(number, error) from error",
        "            self._disk.write(self._opened(number), data, offset)\n"
        "        except OSError:\n"
        "            pass",
        DAYS,
    ),
    Mutant(
        "a snapshot that can't begin ends the process",
        "chatd/disk/snapshotter.py",
        "        except OSError as error:\n"
        "            self._run = _Run(last_tick, now_s, None, str(error))",
        "        except ValueError as error:\n"
        "            self._run = _Run(last_tick, now_s, None, str(error))",
        DAYS,
    ),
    Mutant(
        "a stop drops the journal before its last snapshot is written",
        "chatd/database.py",
        "        last_tick = self._durable_tick()\n        try:\n            tree =",
        "        last_tick = self._durable_tick()\n"
        "        self._journal.rotate()\n"
        "        _drop_segments(self._journal, last_tick)\n"
        "        try:\n"
        "            tree =",
        DAYS,
    ),
    # -- a tick under way ---------------------------------------------------------------------
    Mutant(
        "a tick is let out before its journal has it",
        "chatd/server.py",
        "        if self._database.is_durable:\n            tick, self._under_way",
        "        if True:\n            tick, self._under_way",
        (
            "tests/simulation/test_late_journal.py"
            "::test_crash_under_way_takes_back_what_nobody_was_told",
        ),
    ),
    Mutant(
        "entries leave before their tick is durable",
        "chatd/server.py",
        "        changes = self._database.submit()",
        "        self._delivery.deliver(self._transaction.changes, now_ms)\n"
        "        self._send(now_ms)\n"
        "        changes = self._database.submit()",
        (
            "tests/simulation/test_late_journal.py"
            "::test_answer_and_entries_come_when_the_tick_is_durable",
        ),
    ),
    Mutant(
        "notices leave before their tick is durable",
        "chatd/server.py",
        "        changes = self._database.submit()",
        "        self._announcements.carry_out(NO_CHANGES, effects)\n"
        "        self._send(now_ms)\n"
        "        changes = self._database.submit()",
        (
            "tests/simulation/test_late_journal.py"
            "::test_answer_and_entries_come_when_the_tick_is_durable",
        ),
    ),
    Mutant(
        "pieces of files leave before their tick is durable",
        "chatd/server.py",
        "        changes = self._database.submit()",
        "        list(self._downloads.pass_on(now_ms))\n"
        "        self._send(now_ms)\n"
        "        changes = self._database.submit()",
        (
            "tests/simulation/test_late_journal.py"
            "::test_piece_of_a_file_waits_for_the_tick_that_it_was_asked_in",
        ),
    ),
    Mutant(
        "the log names what is not durable yet",
        "chatd/server.py",
        "        changes = self._database.submit()",
        "        self._calls.write_log()\n        changes = self._database.submit()",
        ("tests/simulation/test_late_journal.py::test_log_names_what_was_done_when_it_is_durable",),
    ),
    Mutant(
        "requests are handled while a tick is under way",
        "chatd/server.py",
        "        if self._under_way is None:\n            self._under_way = self._handle(",
        "        if True:\n            self._under_way = self._handle(",
        (
            "tests/simulation/test_late_journal.py"
            "::test_requests_that_come_under_way_are_handled_by_the_next_tick",
        ),
    ),
    Mutant(
        "peers are charged with the time in which nobody read",
        "chatd/server.py",
        "        if held_ns >= EXCUSED_NS_MIN:",
        "        if held_ns < 0:",
        (
            "tests/simulation/test_late_journal.py"
            "::test_silence_while_nothing_is_read_is_charged_to_nobody",
        ),
    ),
    Mutant(
        "a stop waits for a silent journal for ever",
        "chatd/server.py",
        "return not is_done and self._monotonic_ns() < stop_at_ns",
        "return not is_done",
        (
            "tests/simulation/test_late_journal.py"
            "::test_stop_gives_up_on_a_journal_that_says_nothing_and_keeps_the_tick",
        ),
    ),
    # -- a tick's record ---------------------------------------------------------------------
    Mutant(
        "a file is removed before the record that gives it up",
        "chatd/database.py",
        "            tick = self._journal.append(body)\n",
        "            for number in changes.dropped_files:\n"
        "                self.blobs.remove(number)\n"
        "            tick = self._journal.append(body)\n",
        (
            "tests/simulation/test_power.py"
            "::test_file_leaves_the_disk_when_the_record_that_gives_it_up"
            "_is_durable_and_not_before",
        ),
    ),
    Mutant(
        "a file is removed before the tick that gives it up is durable",
        "chatd/database.py",
        "while dropped and dropped[0][0] <= self._journal.synced_tick:",
        "while dropped:",
        (
            "tests/simulation/test_power.py"
            "::test_file_leaves_the_disk_when_the_record_that_gives_it_up"
            "_is_durable_and_not_before",
        ),
    ),
    Mutant(
        "a chunk is answered before its bytes are synced",
        "chatd/database.py",
        "self._drop_lost(self.blobs.sync())",
        "self._drop_lost([])",
        (
            "tests/simulation/test_power.py"
            "::test_chunk_is_durable_before_the_record_that_tells_of_it_in_every_mode",
        ),
    ),
    Mutant(
        "fsync = always syncs no tick",
        "chatd/disk/journal.py",
        "        if self._fsync is Fsync.ALWAYS:\n            self.sync()",
        "        if self._fsync is Fsync.EVERYSEC:\n            self.sync()",
        ("tests/disk/test_journal.py::test_append_costs_one_write_and_one_sync",),
    ),
    Mutant(
        "a full disk lets handlers write",
        "chatd/database.py",
        "self.transaction.writable = self._journal.reserve()",
        "self.transaction.writable = bool(self._journal.reserve()) or True",
        (
            "tests/simulation/test_durability.py"
            "::test_full_disk_refuses_what_writes_and_changes_nothing",
        ),
    ),
    # -- beginnings and ends -----------------------------------------------------------------
    Mutant(
        "the marker of the start is not synced in everysec",
        "chatd/database.py",
        "        self.submit()\n        self.sync()\n        self._has_served = True",
        "        self.submit()\n        self._has_served = True",
        DAYS,
    ),
    Mutant(
        "a start trusts what a sync failed to write",
        "chatd/disk/recovery.py",
        "        disk.write(fd, disk.read(fd, end, 0), 0)\n",
        "",
        (
            "tests/simulation/test_durability.py"
            "::test_sync_that_failed_takes_nothing_from_the_start_behind_it",
        ),
    ),
    Mutant(
        "a store with a torn tail counts as stopped cleanly",
        "chatd/disk/recovery.py",
        "return not self.bodies and self.cut is None",
        "return not self.bodies",
        (
            "tests/simulation/test_power.py"
            "::test_torn_tail_behind_the_last_snapshot_of_a_stop_renews_the_epoch",
        ),
    ),
    Mutant(
        "ticks behind a clean stop keep the epoch",
        "chatd/database.py",
        "if not (state.durable or state.stopped and recovered.nothing_behind):",
        "if not (state.durable or state.stopped):",
        (
            "tests/simulation/test_power.py"
            "::test_torn_tail_behind_the_last_snapshot_of_a_stop_renews_the_epoch",
        ),
    ),
    Mutant(
        "an unclean start without fsync = always keeps the epoch",
        "chatd/database.py",
        "        if not (state.durable or state.stopped and recovered.nothing_behind):\n"
        "            self.renew_epoch()",
        "        if not (state.durable or state.stopped and recovered.nothing_behind):\n"
        "            pass",
        (
            "tests/simulation/test_power.py"
            "::test_power_cut_at_any_call_lets_no_resuming_client_miss_anything_silently",
        ),
    ),
    # -- segments ----------------------------------------------------------------------------
    Mutant(
        "the journal of another history is taken behind a snapshot",
        "chatd/disk/examination.py",
        "if found.snapshot.mark != (first.mark if holds_last_tick else first.previous):",
        "if not first.mark:",
        (
            "tests/disk/test_recovery.py"
            "::test_journal_of_another_history_behind_a_snapshot_is_refused",
        ),
    ),
    Mutant(
        "segments of two histories follow each other",
        "chatd/disk/examination.py",
        "if segment.header.previous != mark:",
        "if not mark:",
        ("tests/disk/test_recovery.py::test_segment_of_another_store_is_refused",),
    ),
    Mutant(
        "a segment is left before its ticks are durable",
        "chatd/disk/journal.py",
        "self._take_spare(), self.mark, self._header\n        self.sync()\n",
        "self._take_spare(), self.mark, self._header\n",
        (
            "tests/disk/test_journal.py"
            "::test_rotate_makes_all_ticks_before_it_durable_in_every_mode",
        ),
    ),
    Mutant(
        "a segment's header is not durable before its first record",
        "chatd/disk/journal.py",
        "        self._disk.sync(fd)\n        self._header = header",
        "        self._header = header",
        ("tests/disk/test_crash.py::test_power_cut_at_any_call_loses_nothing_acknowledged",),
    ),
    Mutant(
        "a segment's name is not durable before its first record",
        "chatd/disk/journal.py",
        "            self._disk.sync_folder(folder_of(path))"
        "  # here, as it may find no descriptor later\n",
        "",
        ("tests/disk/test_journal.py::test_append_with_fsync_always_is_durable_on_return",),
    ),
    Mutant(
        "a segment goes that the snapshot does not cover",
        "chatd/disk/journal.py",
        "if segment.last_tick <= tick]",
        "if segment.last_tick <= tick + 1]",
        (
            "tests/disk/test_journal.py"
            "::test_drop_through_deletes_what_the_snapshot_covers_and_nothing_else",
        ),
    ),
    Mutant(
        "a record is believed whatever its body's checksum",
        "chatd/disk/segment.py",
        "if len(body) != header.length or crc32(body) != header.body_crc:",
        "if len(body) != header.length:",
        ("tests/disk/test_recovery.py::test_journal_with_any_byte_flipped_is_a_prefix_or_refused",),
    ),
    Mutant(
        "a tick that was not durable yet counts as damaged",
        "chatd/disk/segment.py",
        "header.synced_before > tick:",
        "header.tick > tick:",
        (
            "tests/disk/test_segment.py"
            "::test_proof_is_a_later_record_written_when_the_tick_was_synced",
        ),
    ),
    # -- recovery and snapshots --------------------------------------------------------------
    Mutant(
        "a torn record is not cut off",
        "chatd/disk/recovery.py",
        "    if found.tail and found.cut:\n",
        "    if found.tail and not found.live:\n",
        ("tests/disk/test_recovery.py::test_journal_cut_anywhere_is_a_prefix_or_refused",),
    ),
    Mutant(
        "what was recovered is not synced",
        "chatd/disk/recovery.py",
        "        disk.write(fd, disk.read(fd, end, 0), 0)\n        disk.sync(fd)\n",
        "        pass\n",
        ("tests/disk/test_recovery.py::test_recovery_makes_what_it_returns_durable",),
    ),
    Mutant(
        "a snapshot's new name is not durable before what it replaces goes",
        "chatd/disk/snapshot.py",
        "    disk.rename(temporary_path(path), path)\n    disk.sync_folder(folder_of(path))",
        "    disk.rename(temporary_path(path), path)",
        (
            "tests/disk/test_snapshot.py"
            "::test_write_replaces_the_old_snapshot_durably_and_leaves_nothing_else",
        ),
    ),
    Mutant(
        "a snapshot is believed whatever its checksum",
        "chatd/disk/snapshot.py",
        "if _digest(disk, fd, header) != header.digest:",
        "if not header.digest:",
        ("tests/disk/test_snapshot.py::test_any_byte_flipped_or_cut_is_refused",),
    ),
    Mutant(
        "a last snapshot holds ticks that the journal may lose",
        "chatd/database.py",
        "        self.sync()\n        return self._journal.last_tick",
        "        return self._journal.last_tick",
        (
            "tests/simulation/test_snapshots.py"
            "::test_power_cut_at_any_call_around_snapshots_that_fail_loses"
            "_nothing_that_was_durable",
        ),
    ),
    Mutant(
        "a snapshot that failed takes the place of the good one",
        "chatd/disk/snapshotter.py",
        "error = run.error or error or self._install()",
        "error = self._install() or run.error or error",
        (
            "tests/disk/test_snapshotter.py"
            "::test_failure_anywhere_is_a_result_and_leaves_no_temporary_file",
        ),
    ),
    Mutant(
        "a snapshot's child keeps the server's connections open",
        "chatd/disk/fork.py",
        "        _close_all_but(keep)\n",
        "",
        ("tests/disk/test_snapshotter.py::test_child_has_no_descriptor_but_its_file_and_its_pipe",),
    ),
    Mutant(
        "the server goes on after an error in the middle of a commit",
        "chatd/net/boundary.py",
        "committed = commits is not None and commits != self._transaction.commits",
        "committed = commits is None and self._transaction.sealed",
        (
            "tests/simulation/test_error_boundary.py"
            "::test_bug_behind_a_commit_ends_the_process_before_anybody_hears_of_it",
        ),
    ),
    Mutant(
        "a request is answered though an error followed its commit",
        "chatd/calls.py",
        "if isinstance(error, StoreError) or self._transaction.commits != commits:",
        "if isinstance(error, StoreError):",
        ("tests/simulation/test_error_boundary.py::test_bug_in_a_commit_ends_the_process",),
    ),
    # -- files -------------------------------------------------------------------------------
    Mutant(
        "a file counts as synced when its sync has failed once",
        "chatd/disk/blobs.py",
        "        if number in self._lost:\n            raise OSError",
        "        if number < 0:\n            raise OSError",
        (
            "tests/disk/test_blobs.py"
            "::test_file_whose_sync_has_failed_is_lost_though_the_next_sync_would_succeed",
        ),
    ),
    Mutant(
        "a file's name is not synced",
        "chatd/disk/blobs.py",
        "                self._disk.sync_folder(self._folder)",
        "                pass",
        (
            "tests/simulation/test_power.py"
            "::test_power_cut_at_any_call_leaves_no_record_without_the_bytes_that_it_tells_of",
        ),
    ),
    Mutant(
        "a file goes with the first of the entries that have it",
        "chatd/core/state.py",
        "        if not blob.entries:\n",
        "        if blob.entries >= 0:\n",
        ("tests/simulation/test_files.py::test_file_leaves_the_disk_with_its_last_entry",),
    ),
    # -- formats -----------------------------------------------------------------------------
    Mutant(
        "a store is opened that only newer programs may read",
        "chatd/disk/formats.py",
        "if oldest > FORMAT:",
        "if oldest > number:",
        (
            "tests/simulation/test_migration.py"
            "::test_store_of_a_newer_program_is_refused_by_all_before_anything_is_touched",
        ),
    ),
    Mutant(
        "a migration keeps no copy of the store",
        "chatd/disk/migration.py",
        "        link_files(disk, path, folder)\n",
        "",
        (
            "tests/simulation/test_migration.py"
            "::test_store_is_kept_as_it_was_until_a_server_has_stopped_cleanly",
        ),
    ),
    Mutant(
        "a store is served with fields that nobody knows",
        "chatd/core/model.py",
        "class Upload(msgspec.Struct, forbid_unknown_fields=True):",
        "class Upload(msgspec.Struct):",
        ("tests/stores/test_record.py::test_nothing_that_a_store_holds_takes_unknown_fields",),
    ),
    # -- who has the store -------------------------------------------------------------------
    Mutant(
        "two servers open one store",
        "chatd/disk/files.py",
        "fcntl.LOCK_EX | fcntl.LOCK_NB",
        "fcntl.LOCK_SH | fcntl.LOCK_NB",
        ("tests/disk/test_lock.py::test_second_lock_in_the_same_process_is_refused",),
    ),
    Mutant(
        "a store is read that others of the group could have written",
        "chatd/disk/access.py",
        "if info.mode & (stat.S_IWGRP | stat.S_IWOTH):",
        "if info.mode & stat.S_IWOTH:",
        ("tests/disk/test_snapshot.py::test_snapshot_that_others_may_write_is_refused",),
    ),
    Mutant(
        "everybody may read the store's files",
        "chatd/disk/files.py",
        "FILE_MODE = 0o600",
        "FILE_MODE = 0o644",
        ("tests/disk/test_files.py::test_created_file_is_empty_and_its_owners_alone",),
    ),
    # -- the clock ---------------------------------------------------------------------------
    Mutant(
        "server time goes back with the wall clock",
        "chatd/core/clock.py",
        "return min(error, elapsed) if error > 0 else max(error, -(elapsed // 2))",
        "return min(error, elapsed) if error > 0 else error",
        ("tests/core/test_clock.py::test_jump_of_a_year_moves_nothing_at_once",),
    ),
    Mutant(
        "server time begins under the last stamp",
        "chatd/core/clock.py",
        "self._now_ns = max(wall_ns(), last_stamp_ms * NS_PER_MS)",
        "self._now_ns = wall_ns()",
        ("tests/core/test_clock.py::test_clock_never_starts_under_the_last_stamp_of_the_store",),
    ),
    Mutant(
        "a start by a doubtful clock lets everything expire",
        "chatd/core/lifetime.py",
        "elif self._lifetime_ms and now_ms >= self.held_until_ms:",
        "elif self._lifetime_ms:",
        ("tests/core/test_lifetime.py::test_what_is_held_leaves_only_where_a_log_is_too_large",),
    ),
)
