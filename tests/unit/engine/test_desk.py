"""The catalogue's snapshot: replaced when the store has moved on, and never by an older one."""

from typing import Any

from countline.engine.catalogue import read_catalogue
from countline.store.seam import View
from tests.engine_house import LOCATION, House, at

NOW = at("2026-06-02")


def test_a_question_of_an_older_moment_does_not_bring_the_older_snapshot_back(run: Any) -> None:
    class Older:
        """A view from before the last change."""

        def __init__(self, view: View, version: int) -> None:
            self._view, self._version = view, version

        def catalogue_version(self) -> int:
            return self._version

        def __getattr__(self, name: str) -> Any:
            return getattr(self._view, name)

    async def story(house: House) -> None:
        await house.location(time_zone="UTC")
        desk = house.engine.desk
        newest = desk.current()
        old: Any = await house.engine.store.read(
            lambda view: desk.of_view(Older(view, newest.version - 1))
        )
        assert old.version == newest.version - 1
        assert desk.current() is newest
        await house.zone("Room")
        assert desk.current().version > newest.version
        stored = await house.engine.store.read(read_catalogue)
        assert stored.zones == desk.current().zones
        assert set(desk.current().locations) == {LOCATION}

    run(story, NOW)
