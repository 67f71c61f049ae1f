"""The outdoor air that zones need: their settings, the request of a minute, and a look back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from countline.counting.ventilation import (
    Moment,
    Request,
    curve_value,
    density_of,
    design_flow,
    fold_start,
    requests,
    steady_requests,
)
from countline.counting.ventilation_reasons import reasons_of
from countline.engine.desk import CatalogueDesk
from countline.engine.moments import moments_of
from countline.engine.subject import Plan, zone_plan
from countline.engine.ventilation_settings import Wanted, area_of, settings_of
from countline.engine.watch import Watch
from countline.errors import Impossible, NotFound
from countline.model.ids import ZoneId
from countline.model.interval import DAY_S, MINUTE_S
from countline.model.place import Zone
from countline.model.query import Reason
from countline.model.ventilation import Ventilation
from countline.store.seam import Transaction, View

PREVIEW_S_MAX = 31 * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a zone asks for from a minute on, and why."""

    rules: Ventilation
    request: Request
    reasons: list[Reason]
    design_flow: float
    density: float
    setpoint: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What requests came to over a stretch. Volumes are the flow's unit times minutes."""

    minutes: int
    below_design: int
    standby: int
    fallback: int
    moved: float
    not_moved: float
    least: float
    greatest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would have been asked for, day by day and altogether."""

    rules: Ventilation
    design_flow: float
    days: list[tuple[date, Tally]]
    whole: Tally


class Ventilating:
    """Asks how much air zones need. Nothing is kept but the settings: the rest follows."""

    def __init__(self, desk: CatalogueDesk, watch: Watch, *, now_s: Callable[[], int]) -> None:
        self._desk = desk
        self._watch = watch
        self._now_s = now_s

    # -- settings ---------------------------------------------------------------------------------
    async def settings(self, zone_id: int) -> Ventilation:
        """How a zone is ventilated, its area filled in. Raises `NotFound`."""

        def work(view: View) -> Ventilation:
            return self._rules(view, self._zone(view, zone_id))

        return await self._desk.store.read(work)

    async def put(self, zone_id: int, wanted: Wanted) -> Ventilation:
        """Set how a zone is ventilated. Raises `BadQuery` for what cannot be."""

        def work(tx: Transaction) -> Ventilation:
            zone = self._zone(tx, zone_id)
            made = settings_of(zone, wanted, self._now_s())
            tx.save(made)
            return replace(made, area=area_of(made, zone))

        return await self._desk.store.write(work)

    async def remove(self, zone_id: int) -> None:
        """Forget how a zone is ventilated. Raises `NotFound`."""

        def work(tx: Transaction) -> None:
            zone = self._zone(tx, zone_id)
            tx.delete(self._kept(tx, zone))

        await self._desk.store.write(work)

    # -- asking -----------------------------------------------------------------------------------
    async def demand(self, zone_id: int, at_s: int | None = None) -> Demand:
        """The request of now, or of the minute that holds a past instant."""
        now_s = self._now_s()
        minute_s = min(now_s, now_s if at_s is None else at_s) // MINUTE_S * MINUTE_S

        def work(view: View) -> Demand:
            zone = self._zone(view, zone_id)
            return self._demand(view, zone, self._rules(view, zone), minute_s)

        return await self._desk.store.read(work, heavy=True)

    def demand_in(self, view: View, zone: Zone) -> Demand | None:
        """The request of now as a view has it; None where nobody said how the zone is ventilated."""
        kept = view.record(Ventilation, zone.zone_id)
        if kept is None:
            return None
        try:
            rules = replace(kept, area=area_of(kept, zone))
        except Impossible:  # its area was taken away since
            return None
        return self._demand(view, zone, rules, self._now_s() // MINUTE_S * MINUTE_S)

    def _demand(self, view: View, zone: Zone, rules: Ventilation, minute_s: int) -> Demand:
        plan = zone_plan(self._desk.of_view(view), zone)
        made = requests(rules, self._moments(view, plan, fold_start(minute_s), minute_s))
        return _demand(rules, made[-1])

    async def preview(self, zone_id: int, start_s: int, end_s: int) -> Preview:
        """What would have been asked for in `[start_s, end_s)`, by the settings of now.

        Raises `Impossible` with `start_not_before_end`, `too_many_rows`.
        """
        if start_s >= end_s:
            raise Impossible("The start must lie before the end.", code="start_not_before_end")
        if end_s - start_s > PREVIEW_S_MAX:
            raise Impossible(
                f"A preview is of {PREVIEW_S_MAX // DAY_S} days at most; ask for a shorter stretch.",
                code="too_many_rows",
            )
        first_s = -(-start_s // MINUTE_S) * MINUTE_S
        last_s = min(end_s - 1, self._now_s()) // MINUTE_S * MINUTE_S

        def work(view: View) -> Preview:
            zone = self._zone(view, zone_id)
            rules = self._rules(view, zone)
            plan = zone_plan(self._desk.of_view(view), zone)
            made: list[Request] = []
            if first_s <= last_s:
                moments = self._moments(view, plan, fold_start(first_s), last_s)
                made = steady_requests(rules, moments, first_s)
            return _preview(rules, plan, made)

        return await self._desk.store.read(work, heavy=True)

    def _moments(self, view: View, plan: Plan, start_s: int, end_s: int) -> list[Moment]:
        return moments_of(
            view,
            self._desk.of_view(view),
            plan,
            start_s=start_s,
            end_s=end_s,
            now_s=self._now_s(),
            stale_after_s=self._watch.stale_after_s,
        )

    # -- who it is about --------------------------------------------------------------------------
    def _zone(self, view: View, zone_id: int) -> Zone:
        zone = view.record(Zone, ZoneId(zone_id))
        if zone is None:
            raise NotFound(f"There is no zone {zone_id}.", code="zone_not_found")
        return zone

    def _kept(self, view: View, zone: Zone) -> Ventilation:
        kept = view.record(Ventilation, zone.zone_id)
        if kept is None:
            raise NotFound(
                f"Nobody has said how zone {zone.zone_id} is ventilated.",
                code="ventilation_not_set",
            )
        return kept

    def _rules(self, view: View, zone: Zone) -> Ventilation:
        kept = self._kept(view, zone)
        return replace(kept, area=area_of(kept, zone))


def _demand(rules: Ventilation, request: Request) -> Demand:
    density = density_of(rules, request.population)
    return Demand(
        rules=rules,
        request=request,
        reasons=reasons_of(rules, request),
        design_flow=design_flow(rules),
        density=density,
        setpoint=curve_value(rules.curve, density),
    )


def _preview(rules: Ventilation, plan: Plan, made: Sequence[Request]) -> Preview:
    design = design_flow(rules)
    by_day: dict[date, list[Request]] = {}
    for one in made:
        by_day.setdefault(plan.grid.day_of(one.moment.at_s), []).append(one)
    return Preview(
        rules=rules,
        design_flow=design,
        days=[(day, _tally(part, design)) for day, part in by_day.items()],
        whole=_tally(made, design),
    )


def _tally(made: Sequence[Request], design: float) -> Tally:
    flows = [one.flow for one in made]
    return Tally(
        minutes=len(made),
        below_design=sum(flow < design for flow in flows),
        standby=sum(one.standby for one in made),
        fallback=sum(one.fallback for one in made),
        moved=sum(flows),
        not_moved=sum(design - flow for flow in flows),
        least=min(flows, default=0.0),
        greatest=max(flows, default=0.0),
    )
