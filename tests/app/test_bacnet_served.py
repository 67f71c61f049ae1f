"""`countline serve` with a BACnet device: it answers beside HTTP, and its port is one error."""

import asyncio
from pathlib import Path

from bacpypes3.pdu import Address

from tests.app.bacnet_site import DEVICE, Client, free_port
from tests.app.process import run, started

SETTINGS = """\
port = 0
[bacnet]
enabled = true
address = "127.0.0.1/8:{port}"
device_instance = {instance}
device_name = "People of the house"
"""


def configure(folder: Path, port: int) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "countline.toml").write_text(SETTINGS.format(port=port, instance=DEVICE))


def asked(port: int) -> str:
    """The name of the device, asked over UDP."""

    async def ask() -> str:
        client = Client(free_port(), port)
        try:
            (found,) = await client.who_is(
                DEVICE, DEVICE, address=Address(f"127.0.0.1:{port}"), timeout=30
            )
            return str(await client.get(str(found.iAmDeviceIdentifier), "object-name"))
        finally:
            client.close()
            await asyncio.sleep(0)

    return asyncio.run(ask())


def test_a_server_is_a_device_too_and_stops_with_it(tmp_path: Path) -> None:
    port = free_port()
    configure(tmp_path, port)
    with started(tmp_path, "serve") as server:
        server.logged("bacnet.started")
        assert asked(port) == "People of the house"
        assert server.stop() == 0
    with started(tmp_path, "serve") as again:
        again.logged("bacnet.started")
        assert again.stop() == 0


def test_a_bacnet_port_in_use_ends_the_server_before_it_began(tmp_path: Path) -> None:
    port = free_port()
    for folder in ("one", "two"):
        configure(tmp_path / folder, port)
    with started(tmp_path / "one", "serve") as server:
        server.logged("bacnet.started")
        second = run(tmp_path / "two", "serve")
        assert second.returncode == 4
        assert f"Cannot listen for BACnet on 127.0.0.1:{port} (UDP)" in second.stderr
        assert "server.started" not in second.stderr
        assert server.stop() == 0
