"""Times of files: with an offset, or as a clock on the wall showed them.

In autumn a wall clock shows an hour twice. Which of the two a row means is told by its place in the
file: the first pass is the earlier, and where the rows go back the second begins.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from countline.errors import BadPush, FieldError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_NEAR_S = 7_200  # rows that go back further than this begin anew and are no second pass
_HOUR_S = 3_600
_YEAR_2200_S = 7_258_118_400
BIN_S_MAX = 366 * 86_400 + _HOUR_S  # a year with a day more and an hour back; longer is a slip


@dataclass(frozen=True, slots=True)
class Moment:
    """What one cell says: an instant; two in the repeated hour, none in the skipped one.

    `wall_s` is what the clock on the wall showed, counted as if it were UTC; None with an offset.
    """

    instants: tuple[int, ...]
    wall_s: int | None = None
    jump_s: int | None = None  # the first time skipped is also the instant of the jump

    @property
    def ends(self) -> tuple[int, ...]:
        """As `instants`, for the end of a row, which may be the jump itself."""
        return self.instants if self.jump_s is None else (self.jump_s,)


class Times:
    """Reads times; those without offset in one time zone. Raises `BadPush` for unknown zones."""

    def __init__(self, time_zone: str | None) -> None:
        self._zone = None if time_zone is None else _zone_named(time_zone)

    def moment(self, time: datetime) -> Moment:
        """The moment of a parsed time. Raises ValueError with what is wrong and how to mend it."""
        if time.microsecond:
            raise ValueError("is not a whole second")
        if time.tzinfo is not None:
            return Moment((_checked((time - _EPOCH) // _SECOND),))
        if self._zone is None:
            raise ValueError("has no offset; write one, or say whose time it is with --tz")
        wall_s = (time.replace(tzinfo=UTC) - _EPOCH) // _SECOND
        early, late = (_offset_s(time, self._zone, fold) for fold in (0, 1))
        if early == late:
            return Moment((_checked(wall_s - early),), wall_s)
        if early < late:  # the clock jumped over this time
            before = (
                _offset_s(time - _SECOND, self._zone, 0),
                _offset_s(time - _SECOND, self._zone, 1),
            )
            return Moment((), wall_s, wall_s - early if before == (early, early) else None)
        return Moment((_checked(wall_s - early), _checked(wall_s - late)), wall_s)

    def after(self, moment: Moment, step_s: int) -> Moment:
        """The moment at which the wall clock shows `step_s` more."""
        assert moment.wall_s is not None
        wall = _EPOCH.replace(tzinfo=None) + timedelta(seconds=moment.wall_s + step_s)
        return self.moment(wall)

    @property
    def zone(self) -> str:
        """For messages."""
        return str(self._zone)


def start_of(moment: Moment, last_start_s: int | None, last_end_s: int | None) -> int:
    """The instant at which a row starts, given the row before; `moment` has at least one."""
    if len(moment.instants) < 2 or last_start_s is None:
        return moment.instants[0]
    first, second = moment.instants
    if last_end_s == second or (last_end_s is None and last_start_s == first):
        return second
    return second if first < last_start_s <= first + _NEAR_S else first


def end_of(moment: Moment, start: Moment, start_s: int) -> int:
    """The instant at which that row ends; not after its start where the cell is wrong."""
    later = [instant for instant in moment.ends if instant > start_s]
    if not later:
        return start_s
    if len(start.instants) == 2 and moment.wall_s is not None and start.wall_s is not None:
        # Some write the end of the first pass as the next full hour.
        length_s = moment.wall_s - start.wall_s
        if 0 < length_s <= _HOUR_S < later[0] - start_s:
            return start_s + length_s
    return later[0]


def wrong_with_length(length_s: int) -> str | None:
    """What is wrong with a row of this length; None where nothing is."""
    if length_s <= 0:
        return "is not after the start"
    return "is more than a year after the start" if length_s > BIN_S_MAX else None


def _zone_named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError) as error:  # an unknown name is a KeyError inside a ValueError
        raise _unknown_zone(name) from error
    except KeyError as error:
        raise _unknown_zone(name) from error


def _unknown_zone(name: str) -> BadPush:
    detail = f"'{name[:64]}' is no time zone; expected a name such as Europe/Zurich or UTC"
    return BadPush(f"--tz {detail}", errors=(FieldError(field="--tz", detail=detail),))


def _offset_s(time: datetime, zone: ZoneInfo, fold: int) -> int:
    offset = time.replace(tzinfo=zone, fold=fold).utcoffset()
    assert offset is not None
    return offset // _SECOND


def _checked(instant_s: int) -> int:
    if not 0 <= instant_s < _YEAR_2200_S:
        raise ValueError("lies outside the years 1970 to 2199")
    return instant_s
