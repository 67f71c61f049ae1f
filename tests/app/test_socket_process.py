"""A WebSocket of `countline serve`, as a process with a certificate: killed, started again, stopped."""

import asyncio
from pathlib import Path

from tests.app.process import Process, run, started
from tests.app.socket_ear import SocketEar
from tests.app.test_device_trust import certificate
from tests.app.test_socket_ends import trusting
from tests.held_time import until

HEAD = "location,sensor,start,end,in,out,passby\n"
HOUR = "LOC_NYC_05,SNSR_001,2023-10-01T{:02}:00,2023-10-01T{:02}:00,{},0,0\n"
CONFIG = '[tls]\ncert = "server.pem"\nkey = "server.pem"\n[log]\nformat = "json"\n'


class House:
    """A folder that is served, and somebody who counts in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ""
        self.hours = 0
        certificate(folder, "server")
        (folder / "countline.toml").write_text(CONFIG)

    def ear(self, server: Process, last_id: str = "") -> SocketEar:
        url = str(server.logged("server.started")["url"])
        self.key = self.key or self._made_key()
        resume = f"?last_event_id={last_id}" if last_id else ""
        address = url.replace("https://", "wss://") + "/v3/ws" + resume
        return SocketEar(address, {"x-api-key": self.key}, tls=trusting())

    def count(self) -> None:
        """One hour more, with as many people as its number says."""
        self.hours += 1
        row = HOUR.format(self.hours, self.hours + 1, self.hours)
        (self.folder / "hours.csv").write_text(HEAD + row)
        words = ("import", "hours.csv", "--format", "tidy_csv", "--tz", "UTC")
        imported = run(self.folder, *words)
        assert imported.returncode == 0, imported.stderr

    def _made_key(self) -> str:
        return run(self.folder, "keys", "create", "--name", "one").stdout.splitlines()[-1]


def ins_of(ear: SocketEar) -> list[int]:
    rows = [row for told in ear.heard for row in told["data"]["rows"]]
    return [row["values"]["forward"] for row in rows if "forward" in row["values"]]


def test_a_server_that_was_killed_goes_on_where_it_was_left(tmp_path: Path) -> None:
    house = House(tmp_path)

    async def main() -> None:
        with started(tmp_path, "serve", "--port", "0") as server:
            async with house.ear(server) as ear:
                house.count()
                await until(lambda: ins_of(ear) == [1])
                server.running.kill()
                await until(lambda: ear.ended)
                assert ear.code == 1006
        house.count()
        with started(tmp_path, "serve", "--port", "0") as server:
            async with house.ear(server, ear.last_id) as again:
                house.count()
                await until(lambda: ins_of(again) == [2, 3])
                await asyncio.to_thread(server.stop)
                await until(lambda: again.ended)
                assert (again.code, again.reason) == (1001, "the server stops")

    asyncio.run(main())
