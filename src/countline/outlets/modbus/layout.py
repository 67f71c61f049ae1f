"""Which address belongs to what, and what stands there now: read from the board at every question."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from countline.engine.board import Board
from countline.model.board import ZoneNow
from countline.model.ids import ZoneId
from countline.outlets.modbus.head_block import HEAD_BITS, HEAD_REGISTERS, House
from countline.outlets.modbus.values import Place, to_words
from countline.outlets.modbus.zone_block import ZONE_BITS, ZONE_REGISTERS

BLOCK = 64  # registers of each zone; block 0 is countline itself
BITS = 16  # discrete inputs of each zone
REGISTERS = 65_536  # addresses that Modbus has
ZONE_ID_MAX = REGISTERS // BLOCK - 1
FILLER = 0xFFFF  # registers of a block that mean nothing yet


class Placed(NamedTuple):
    """A register with its address, as the map lists it. Of countline itself `zone_id` is None."""

    address: int
    zone_id: ZoneId | None
    place: Place


class PlacedBit(NamedTuple):
    """A discrete input with its address."""

    address: int
    zone_id: ZoneId | None
    name: str
    says: str


def fits(zone_id: ZoneId) -> bool:
    """Whether the map has room for a zone."""
    return 1 <= zone_id <= ZONE_ID_MAX


def placed(zones: Iterable[ZoneId]) -> Iterator[Placed]:
    """The registers of countline itself, then those of each zone that fits, by address."""
    yield from (Placed(row.place.at, None, row.place) for row in HEAD_REGISTERS)
    for zone_id in sorted(filter(fits, zones)):
        for row in ZONE_REGISTERS:
            yield Placed(BLOCK * zone_id + row.place.at, zone_id, row.place)


def placed_bits(zones: Iterable[ZoneId]) -> Iterator[PlacedBit]:
    """The discrete inputs of countline itself, then those of each zone that fits."""
    yield from (PlacedBit(row.at, None, row.name, row.says) for row in HEAD_BITS)
    for zone_id in sorted(filter(fits, zones)):
        for row in ZONE_BITS:
            yield PlacedBit(BITS * zone_id + row.at, zone_id, row.name, row.says)


class Memory:
    """What a reader finds at an address at this moment. Nothing is kept from one read to the next."""

    def __init__(
        self, board: Board, *, now_s: Callable[[], int], elapsed_s: Callable[[], float]
    ) -> None:
        self._board = board
        self._now_s = now_s
        self._elapsed_s = elapsed_s
        self._began_s = elapsed_s()

    def registers(self, address: int, count: int) -> list[int] | None:
        """So many registers from an address on; None where one of them is of no zone there is."""
        return _cut(address, count, BLOCK, self._block)

    def bits(self, word: int, count: int) -> list[int] | None:
        """Discrete inputs, sixteen to a word, the first in the least bit: a zone has one word."""
        return _cut(word, count, 1, self._bits)

    def _block(self, zone_id: int) -> list[int] | None:
        words = [FILLER] * BLOCK
        if zone_id == 0:
            house = self._house()
            for head in HEAD_REGISTERS:
                _put(words, head.place, head.value(house))
            return words
        zone = self._zone(zone_id)
        if zone is None:
            return None
        now_s = self._now_s()
        for row in ZONE_REGISTERS:
            _put(words, row.place, row.value(zone, now_s))
        return words

    def _bits(self, zone_id: int) -> list[int] | None:
        if zone_id == 0:
            house = self._house()
            return [sum(bit.value(house) << bit.at for bit in HEAD_BITS)]
        zone = self._zone(zone_id)
        if zone is None:
            return None
        return [sum(bit.value(zone) << bit.at for bit in ZONE_BITS)]

    def _zone(self, zone_id: int) -> ZoneNow | None:
        return self._board.zones.get(ZoneId(zone_id))

    def _house(self) -> House:
        zones: Mapping[ZoneId, ZoneNow] = self._board.zones
        return House(
            zones=tuple(zones.values()),
            sensors=tuple(self._board.sensors.values()),
            beyond=sum(not fits(zone_id) for zone_id in zones),
            now_s=self._now_s(),
            up_s=int(self._elapsed_s() - self._began_s),
        )


def _cut(
    start: int, count: int, size: int, block_of: Callable[[int], list[int] | None]
) -> list[int] | None:
    """Words from a start on, out of blocks of one size; None where one of the blocks is not there."""
    first, last = start // size, (start + count - 1) // size
    words: list[int] = []
    for number in range(first, last + 1):
        block = block_of(number)
        if block is None:
            return None
        words += block
    return words[start - first * size :][:count]


def _put(words: list[int], place: Place, value: float | None) -> None:
    words[place.at : place.at + place.words] = to_words(place, value)
