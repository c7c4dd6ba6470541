"""Media types: what a file is, by its bytes, else by its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.wire.media_types import BINARY, INLINE, TEXT_HEAD_BYTES, media_type_of
from tests.wire.images import gif, jpeg, png, webp_lossy

KNOWN_BY_BYTES = {
    "image/png": png(1, 1),
    "image/jpeg": jpeg(1, 1),
    "image/gif": gif(1, 1),
    "image/webp": webp_lossy(1, 1),
    "image/avif": b"\0\0\0\x20ftypavif",
    "image/heic": b"\0\0\0\x20ftypheic",
    "image/bmp": b"BM\x9a\0\0\0\0\0\0\0",
    "image/tiff": b"II*\0\x08",
    "audio/wav": b"RIFF\0\0\0\0WAVEfmt ",
    "audio/mpeg": b"ID3\x04\0",
    "audio/aac": b"\xff\xf1\x50",
    "audio/flac": b"fLaC\0",
    "audio/ogg": b"OggS\0\x02" + bytes(22) + b"\x01vorbis",
    "video/ogg": b"OggS\0\x02" + bytes(22) + b"\x80theora",
    "audio/mp4": b"\0\0\0\x20ftypM4A ",
    "video/mp4": b"\0\0\0\x20ftypisom",
    "video/quicktime": b"\0\0\0\x14ftypqt  ",
    "video/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm",
    "video/x-matroska": b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska",
    "video/x-msvideo": b"RIFF\0\0\0\0AVI LIST",
    "application/pdf": b"%PDF-1.7",
}


@pytest.mark.parametrize("kind", KNOWN_BY_BYTES)
@pytest.mark.parametrize("name", ["a", "a.txt", "a.html", "a.svg", "a.docx", "a.exe"])
def test_what_a_browser_shows_is_known_by_its_bytes_whatever_its_name_is(
    kind: str, name: str
) -> None:
    assert media_type_of(name, KNOWN_BY_BYTES[kind]) == kind


@pytest.mark.parametrize("name", [f"a.{end}" for end in ("png", "jpg", "gif", "mp4", "mp3", "pdf")])
def test_no_name_makes_something_else_a_picture_a_sound_or_a_film(name: str) -> None:
    assert media_type_of(name, b"\0\x01\x02 something else") == BINARY
    assert media_type_of(name, b"<script>alert(1)</script>") == "text/plain"


@given(st.text(max_size=8), st.binary(max_size=40))
def test_what_is_shown_in_place_never_goes_by_the_name(name: str, head: bytes) -> None:
    for end in (".png", ".mp4", ".ogg", ".svg", ".html", ".pdf"):
        kind = media_type_of(name + end, head)
        assert kind not in INLINE or media_type_of("", head) == kind


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("notes.txt", b"a text", "text/plain"),
        ("NOTES.TXT", b"a text", "text/plain"),
        ("naïve.md", "# naïve".encode(), "text/markdown"),
        ("page.html", b"<p>", "text/html"),
        ("drawing.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
        ("a.tar.gz", b"\x1f\x8b\x08", "application/gzip"),
        ("a.zip", b"PK\x03\x04", "application/zip"),
        ("README", b"what it is", "text/plain"),
        ("a.unknown", b"some words", "text/plain"),
        (".zip", b"some words", "text/plain"),
        ("empty.txt", b"", "text/plain"),
        ("empty", b"", BINARY),
        ("notes.txt", b"\0\x01", BINARY),
        ("notes.txt", b"na\xefve", BINARY),
        ("drawing.svg", b"\x1f\x8b\x08", BINARY),
        ("a.exe", b"MZ\x90\0", BINARY),
        ("RIFF", b"\0\0\0\0\0\0\0\0WAVE", BINARY),
    ],
)
def test_the_rest_goes_by_the_name_and_text_has_to_be_text(
    name: str, head: bytes, kind: str
) -> None:
    assert media_type_of(name, head) == kind


def test_character_that_the_sample_cuts_is_no_fault_and_one_that_ends_the_file_is() -> None:
    text = b"a" * (TEXT_HEAD_BYTES - 1) + "é".encode()
    assert media_type_of("a.txt", text) == "text/plain"
    assert media_type_of("a.txt", text[:-1]) == BINARY


def test_what_is_shown_in_place_can_run_nothing() -> None:
    assert all(kind.startswith(("image/", "audio/", "video/")) for kind in INLINE)
    assert "image/svg+xml" not in INLINE
