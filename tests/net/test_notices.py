"""Notices: the latest of each kind, and never an older one behind it."""

from chatd.net.notices import Notices
from chatd.wire.commands import Presence, Read
from tests.net.test_delivery import HIGH_WATER_BYTES, NOW_MS, Hall


def test_notice_that_had_to_wait_does_not_come_behind_a_newer_one() -> None:
    hall, notices = Hall("alice"), Notices(HIGH_WATER_BYTES)
    alice = hall.login("alice", kernel_bytes=500)
    alice.send_notice(Presence(online=["x" * HIGH_WATER_BYTES], offline=[], count=1))
    notices.tell(alice, Read("general", 1))
    notices.tell(alice, Read("alice,bob", 7))
    heard = []
    while alice.queued_bytes > HIGH_WATER_BYTES // 2:
        alice.flush(NOW_MS)
        assert notices.drained() == []
        heard += hall.heard(alice)
    notices.tell(alice, Read("general", 2))
    while alice.queued_bytes:
        alice.flush(NOW_MS)
        heard += hall.heard(alice)
        if notices.drained():
            notices.send_late(alice, NOW_MS)
    heard += hall.heard(alice)
    assert [told for method, told in heard if method == "read"] == [
        {"room": "general", "seq": 2},
        {"room": "alice,bob", "seq": 7},
    ]
