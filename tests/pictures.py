"""Small pictures, made from nothing."""

import struct
import zlib


def png(width_px: int, height_px: int) -> bytes:
    """A grey PNG."""
    rows = (b"\0" + b"\x80" * width_px) * height_px
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


def jpeg(width_px: int, height_px: int, *segments: tuple[int, bytes]) -> bytes:
    """The beginning of a JPEG, as far as its size, with further segments before it."""
    frame = struct.pack(">BHHB", 8, height_px, width_px, 1) + b"\1\x11\0"
    first = (0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    last = ((0xDB, b"\0" + b"\1" * 64), (0xC0, frame))
    return b"\xff\xd8" + b"".join(
        bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
        for marker, body in (first, *segments, *last)
    )


def which_way_up(orientation: int, order: str = ">") -> tuple[int, bytes]:
    """A camera's note of which way is up, 1 to 8, as a segment of a JPEG."""
    mark = b"MM" if order == ">" else b"II"
    tags = (0x0100, 4, 1, 640, 0), (0x0112, 3, 1, orientation, 0)
    body = b"".join(struct.pack(f"{order}HHIHH", *tag) for tag in tags)
    header = mark + struct.pack(f"{order}HIH", 42, 8, len(tags))
    return 0xE1, b"Exif\0\0" + header + body + b"\0" * 4


PNG = png(4, 3)
JPEG = jpeg(4, 3)
