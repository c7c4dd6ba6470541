"""The texts of the load, and the check that each came once and in order."""

import pytest

from bench.texts import NUMBERS, TEXT_BYTES, Sequence, VerificationError, make_text, mark


def test_every_text_has_its_size_and_ends_with_its_senders_mark_only() -> None:
    for sender, number in [(0, 0), (7, 42), (999, NUMBERS - 1)]:
        text = make_text(sender, number)
        assert len(text) == TEXT_BYTES
        assert text.endswith(mark(sender)) and text.count(b"<") == 1


def test_numbers_begin_anew_where_the_prepared_requests_do() -> None:
    assert make_text(3, NUMBERS) == make_text(3, 0) != make_text(3, 1)


def test_sequence_takes_senders_in_any_order_and_counts_on_over_the_numbers() -> None:
    sequence = Sequence()
    texts = [make_text(0, n) for n in range(NUMBERS)] + [make_text(1, 0), make_text(0, 0)]
    assert sequence.check(texts)[-2:] == [(1, 0), (0, NUMBERS)]
    assert sequence.check([make_text(1, 1)]) == [(1, 1)]


@pytest.mark.parametrize(
    "texts",
    [
        [make_text(0, 1)],
        [make_text(0, 0), make_text(0, 0)],
        [make_text(0, 0), make_text(0, 2)],
        [make_text(0, 0)[:-1] + b"?"],
    ],
    ids=["missing", "doubled", "left out", "altered"],
)
def test_sequence_refuses_what_was_not_sent_next(texts: list[bytes]) -> None:
    with pytest.raises(VerificationError, match="expected text"):
        Sequence().check(texts)
