"""Live frames: persons as they walk past, their groups' shadows, and what happens to them.

Each happening has a track of about three seconds: the person comes up to the line, crosses it in
the middle of the track, and is gone. All that happens to one person at one instant is one track.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from countline.drivers.xovis_v5.bodies import (
    LiveEvent,
    LiveFrame,
    TrackedObject,
    count_event,
    crossing_event,
)
from countline.emulator.sensor import FRAME_MS
from countline.emulator.v5.happenings import Happening, happenings
from countline.emulator.v5.observing import Context, Move, Observer
from countline.emulator.v5.persons import traits_of
from countline.emulator.v5.rules import DELETED_MS

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

APPEARS_MS = 1_600  # before the line
SPEED_M_S = 1.25
SHADOW_FRAMES = 24  # a group follows its person so many frames later
GROUP_FIRST = 1 << 31
LATENCY_MS, LOW_LATENCY_MS = 1_340, 240  # from what happens to its frame's being there
STEP_MS: Mapping[str, int] = {
    "QUARTER_SECOND": 250,
    "HALF_SECOND": 500,
    "ONE_SECOND": 1_000,
    "TWO_AND_A_HALF_SECONDS": 2_500,
    "FIVE_SECONDS": 5_000,
    "ONE_MINUTE": 60_000,
}
Included = frozenset[str] | Literal["ALL", "NONE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an agent lets through; the default is everything."""

    objects: Included = "ALL"
    scene_events: Included = "ALL"
    count_events: Included = "ALL"
    info_events: Included = "ALL"
    by_objects: bool = False  # events of objects left out are left out too
    empty_frames: bool = False
    resolution: str = "MAX"

    @staticmethod
    def of(data: dict[str, Any], filters: dict[str, Any] | None) -> "Wanted":
        """From an agent's checked configuration."""
        given = filters or {}

        def included(name: str) -> Included:
            value = given.get(f"included_{name}", "ALL")
            return frozenset(value) if isinstance(value, list) else value

        return Wanted(
            objects=included("objects"),
            scene_events=included("scene_events"),
            count_events=included("count_events"),
            info_events=included("info_events"),
            by_objects=bool(given.get("filter_events_by_objects", False)),
            empty_frames=bool(data.get("include_empty", False)),
            resolution=data.get("resolution", "MAX"),
        )

    def lets(self, event: LiveEvent, kind: str) -> bool:
        """Whether an event of an object of a kind is let through."""
        by_category = {"SCENE": self.scene_events, "COUNT": self.count_events}
        if not has(by_category.get(event.category, self.info_events), event.type):
            return event.type == "TIME_CHANGE" and self.count_events != "NONE"
        return not self.by_objects or has(self.objects, kind)


def latency_ms(device: "Device", root: str) -> int:
    """How long a frame takes, by the setting."""
    advanced = device.config.kept[f"{root}/settings/advanced"]
    return LOW_LATENCY_MS if advanced["low_latency_mode"] else LATENCY_MS


def has(included: Included, name: str) -> bool:
    return included == "ALL" or (included != "NONE" and name in included)


class Track(NamedTuple):
    """Somebody under the sensor: frames are counted from its boot."""

    number: int
    kind: str  # PERSON, GROUP
    first: int
    last: int
    happened: tuple[Happening, ...]


class Told(NamedTuple):
    """An event, and whose."""

    event: LiveEvent
    track: int
    kind: str


