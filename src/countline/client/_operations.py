"""Every operation as a method: it waits on `Client`, is awaited on `AsyncClient`, and is described once."""

import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from typing import Any, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from countline.client import _adjustments as words
from countline.client import _catalogue as catalogue
from countline.client import _devices as devices
from countline.client import _health as wellness
from countline.client import _layouts as plans
from countline.client import _numbers as numbers
from countline.client import _ventilation as air
from countline.client import _webhooks as hooks
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

    count = Call(numbers.count)
    count_grouped = Call(numbers.count_grouped)
    live = Call(numbers.live)

    current = Call(numbers.current)
    hourly = Call(numbers.hourly)
    daily = Call(numbers.daily)
    interval = Call(numbers.interval)
    counts_today = Listing(numbers.counts_today)

    health = Call(wellness.health)
    sensor_health = Call(wellness.sensor_health)
    location_health = Call(wellness.location_health)
    diagnostics = Listing(wellness.diagnostics)
    compatibility = Call(wellness.compatibility)

    locations = Listing(catalogue.locations)
    location = Call(catalogue.location)
    add_location = Call(catalogue.add_location)
    change_location = Call(catalogue.change_location)

    zones = Listing(catalogue.zones)
    zone = Call(catalogue.zone)
    add_zone = Call(catalogue.add_zone)
    change_zone = Call(catalogue.change_zone)

    adjust_zone = Call(words.adjust_zone)
    zone_adjustments = Listing(words.zone_adjustments)
    withdraw_zone_adjustment = Call(words.withdraw_zone_adjustment)
    adjust_location = Call(words.adjust_location)
    location_adjustments = Listing(words.location_adjustments)
    withdraw_location_adjustment = Call(words.withdraw_location_adjustment)

    lines = Listing(catalogue.lines)
    line = Call(catalogue.line)
    add_line = Call(catalogue.add_line)
    change_line = Call(catalogue.change_line)

    demand = Call(air.demand)
    ventilation = Call(air.ventilation)
    put_ventilation = Call(air.put_ventilation)
    remove_ventilation = Call(air.remove_ventilation)
    preview_ventilation = Call(air.preview_ventilation)
    ventilation_categories = Call(air.ventilation_categories)

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

    sensors = Listing(catalogue.sensors)
    sensor = Call(catalogue.sensor)
    register_sensor = Call(catalogue.register_sensor)
    change_sensor = Call(catalogue.change_sensor)
    retire_sensor = Call(catalogue.retire_sensor)

    adopt = Call(devices.adopt)
    sensor_config = Call(devices.sensor_config)
    change_sensor_config = Call(devices.change_sensor_config)
    replace_sensor_config = Call(devices.replace_sensor_config)
    sensor_config_changes = Listing(devices.sensor_config_changes)

    webhooks = Listing(hooks.webhooks)
    webhook = Call(hooks.webhook)
    add_webhook = Call(hooks.add_webhook)
    change_webhook = Call(hooks.change_webhook)
    remove_webhook = Call(hooks.remove_webhook)
    rotate_webhook = Call(hooks.rotate_webhook)
    test_webhook = Call(hooks.test_webhook)
    replay_webhook = Call(hooks.replay_webhook)
    webhook_deliveries = Listing(hooks.webhook_deliveries)
    webhook_dead_letters = Listing(hooks.webhook_dead_letters)

    keys = Listing(catalogue.keys)
    key = Call(catalogue.key)
    create_key = Call(catalogue.create_key)
    withdraw_key = Call(catalogue.withdraw_key)
