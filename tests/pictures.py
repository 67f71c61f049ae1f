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


def jpeg(width_px: int, height_px: int, *, orientation: int | None = None) -> bytes:
    """The beginning of a JPEG, as far as its size; perhaps with a camera's note which way is up."""
    segments = [(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")]
    if orientation is not None:
        tag = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
        segments.append((0xE1, b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + tag + b"\0" * 4))
    frame = struct.pack(">BHHB", 8, height_px, width_px, 1) + b"\1\x11\0"
    segments += [(0xDB, b"\0" + b"\1" * 64), (0xC0, frame)]
    return b"\xff\xd8" + b"".join(
        bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body for marker, body in segments
    )


PNG = png(4, 3)
JPEG = jpeg(4, 3)
