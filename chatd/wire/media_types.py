"""Media types: what a file is, by its first bytes, else by the end of its name; nobody claims it.

What browsers show in place (pictures, sound, films) is known by its first bytes alone, so no name
makes anything one of these. The rest goes by the name, what is text only if its bytes are. It is a
fixed table: no machine's own, and the same on all.

Source: WHATWG MIME Sniffing, section 6; ISO 14496-12, section 4.3 (`ftyp`); RFC 9559 (Matroska);
IANA's list of media types.
"""

import codecs

BINARY = "application/octet-stream"
"""What nobody knows more of."""
TEXT = "text/plain"

HEAD_BYTES = 64 * 1024
"""So much of a file is looked at; a picture's size is found in it, too, but for rare ones."""
TEXT_HEAD_BYTES = 4 * 1024
"""So much of it has to be text if the file is to be."""

INLINE = frozenset(
    {
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp",
        "audio/mpeg", "audio/ogg", "audio/wav", "audio/flac", "audio/mp4", "audio/aac",
        "audio/webm", "video/mp4", "video/webm", "video/ogg", "video/quicktime",
    }
)  # fmt: skip
"""What a browser may show in place, as it is known by its bytes and can run nothing. SVG can: a
picture with scripts, which is for people to save."""

_MAGIC = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBPVP8", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI LIST", "video/x-msvideo"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"fLaC\0", "audio/flac"),
)
"""From which place on which bytes stand, and what has them there."""
_RIFF = frozenset({"image/webp", "audio/wav", "video/x-msvideo"})
_BRANDS = {
    b"avif": "image/avif", b"avis": "image/avif",
    b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif",
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime",
    b"3gp4": "video/3gpp", b"3gp5": "video/3gpp", b"3gp6": "video/3gpp",
}  # fmt: skip
"""Kinds of ISO files by their brand; any other is a film."""

_TEXTS = {
    "c": TEXT, "conf": TEXT, "h": TEXT, "ini": TEXT, "log": TEXT, "py": TEXT, "txt": TEXT,
    "css": "text/css", "csv": "text/csv", "htm": "text/html", "html": "text/html",
    "ics": "text/calendar", "js": "text/javascript", "json": "application/json",
    "md": "text/markdown", "rtf": "application/rtf", "sh": "application/x-sh",
    "svg": "image/svg+xml", "toml": "application/toml", "vcf": "text/vcard",
    "xhtml": "application/xhtml+xml", "xml": "application/xml", "yaml": "application/yaml",
    "yml": "application/yaml",
}  # fmt: skip
"""By the end of a name, what is text, and so has to look like it."""
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_OTHERS = {
    "7z": "application/x-7z-compressed", "apk": "application/vnd.android.package-archive",
    "bz2": "application/x-bzip2", "doc": "application/msword",
    "docx": _OFFICE + "wordprocessingml.document", "epub": "application/epub+zip",
    "gz": "application/gzip", "jar": "application/java-archive", "mid": "audio/midi",
    "odp": _OPEN + "presentation", "ods": _OPEN + "spreadsheet", "odt": _OPEN + "text",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": _OFFICE + "presentationml.presentation", "rar": "application/vnd.rar",
    "tar": "application/x-tar", "tgz": "application/gzip", "ttf": "font/ttf",
    "wasm": "application/wasm", "woff2": "font/woff2", "xls": "application/vnd.ms-excel",
    "xlsx": _OFFICE + "spreadsheetml.sheet", "xz": "application/x-xz",
    "zip": "application/zip", "zst": "application/zstd",
}  # fmt: skip
_CONTROLS_ASIDE = bytes({*range(0x20, 0x100), *b"\t\n\v\f\r\x1b"})


def media_type_of(name: str, head: bytes) -> str:
    """Return what a file is. head: its first bytes, `HEAD_BYTES` or all there are."""
    stem, _, end = name.lower().rpartition(".")
    found = _by_magic(head, end)
    if found:
        return found
    if not stem:  # `.profile` has no such end, nor has `README`
        end = ""
    if end in _OTHERS:
        return _OTHERS[end]
    if not _is_text(head):
        return BINARY
    return _TEXTS.get(end, TEXT if head else BINARY)


def _by_magic(head: bytes, end: str) -> str:
    """Return what the first bytes alone tell, "" if they don't."""
    for at, magic, kind in _MAGIC:
        if head.startswith(magic, at) and (kind not in _RIFF or head.startswith(b"RIFF")):
            return kind
    if head.startswith(b"ftyp", 4):
        return _BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        if b"webm" not in head[:64]:
            return "video/x-matroska"
        return "audio/webm" if end == "weba" else "video/webm"
    if head.startswith(b"OggS\0"):
        return "video/ogg" if b"\x80theora" in head[:256] else "audio/ogg"
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return "image/bmp"
    return ""


def _is_text(head: bytes) -> bool:
    """Whether a file begins like UTF-8 text."""
    sample = head[:TEXT_HEAD_BYTES]
    if sample.translate(None, _CONTROLS_ASIDE):
        return False
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample, final=len(sample) == len(head))
    except UnicodeDecodeError:
        return False
    return True
