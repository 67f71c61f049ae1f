"""`countline import`: a file of counts becomes claims, and what it names is created where missing."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from countline.cli import show
from countline.cli.exits import DONE
from countline.cli.opening import opened_engine
from countline.cli.options import NONE_GIVEN, Options, period_s
from countline.errors import BadPush

if TYPE_CHECKING:
    from countline.drivers.reading import FileOptions
    from countline.engine.importing import ImportReport

NOTES_SHOWN = 10
Format = Literal["tidy_csv", "xovis_csv"]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said about a file that it does not say itself."""

    sensor: Annotated[str | None, Parameter(help="The sensor, where the file names none.")] = None
    location: Annotated[str | None, Parameter(help="The location, where the file names none.")] = (
        None
    )
    zone: Annotated[
        str | None, Parameter(help="The zone, a number or name, where the file names none.")
    ] = None
    line: Annotated[
        int | None, Parameter(help="The line that it counts, where the sensor has one already.")
    ] = None
    tz: Annotated[
        str | None,
        Parameter(help="Time zone of times without offset, and of a location that is created."),
    ] = None
    step: Annotated[
        str | None, Parameter(help="Length of a bin where the file says no end: 1h, PT15M.")
    ] = None
    measure: Annotated[
        tuple[str, ...],
        Parameter(
            negative="", show_default=False, help="A further column to take; repeat for more."
        ),
    ] = ()
    channel: Annotated[
        str | None, Parameter(help="The pushed channel that the file goes on with, `single/1000`.")
    ] = None

    def options(self) -> "FileOptions":
        """As the drivers take them."""
        from countline.drivers.reading import FileOptions

        return FileOptions(
            location=self.location,
            sensor=self.sensor,
            zone=self.zone,
            time_zone=self.tz,
            step_s=None if self.step is None else period_s("--step", self.step),
            measures=self.measure,
        )


NOTHING_SAID = About()


async def import_(
    file: Path,
    /,
    *,
    format: Annotated[Format, Parameter(help="How the file is written.")],
    about: About = NOTHING_SAID,
    options: Options = NONE_GIVEN,
) -> int:
    """Import a file of counts. The same file a second time changes nothing.

    A location, sensor, zone or line that is missing is created. Returns when the numbers stand in
    every answer.

    Parameters
    ----------
    file
        The file to read.
    """
    from countline.engine.importing import import_file

    body, said = _read(file), about.options()
    async with opened_engine(options) as engine:
        with show.progress(f"importing {file.name}", quiet=options.json) as progress:
            report = await import_file(
                engine,
                driver=format,
                name=file.name,
                body=body,
                options=said,
                line_id=about.line,
                channel=about.channel,
                progress=progress,
            )
    _tell(file, report, options)
    return DONE


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadPush(f"{file}: {reason}", code="file_unreadable") from error


def as_document(report: "ImportReport") -> dict[str, Any]:
    """What an import did, for programs."""
    return {
        "rows": report.rows,
        "readings": report.readings,
        "fresh": report.fresh,
        "duplicates": report.duplicates,
        "refused": report.refused,
        "gaps": report.gaps,
        "first_at": show.instant(report.first_s),
        "last_at": show.instant(report.last_s),
        "created": list(report.created),
        "step_s": report.step_s,
        "notes": list(report.notes),
    }


def _tell(file: Path, report: "ImportReport", options: Options) -> None:
    if options.json:
        show.document(as_document(report))
        return
    for created in report.created:
        show.plain(f"created {created}")
    for part, step_s in report.step_s.items():
        show.plain(f"{part}: no end in the file, so bins are taken to be {step_s} s long")
    for note in report.notes[:NOTES_SHOWN]:
        show.warn(note)
    if len(report.notes) > NOTES_SHOWN:
        show.warn(f"and {len(report.notes) - NOTES_SHOWN} more; --json shows all")
    counted = [f"{report.fresh} bins new or changed", f"{report.duplicates} there already"]
    counted += [f"{report.refused} refused"] if report.refused else []
    counted += [f"{report.gaps} gaps"] if report.gaps else []
    first, last = show.instant(report.first_s), show.instant(report.last_s)
    show.plain(f"{file.name}: {report.rows} rows from {first} to {last}: {', '.join(counted)}")