class Camera:
    """The frames of one device below one root. `start_ms` and `end_ms` are true time."""

    def __init__(self, device: "Device", root: str) -> None:
        self._device, self._root = device, root

    def frames(self, start_ms: int, end_ms: int, wanted: Wanted) -> list[LiveFrame]:
        """The frames whose time is in [start, end), as far as something in them is wanted."""
        context = self._device.part(Observer).context(self._root)
        boot_ms = self._device.running.booted_ms(max(start_ms, end_ms - 1))
        first, end = (-((boot_ms - at_ms) // FRAME_MS) for at_ms in (start_ms, end_ms))
        tracks = self._tracks(boot_ms, first, end)
        told: dict[int, list[Told]] = {}
        for track in tracks:
            for frame, seen in self._scene_events(context, track, boot_ms):
                told.setdefault(frame, []).append(Told(seen, track.number, track.kind))
        for move in context.moves:
            frame = _frame(move.at_ms, boot_ms)
            if first <= frame < end and (event := self._count_event(context, move, boot_ms)):
                number = event.attributes.get("track_id", 0)
                told.setdefault(frame, []).append(Told(event, number, "PERSON"))
        found = []
        for frame in self._chosen(first, end, boot_ms, wanted, tracks, told):
            made = self._frame(frame, boot_ms, wanted, tracks, told)
            if made.tracked_objects or made.events or wanted.empty_frames:
                found.append(made)
        return found

    def _chosen(
        self, first: int, end: int, boot_ms: int, wanted: Wanted, tracks: list[Track],
        told: dict[int, list[Told]],
    ) -> Iterator[int]:  # fmt: skip
        """The frames to look at. Coarser ones than the camera's gather the events of their step."""
        step = STEP_MS.get(wanted.resolution, FRAME_MS)
        if step > FRAME_MS:
            for frame in sorted(told):
                sampled = _frame(-(-(boot_ms + frame * FRAME_MS) // step) * step, boot_ms)
                if sampled != frame:
                    told.setdefault(sampled, []).extend(told.pop(frame))
        busy = set(told)
        if wanted.objects != "NONE":
            for track in tracks:
                busy.update(range(max(first, track.first), min(end, track.last + 1)))
        for frame in range(first, end) if wanted.empty_frames else sorted(busy):
            sampled_ms = boot_ms + frame * FRAME_MS
            if first <= frame < end and (step == FRAME_MS or sampled_ms % step < FRAME_MS):
                yield frame

    def _frame(
        self, frame: int, boot_ms: int, wanted: Wanted, tracks: list[Track],
        told: dict[int, list[Told]],
    ) -> LiveFrame:  # fmt: skip
        let = [t for t in told.get(frame, ()) if wanted.lets(t.event, t.kind)]
        concerned = {t.track for t in let}
        objects = [
            self._object(track, frame, boot_ms)
            for track in tracks
            if track.first <= frame <= track.last
            and (has(wanted.objects, track.kind) or track.number in concerned)
        ]
        let.sort(key=lambda t: (t.event.category == "COUNT", _order(t.event)))
        return LiveFrame(
            framenumber=frame,
            time=self._device.running.own_ms(boot_ms + frame * FRAME_MS),
            tracked_objects=objects,
            events=[t.event for t in let],
        )

    def _tracks(self, boot_ms: int, first: int, end: int) -> list[Track]:
        """Whoever is there at some time between two frames; first come, first served."""
        start_ms = boot_ms + first * FRAME_MS - DELETED_MS - (SHADOW_FRAMES + 1) * FRAME_MS
        end_ms = boot_ms + end * FRAME_MS + APPEARS_MS
        together: dict[int, list[Happening]] = {}
        for happening in happenings(self._device.sensor, max(start_ms, boot_ms), end_ms):
            together.setdefault(happening.at_ms, []).append(happening)
        tracks = []
        small = self._device.personality.small_ids
        for at_ms, happened in together.items():
            number = self.track_of(at_ms, boot_ms)
            begin = max(1, _frame(at_ms - APPEARS_MS, boot_ms))
            last = _frame(at_ms + DELETED_MS, boot_ms)
            tracks.append(Track(number, "PERSON", begin, last, tuple(happened)))
            group = number + (1 if small else GROUP_FIRST)
            later = SHADOW_FRAMES
            tracks.append(Track(group, "GROUP", begin + later, last + later, tuple(happened)))
        return [t for t in tracks if t.last >= first and t.first < end]

    def track_of(self, at_ms: int, boot_ms: int) -> int:
        """The number of the track of what happened at an instant; even where groups are small."""
        number = (at_ms - boot_ms) // 20 + 1
        return number * 2 if self._device.personality.small_ids else number

    def _scene_events(
        self, context: Context, track: Track, boot_ms: int
    ) -> Iterator[tuple[int, LiveEvent]]:
        drawn = self._device.config.items(f"{self._root}/scene/geometries")
        shift = SHADOW_FRAMES if track.kind == "GROUP" else 0
        yield track.first, _track_event("TRACK_CREATE", track.number)
        for happening in track.happened:
            frame = _frame(happening.at_ms, boot_ms) + shift
            for id_, (place, turned) in context.rules.geometries.items():
                if place == happening.place and id_ in drawn:
                    yield (
                        frame,
                        crossing_event(
                            track_id=track.number,
                            geometry_id=id_,
                            geometry_name=drawn[id_].get("name", ""),
                            kind=_kind(happening, turned=turned),
                        ),
                    )
        yield track.last, _track_event("TRACK_DELETE", track.number, sequence_number=1)

    def _count_event(self, context: Context, move: Move, boot_ms: int) -> LiveEvent | None:
        if move.cause == "TIME_CHANGE" and not self._device.personality.has("5.6"):
            return None
        counter = context.rules.counters.get(move.counter)
        channel = context.rules.channels.get(move.logic)
        if counter is None or channel is None:
            return None
        happening = move.happening
        event = count_event(
            track_id=self.track_of(happening.at_ms, boot_ms) if happening else 0,
            logic_id=move.logic,
            logic_name=channel.name,
            counter_id=move.counter,
            counter_name=counter["name"],
            counter_value=move.total,
            kind=move.cause,
        )
        if move.counter in context.rules.seconds:
            event.attributes["counter_value"] = context.rules.told(move.counter, move.total)
            if move.cause == "TIME_CHANGE":
                event.attributes["unit"] = "seconds"
                event.attributes["amount"] = context.rules.told(move.counter, move.by)
        if happening is None:
            del event.attributes["track_id"]
        return event

    def _object(self, track: Track, frame: int, boot_ms: int) -> TrackedObject:
        """Where somebody is: straight across the middle of the line or the zone's edge."""
        happening = track.happened[0]
        logic = self._device.sensor.plan.logics[happening.place]
        drawn = self._device.ground.drawn(happening.place)
        traits = traits_of(self._device.sensor, happening)
        low = min(y for _, y in drawn)
        north = (happening.what in ("forward", "entry")) != logic.invert
        seconds = (boot_ms + frame * FRAME_MS - happening.at_ms) / 1000
        if track.kind == "GROUP":
            seconds -= SHADOW_FRAMES * FRAME_MS / 1000
        way = SPEED_M_S * seconds * (1 if north else -1)
        attributes: dict[str, Any] = {"person_height": traits.height_m}
        if self._recognises("recognize_gender"):
            attributes["gender"] = traits.gender
        if self._recognises("recognize_face_mask"):
            attributes["face_mask"] = traits.face_mask
        if self._recognises("age_histogram"):
            attributes["age"] = traits.age
        if track.kind == "GROUP":
            attributes = {"members": 1, "members_with_tag": 0}
        return TrackedObject(
            track_id=track.number,
            type=track.kind,
            position=(traits.sideways_m, round(low + way, 3), round(traits.height_m - 0.02, 3)),
            attributes=attributes,
        )

    def _recognises(self, option: str) -> bool:
        """Whether some logic asks for what persons are like."""
        logics = self._device.config.items(f"{self._root}/analysis/logics").values()
        templates = (logic.get("template") or {} for logic in logics)
        return any((t.get("options") or {}).get(option) for t in templates)


def _frame(at_ms: int, boot_ms: int) -> int:
    """The frame in which an instant is seen: the first one not before it."""
    return -((boot_ms - at_ms) // FRAME_MS)


def _order(event: LiveEvent) -> tuple[int, int]:
    first = event.type == "TRACK_CREATE"
    return (0 if first else 1, event.attributes.get("sequence_number", 0))


def _kind(happening: Happening, *, turned: bool) -> str:
    if happening.what in ("entry", "exit"):
        return f"ZONE_{happening.what.upper()}"
    forward = (happening.what == "forward") != turned
    return f"LINE_CROSS_{'FORWARD' if forward else 'BACKWARD'}"


def _track_event(kind: str, track: int, *, sequence_number: int = 0) -> LiveEvent:
    return LiveEvent(
        category="SCENE",
        type=kind,
        attributes={"track_id": track, "sequence_number": sequence_number},
    )
