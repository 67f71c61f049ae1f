"""How an agent is doing: what it sent, what it lost, what it was answered; as a device tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from countline.emulator.v5.delivering import Outcome, address_of

if TYPE_CHECKING:
    from countline.emulator.v5.device import Device

SIZES = (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10))
PORTS = {"HTTP": 80, "FTP": 21, "SFTP": 22, "MQTT": 1883, "TCP": 0, "UDP": 0}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One push and its answer. `at_ms` is by the device's clock."""

    at_ms: int
    outcome: Outcome
    body_bytes: int
    connection: Mapping[str, Any]


@dataclass(slots=True)
class Transmissions:
    """An agent's tallies. `sent` and `received` begin anew at each boot and reconfiguration."""

    packages_sent: int = 0
    packages_dropped: int = 0
    last_package: int = 0
    last_index: int = -1
    last_acknowledged: bool = False
    successes: int = 0
    failures: int = 0
    last_success: Attempt | None = None
    last_failure: Attempt | None = None
    sent: int = 0
    received: int = 0
    sent_total: int = 0
    received_total: int = 0
    kept_ms: int | None = field(default=None)

    def count(self, attempt: Attempt, package: int, index: int) -> None:
        """One push was answered, or was not."""
        outcome = attempt.outcome
        self.last_package, self.last_index = package, index
        self.last_acknowledged = outcome.acknowledged
        if outcome.acknowledged:
            self.successes += 1
            self.packages_sent += 1
            self.last_success = attempt
        else:
            self.failures += 1
            self.last_failure = attempt
        sent = outcome.sent_bytes or (attempt.body_bytes if outcome.code >= 100 else 0)
        self.sent += sent
        self.sent_total += sent
        self.received += outcome.received_bytes
        self.received_total += outcome.received_bytes
        self.kept_ms = attempt.at_ms

    def begin_anew(self) -> None:
        """After a reboot or a reconfiguration."""
        self.sent = self.received = 0


def status_of(
    device: "Device", id_: int, agent: Mapping[str, Any], tally: Transmissions
) -> dict[str, Any]:
    """The body of one agent's status."""
    transmit = {
        "no_of_successful": tally.successes,
        "no_of_failed": tally.failures,
        "sent": size(tally.sent),
        "sent_bytes": tally.sent,
        "sent_total": size(tally.sent_total),
        "sent_total_bytes": tally.sent_total,
        "received": size(tally.received),
        "received_bytes": tally.received,
        "received_total": size(tally.received_total),
        "received_total_bytes": tally.received_total,
    }
    for name, attempt in (
        ("last_successful", tally.last_success),
        ("last_failed", tally.last_failure),
    ):
        if attempt is not None:
            transmit[name] = _attempt(device, attempt)
    return {
        "id": id_,
        "name": agent["name"],
        "type": agent["type"],
        "package_info": {
            "no_of_sent": tally.packages_sent,
            "no_of_dropped": tally.packages_dropped,
            "last_processed": {
                "package_id": tally.last_package,
                "index": tally.last_index,
                "ack": tally.last_acknowledged,
            },
        },
        "transmit_info": transmit,
    }


def _attempt(device: "Device", attempt: Attempt) -> dict[str, Any]:
    outcome = attempt.outcome
    sent = outcome.sent_bytes or (attempt.body_bytes if outcome.code >= 100 else 0)
    server, port = _server(attempt.connection)
    return {
        "time": device.zoned(attempt.at_ms),
        "protocol": attempt.connection["protocol"],
        "server": server,
        "port": port,
        "duration_ms": outcome.duration_ms,
        "reason": {"code": outcome.code, "info": outcome.info},
        "upload": _transfer(sent, outcome.duration_ms),
        "download": _transfer(outcome.received_bytes, outcome.duration_ms),
    }


def _server(connection: Mapping[str, Any]) -> tuple[str, int]:
    config, protocol = connection["config"], connection["protocol"]
    if protocol == "HTTP":
        try:
            url = address_of(connection)
        except ValueError:
            return str(config["uri"]), PORTS["HTTP"]
        return str(url), url.port or (443 if url.scheme == "https" else 80)
    return str(config.get("uri", "")), int(config.get("port") or PORTS[protocol])


def _transfer(size_b: int, duration_ms: int) -> dict[str, Any]:
    speed = size_b * 1000 // max(1, duration_ms)
    return {
        "size": size(size_b),
        "size_b": size_b,
        "speed": f"{size(speed)}/s",
        "speed_bps": speed,
    }


def size(number: int) -> str:
    """`4.73KB`, `0B`."""
    for unit, factor in SIZES:
        if number >= factor:
            return f"{number / factor:.2f}{unit}"
    return f"{number}B"
