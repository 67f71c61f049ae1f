"""Every code that says what is wrong: how grave it is, a sentence, and what to do. The one table."""

from types import MappingProxyType
from typing import Any, NamedTuple

from countline.model.health import Finding, Severity
from countline.model.query import Health

# From well to not: nothing that is found makes a sensor healthier. `unknown` stands apart.
HEALTHS: tuple[Health, ...] = ("healthy", "degraded", "offline")
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")  # gravest first


class Diagnosis(NamedTuple):
    """What a code means. `sentence` has places in braces, which a finding fills."""

    severity: Severity
    health: Health  # what it makes of its sensor, or of the installation
    sentence: str
    remedy: str


_REPLAY = "`countline replay --list` shows it with its reason; after the cause is mended, `countline replay` counts it."
_FULL = "Make room, or shorten `push.keep_bodies_days` and `event_keep_days`."

DIAGNOSES: MappingProxyType[str, Diagnosis] = MappingProxyType({
    # -- whether counts come ----------------------------------------------------------------------
    "silent": Diagnosis(
        "error", "offline",
        "No counts have come for {silence}, {asked}.",
        "Look at its push agent and connection: switched on, with this gateway's address and secret."
        " Where the device cannot be asked, look at its power and network first.",
    ),
    "offline": Diagnosis(
        "error", "offline",
        "No counts have come for {silence}, and asking the device fails: {error}.",
        "Look at its power and network cable, then at whether its address has changed.",
    ),
    "unreachable": Diagnosis(
        "warning", "degraded",
        "Its pushes come, but asking the device fails: {error}.",
        "Counting goes on; gaps are not fetched and its configuration cannot be read. Check the"
        " address, the password, and that this gateway may reach the device.",
    ),
    "never_pushed": Diagnosis(
        "warning", "unknown",
        "No push with counts has come yet{answering}.",
        "Let its agent push to `/push/xovis_v5` here with the sensor's secret, and run the device's"
        " own connection test.",
    ),
    "push_late": Diagnosis(
        "warning", "degraded",
        "Its pushes come late: the last one {delay_s:.0f} s after its minute had ended.",
        "Shorten the interval of its push agent, or look at the network if it should be shorter.",
    ),
    "fed_by_files": Diagnosis(
        "info", "unknown",
        "It has data from files only, and no pushes.",
        "Nothing, if that is meant; else let its device push here.",
    ),
    "retired": Diagnosis(
        "info", "unknown",
        "The sensor is retired; its history stays.",
        "Nothing.",
    ),
    # -- what the device is like ------------------------------------------------------------------
    "clock_offset": Diagnosis(
        "warning", "degraded",
        "Its clock is {offset_s:+.0f} s off.",
        "Give the device a time server (NTP) that it can reach; counts land in the wrong minutes.",
    ),
    "too_hot": Diagnosis(
        "warning", "degraded",
        "It is {temperature_c} degrees Celsius hot inside, more than {limit}.",
        "Let air at it, and keep it from sun and lamps; heat shortens its life.",
    ),
    "rebooted": Diagnosis(
        "info", "healthy",
        "It has started anew.",
        "Nothing, if somebody did that or a firmware was installed.",
    ),
    "reboots_often": Diagnosis(
        "warning", "degraded",
        "It has started anew {reboots} times within a day.",
        "Look at its power: the switch's PoE budget, the cable, the plug.",
    ),
    "licence_ending": Diagnosis(
        "warning", "degraded",
        "The licence for {feature} ends in {days} days.",
        "Order its renewal; what it counts stops with it.",
    ),
    "licence_ended": Diagnosis(
        "error", "degraded",
        "The licence for {feature} has ended.",
        "Renew it; what it counted is missing since then.",
    ),
    "firmware_changed": Diagnosis(
        "info", "healthy",
        "Its firmware is {firmware} now; it was {before}.",
        "Nothing, if that was meant. `GET /v3/compatibility` lists what works with which firmware.",
    ),
    "config_changed": Diagnosis(
        "warning", "degraded",
        "Its configuration is not the one that was last seen or set from here.",
        "Compare and accept it, or set it again: `GET /v3/sensors/{sensor_id}/config`.",
    ),
    "illumination_low": Diagnosis(
        "warning", "degraded",
        "It says that there is too little light to count well.",
        "Give the place more light, or switch on the device's own where it has one.",
    ),
    "tilted": Diagnosis(
        "warning", "degraded",
        "It hangs {tilt_degrees:.0f} degrees aslant, more than {limit:g}.",
        "Straighten it, or set its mounting angle anew on the device; heights and lines are off.",
    ),
    "storage_nearly_full": Diagnosis(
        "warning", "degraded",
        "Its memory for history is {percent:.0f} % full.",
        "Nothing is lost while pushes come; after an outage less can be fetched. Remove logics that"
        " nobody uses.",
    ),
    "agent_failing": Diagnosis(
        "warning", "degraded",
        "Its push agent {agent} cannot deliver: {error}.",
        "Run the connection's test on the device; check address, secret, certificate and firewall.",
    ),
    "packages_dropped": Diagnosis(
        "warning", "degraded",
        "Its push agent {agent} has given up packages: {dropped} in all.",
        "Let its agent retry for longer. Where the device can be asked, the gap is fetched from it.",
    ),
    # -- what its data is like --------------------------------------------------------------------
    "unmapped": Diagnosis(
        "info", "healthy",
        "It counts with {channels}, of which nobody has said what it means.",
        "Make it a source of a line or zone: `PATCH /v3/lines/{{id}}`. Until then it is stored only.",
    ),
    "overlapped": Diagnosis(
        "warning", "healthy",
        "{bins} of its counts overlap others of another length; they are kept and not added up.",
        "Let one agent push one interval, and import no file about time that was pushed.",
    ),
    "quiet_minutes_missing": Diagnosis(
        "warning", "degraded",
        "It leaves out minutes in which nobody passes, so they look like gaps.",
        "Switch on `include_empty` in its push agent, or set `quiet` of the sensor to `zero`.",
    ),
    "counter_regression": Diagnosis(
        "warning", "degraded",
        "One of its totals fell without a reset, so what was counted in between is not known.",
        "Find out what set it back; a reset that the device tells of is understood.",
    ),
    "clock_skew": Diagnosis(
        "warning", "degraded",
        "It dated counts in the future; they are set aside.",
        f"Set its clock right by a time server (NTP). {_REPLAY}",
    ),
    "late": Diagnosis(
        "warning", "degraded",
        "It sent counts that are older than is accepted; they are set aside.",
        "Import them as a file, or raise `late_window` of the location and replay them.",
    ),
    "template_unknown": Diagnosis(
        "warning", "degraded",
        "One of its logics is of a kind that is not known here; it is stored and not counted.",
        "Use one of the maker's templates, or map the logic yourself.",
    ),
    "too_many_series": Diagnosis(
        "warning", "degraded",
        "It has more counters than a sensor may have; the further ones are not counted.",
        "Remove logics that nobody uses.",
    ),
    "not_counted": Diagnosis(
        "warning", "degraded",
        "Some of what it pushed was kept and not counted.",
        _REPLAY,
    ),
    "minutes_missing": Diagnosis(
        "info", "healthy",
        "{minutes} of its minutes are missing and are being fetched ({reason}).",
        "Nothing; it is tried again by itself. `GET /v3/data/count` says which rows are not whole.",
    ),
    "minutes_lost": Diagnosis(
        "info", "healthy",
        "{minutes} of its minutes are missing for good ({reason}).",
        "Import them as a file where there is one; else the gap stays, and rows say why.",
    ),
    "pushes_kept": Diagnosis(
        "warning", "healthy",
        "{pushes} of its pushes wait for a replay ({codes}).",
        _REPLAY,
    ),
    # -- devices that nobody registered -----------------------------------------------------------
    "device_waiting": Diagnosis(
        "warning", "healthy",
        "The device {serial} pushes, and nobody has said which sensor it is.",
        "Register it: `countline sensors register ID --location LOCATION --serial {serial}`. What it"
        " pushed so far is kept within limits and counted then.",
    ),
    # -- the installation -------------------------------------------------------------------------
    "sensors_offline": Diagnosis(
        "error", "degraded",
        "{sensors} sensors are silent.",
        "`countline doctor` names them.",
    ),
    "sensors_degraded": Diagnosis(
        "warning", "degraded",
        "{sensors} sensors need a look.",
        "`countline doctor` names them and says what to do.",
    ),
    "disk_nearly_full": Diagnosis(
        "error", "degraded",
        "The disk of the store is {percent:.0f} % full; {free_mb} MB are left.",
        f"{_FULL} A full disk refuses pushes, and sensors keep theirs only for so long.",
    ),
    "follower_behind": Diagnosis(
        "warning", "degraded",
        "{reader} is {events} events and {lag_s:.0f} s behind.",
        "It catches up by itself after a burst. If it does not, look at the server's log.",
    ),
    "reader_failing": Diagnosis(
        "warning", "degraded",
        "{reader} does not get its events: {error}.",
        "It is tried again by itself; look at what it talks to.",
    ),
    "webhook_failing": Diagnosis(
        "warning", "degraded",
        "A webhook does not take its messages: {error}.",
        "Look at the receiver. Messages wait in order, and are told when it answers again.",
    ),
    "webhook_disabled": Diagnosis(
        "error", "degraded",
        "A webhook was switched off: {error}.",
        "Mend the receiver, then switch the webhook on again: it goes on where it was.",
    ),
    "broker_failing": Diagnosis(
        "warning", "degraded",
        "An MQTT broker is not reached, or refuses us: {error}.",
        "Look at the broker, and at its address, user, password and certificate in the settings. It is"
        " tried again by itself; what was to be told waits, and is told then.",
    ),
    "broker_push_refused": Diagnosis(
        "warning", "degraded",
        "A push by way of an MQTT broker was refused: {error}.",
        "Look at its secret: that in `mqtt_in.secret`, or the level of its topic that begins with `pt_`."
        " What was refused is not kept.",
    ),
    "part_failing": Diagnosis(
        "error", "degraded",
        "A part of the server cannot do its work: {error}.",
        "It is tried again by itself; the server's log has the reason.",
    ),
})  # fmt: skip

_PARTS = "_failing"  # codes of parts of the house end so


def diagnosis_of(code: str) -> Diagnosis:
    """What a code means; notes and parts that have no row of their own share one."""
    if code in DIAGNOSES:
        return DIAGNOSES[code]
    return DIAGNOSES["part_failing" if code.endswith(_PARTS) else "not_counted"]


def sentence_of(finding: Finding) -> str:
    """What is wrong, in words."""
    return finding.note or diagnosis_of(finding.code).sentence.format_map(_Said(finding.said))


def remedy_of(finding: Finding) -> str:
    """What to do about it, in words."""
    named = {"sensor_id": finding.sensor_id, **finding.said}
    return diagnosis_of(finding.code).remedy.format_map(_Said(named))


def rank_of(finding: Finding) -> int:
    """0 for the gravest."""
    return SEVERITIES.index(diagnosis_of(finding.code).severity)


class _Said(dict[str, Any]):
    """What fills a sentence; what nobody said is told as such, never a crash of who looks."""

    def __missing__(self, name: str) -> "_NotSaid":
        return _NotSaid(f"({name.replace('_', ' ')} not known)")


class _NotSaid(str):
    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return str(self)
