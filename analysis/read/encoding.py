"""The encoding of a file of text, from its beginning."""

from __future__ import annotations

import codecs

from analysis.tables import InputError

HEAD_BYTES = 1 << 20  # what encoding and delimiter are found out from
_BINARY = (b"%PDF", b"\x89PNG", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xd8\xff", b"GIF8", b"\x7fELF")
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def guess_encoding(data: bytes, name: str) -> str:
    """The encoding of a text, from its beginning.

    Raises
    ------
    InputError
        If it is not text.

    Examples
    --------
    >>> guess_encoding("“No evidence”".encode("cp1252"), "a.txt")
    'cp1252'
    """
    if marked := [encoding for mark, encoding in _MARKS.items() if data.startswith(mark)]:
        return marked[0]
    if data.startswith(_BINARY) or b"\0" in data[:4096]:
        raise InputError(f"{name}: the file is not text")
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(data)
    bad = text.count("\ufffd")
    if not bad or sum(character > "\x7f" for character in text) > 4 * bad:
        return "utf-8"
    # Western text has one foreign byte in four at most, and detectors take its few quotation marks for anything.
    if sum(byte > 127 for byte in data) < 0.25 * len(data):
        return "cp1252"
    import charset_normalizer

    best = charset_normalizer.from_bytes(data[: HEAD_BYTES // 8]).best()
    return best.encoding if best else "cp1252"
