"""What a file is, is found out and not believed; its address opens it for its reader alone."""

from tests.mutants.mutant import Mutant

MUTANTS = (
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
