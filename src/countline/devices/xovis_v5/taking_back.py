"""What we made on a device, written down before it is made, so that all of it can be taken back."""

import json
from base64 import b64decode, b64encode
from typing import Any, Literal

from countline.devices.xovis_v5.client import SensorClient
from countline.devices.xovis_v5.context import Context
from countline.devices.xovis_v5.putting_back import put_back
from countline.errors import DeviceError
from countline.vault import Secret, Vault

Kind = Literal["connection", "agent", "logic", "configuration"]


def made_entry(kind: Kind, id: int, *, sealed_before: bytes = b"", again: bool) -> dict[str, Any]:
    """One row of `Adoption.made`. `sealed_before`: what was there before, for one that we changed.

    It is of an adoption that runs, until that is settled; `again`: then it goes, since the row of
    an earlier adoption says already how the device was found.
    """
    entry: dict[str, Any] = {"kind": kind, "id": id, "run": True}
    if again:
        entry["again"] = True
    if sealed_before:
        entry["before"] = b64encode(sealed_before).decode()
    return entry


def seal_before(vault: Vault, whole: dict[str, Any], *, about: str) -> bytes:
    """A resource as it was found, sealed: it may hold somebody else's password."""
    return vault.seal(Secret(json.dumps(whole)), about=about)


async def take_back(
    client: SensorClient, context: Context, entry: dict[str, Any], vault: Vault, *, about: str
) -> None:
    """Remove one thing that we made, or put back what was there; one that is gone is well."""
    at, id = client.at(context), int(entry["id"])
    if before := entry.get("before"):
        whole = json.loads(vault.open(b64decode(before), about=about).reveal())
        if entry["kind"] == "configuration":
            await put_back(client, at, whole)
            return
        write = at.push.write_agent if entry["kind"] == "agent" else at.push.write_connection
        try:
            await write(id, whole)
        except DeviceError as error:
            if error.error_code != "device_element_missing":
                raise
    elif entry["kind"] == "agent":
        await at.push.delete_agent(id)
    elif entry["kind"] == "connection":
        await at.push.delete_connection(id)
    else:
        await at.analysis.delete_logic(id)
