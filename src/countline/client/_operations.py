"""Every operation as a method: it waits on `Client`, is awaited on `AsyncClient`, and is described once."""

import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from typing import Any, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from countline.client import _layouts as plans
from countline.client import _requests as requests
from countline.client._requests import Request

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)


class Page(Protocol[E_co]):
    """One page of a list, and the cursor of the next; None on the last."""

    @property
    def data(self) -> Sequence[E_co]:
        """The entries of this page."""
        ...

    @property
    def next(self) -> str | None:
        """What `cursor` must be for the next page."""
        ...


class Sends(Protocol):
    """A client that waits for answers."""

    def send(self, request: Request[T]) -> T:
        """The answer to one request."""
        ...

    def each(self, request: Request[Page[E]]) -> Iterator[E]:
        """The entries of a list, page after page."""
        ...


class SendsAsync(Protocol):
    """A client whose answers are awaited."""

    def send(self, request: Request[T]) -> Coroutine[Any, Any, T]:
        """The answer to one request."""
        ...

    def each(self, request: Request[Page[E]]) -> AsyncIterator[E]:
        """The entries of a list, page after page."""
        ...


class Call(Generic[P, T]):
    """An operation with one answer."""

    def __init__(self, describe: Callable[P, Request[T]]) -> None:
        self._describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Sends, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: SendsAsync, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self

        @functools.wraps(self._describe)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            return client.send(self._describe(*args, **kwargs))

        return call


class Listing(Generic[P, E]):
    """An operation whose answer is a list; its pages are fetched as they are needed."""

    def __init__(self, describe: Callable[P, Request[Page[E]]]) -> None:
        self._describe = describe
        self.__doc__ = describe.__doc__

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: Sends, owner: type) -> Callable[P, Iterator[E]]: ...
    @overload
    def __get__(self, client: SendsAsync, owner: type) -> Callable[P, AsyncIterator[E]]: ...
    def __get__(self, client: Any, owner: type) -> Any:
        if client is None:
            return self

        @functools.wraps(self._describe)
        def each(*args: P.args, **kwargs: P.kwargs) -> Any:
            return client.each(self._describe(*args, **kwargs))

        return each


class Operations:
    """What both clients can do."""

    count = Call(requests.count)
    count_grouped = Call(requests.count_grouped)
    live = Call(requests.live)

    current = Call(requests.current)
    hourly = Call(requests.hourly)
    daily = Call(requests.daily)
    interval = Call(requests.interval)
    counts_today = Listing(requests.counts_today)

    health = Call(requests.health)
    sensor_health = Call(requests.sensor_health)
    location_health = Call(requests.location_health)
    diagnostics = Listing(requests.diagnostics)
    compatibility = Call(requests.compatibility)

    locations = Listing(requests.locations)
    location = Call(requests.location)
    add_location = Call(requests.add_location)
    change_location = Call(requests.change_location)

    zones = Listing(requests.zones)
    zone = Call(requests.zone)
    add_zone = Call(requests.add_zone)
    change_zone = Call(requests.change_zone)

    lines = Listing(requests.lines)
    line = Call(requests.line)
    add_line = Call(requests.add_line)
    change_line = Call(requests.change_line)

    layouts = Listing(plans.layouts)
    layout = Call(plans.layout)
    add_layout = Call(plans.add_layout)
    change_layout = Call(plans.change_layout)
    remove_layout = Call(plans.remove_layout)
    layout_image = Call(plans.layout_image)
    put_layout_image = Call(plans.put_layout_image)
    remove_layout_image = Call(plans.remove_layout_image)
    layout_geometry = Call(plans.layout_geometry)
    put_layout_geometry = Call(plans.put_layout_geometry)

    sensors = Listing(requests.sensors)
    sensor = Call(requests.sensor)
    register_sensor = Call(requests.register_sensor)
    change_sensor = Call(requests.change_sensor)
    retire_sensor = Call(requests.retire_sensor)

    keys = Listing(requests.keys)
    key = Call(requests.key)
    create_key = Call(requests.create_key)
    withdraw_key = Call(requests.withdraw_key)
