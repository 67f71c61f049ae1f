"""What an image is, by its content alone: PNG or JPEG, and how large."""

from dataclasses import dataclass
from hashlib import sha256
from struct import error as unpackable
from struct import unpack_from
from typing import Literal

from countline.errors import BadQuery, TooMuch
from countline.limits import LAYOUT_IMAGE_BYTES_MAX, LAYOUT_IMAGE_SIDE_PX_MAX

ImageType = Literal["image/png", "image/jpeg"]
IMAGE_TYPES: tuple[ImageType, ...] = ("image/png", "image/jpeg")

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers of JPEG without a length
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # those that say how large it is
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """An image that may be kept and shown."""

    media_type: ImageType
    sha256: str
    width_px: int
    height_px: int


def read_image(content: bytes) -> ImageFacts:
    """The facts of an image. Raises `BadQuery` for what is none, `TooMuch` for one that is too large.

    The name and the type that a caller gives it are not asked: SVG can hold scripts, and what is
    shown to a browser must be what it says.
    """
    if len(content) > LAYOUT_IMAGE_BYTES_MAX:
        raise TooMuch(
            f"The image has {len(content)} bytes; at most {LAYOUT_IMAGE_BYTES_MAX} are kept.",
            code="image_too_large",
        )
    try:
        media_type, (width_px, height_px) = _recognised(content)
    except (unpackable, IndexError) as error:
        raise _unreadable("it ends before it says how large it is") from error
    if not (0 < width_px <= LAYOUT_IMAGE_SIDE_PX_MAX and 0 < height_px <= LAYOUT_IMAGE_SIDE_PX_MAX):
        raise TooMuch(
            f"The image is {width_px} x {height_px} pixels; a side has 1 to"
            f" {LAYOUT_IMAGE_SIDE_PX_MAX}.",
            code="image_too_large",
        )
    return ImageFacts(
        media_type=media_type,
        sha256=sha256(content).hexdigest(),
        width_px=width_px,
        height_px=height_px,
    )


def _recognised(content: bytes) -> tuple[ImageType, tuple[int, int]]:
    if content.startswith(_PNG):
        if content[12:16] != b"IHDR":
            raise _unreadable("a PNG begins with its size, this one does not")
        return "image/png", unpack_from(">II", content, 16)
    if content.startswith(_JPEG):
        return "image/jpeg", _jpeg_size(content)
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype")):
        raise _unreadable("it looks like SVG, which can hold scripts; export it as PNG")
    raise _unreadable("its content is neither PNG nor JPEG")


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while True:
        if content[at] != 0xFF:
            raise _unreadable("it is a damaged JPEG")
        marker = content[at + 1]
        if marker == 0xFF:  # a byte of filling
            at += 1
            continue
        if marker in _ALONE:
            at += 2
            continue
        (length,) = unpack_from(">H", content, at + 2)
        if marker in _FRAMES:
            height_px, width_px = unpack_from(">HH", content, at + 5)
            return width_px, height_px
        if marker in (0xD9, 0xDA) or length < 2:
            raise _unreadable("it is a JPEG without a size")
        if marker == 0xE1 and _is_turned(content[at + 4 : at + 2 + length]):
            raise _unreadable(
                "it is a photo that lies on its side and asks to be turned when shown, so its"
                " pixels are not where they are seen; save it upright"
            )
        at += 2 + length


def _is_turned(exif: bytes) -> bool:
    """Whether a camera's notes ask for the image to be turned or mirrored."""
    tiff = exif[6:]
    if exif[:6] != b"Exif\0\0" or tiff[:2] not in (b"II", b"MM"):
        return False
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (start,) = unpack_from(f"{order}I", tiff, 4)
        (count,) = unpack_from(f"{order}H", tiff, start)
        for n in range(count):
            tag, _, _, value = unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * n)
            if tag == _ORIENTATION:
                return bool(value != 1)
    except unpackable:
        return False
    return False


def _unreadable(why: str) -> BadQuery:
    return BadQuery(f"The image cannot be used: {why}.", code="image_unreadable")
