"""What a file is, is found out and not believed; its address opens it for its reader alone."""

from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "the address of a file outlives its device",
        "chatd/http/sessions.py",
        "if user is None or link.device not in user.devices:",
        "if user is None:",
        (
            "tests/simulation/test_file_links.py"
            "::test_link_ends_with_its_device_and_not_with_another",
        ),
    ),
    Mutant(
        "a browser that only shows pictures is a guest, and cut off as one",
        "chatd/http/sessions.py",
        "            if name in self._state.users:\n                return name\n",
        "",
        (
            "tests/simulation/test_file_links.py"
            "::test_connection_on_which_only_links_are_asked_for_is_its_users",
        ),
    ),
    Mutant(
        "the address of a file works for ever",
        "chatd/core/file_links.py",
        "        if now_ms - link.used_ms >= LINK_KEPT_MS:\n            return None\n",
        "",
        (
            "tests/simulation/test_file_links.py"
            "::test_link_opens_for_five_minutes_since_its_last_use_and_never_again",
        ),
    ),
    Mutant(
        "a picture with scripts is shown in place",
        "chatd/http/downloads.py",
        "is_inline = is_link and file.media_type in INLINE",
        'is_inline = is_link and file.media_type.startswith("image/")',
        ("tests/simulation/test_file_links.py::test_what_could_run_is_for_saving",),
    ),
    Mutant(
        "a page without revisions is looked for without bound",
        "chatd/handlers/history.py",
        "for seq in seqs[:SEEN_MAX]:",
        "for seq in seqs:",
        (
            "tests/simulation/test_history.py"
            "::test_so_many_entries_are_looked_at_for_a_page_and_no_more",
        ),
    ),
    Mutant(
        "the next page without revisions begins behind the last entry shown and not seen",
        "chatd/handlers/history.py",
        "            found.append(frame)\n        last = seq\n",
        "            found.append(frame)\n            last = seq\n",
        (
            "tests/simulation/test_history.py"
            "::test_so_many_entries_are_looked_at_for_a_page_and_no_more",
        ),
    ),
    Mutant(
        "a picture that lies on its side is not turned",
        "chatd/wire/image_headers.py",
        "return (height, width) if is_lying else (width, height)",
        "return (width, height)",
        ("tests/wire/test_image_headers.py::test_picture_that_lies_on_its_side_is_shown_upright",),
    ),
    Mutant(
        "a JPEG is read on without bound",
        "chatd/wire/image_headers.py",
        "if len(segment) < SEGMENT_BYTES and reads < READS_MAX:",
        "if len(segment) < SEGMENT_BYTES:",
        ("tests/wire/test_image_headers.py::test_jpeg_is_read_on_so_far_and_no_further",),
    ),
    Mutant(
        "a name says that a file is text",
        "chatd/wire/media_types.py",
        "    if not _is_text(head):\n        return BINARY\n",
        "    if end not in _TEXTS and not _is_text(head):\n        return BINARY\n",
        ("tests/wire/test_media_types.py::test_the_rest_goes_by_the_name_and_text_has_to_be_text",),
    ),
    Mutant(
        "a deleted picture leaves its size",
        "chatd/core/events/revisions.py",
        '"sha256": "", "media_type": "", "width": 0, "height": 0}',
        '"sha256": "", "media_type": ""}',
        ("tests/simulation/test_media.py::test_deleted_picture_leaves_neither_type_nor_size",),
    ),
)
