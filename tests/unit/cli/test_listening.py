"""`countline emulate --listen`: devices at the addresses that it says."""

from tests.unit.cli.command_line import CommandLine


def test_devices_say_where_they_listen(countline: CommandLine) -> None:
    said = countline.json(
        "emulate", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--sensors", "3",
        "--personality", "5.0", "--personality", "5.9", "--exit-after", "0",
    )  # fmt: skip
    sensors = said["sensors"]
    assert [s["firmware"] for s in sensors] == ["5.0.3", "5.9.2", "5.0.3"]
    assert len({s["https"] for s in sensors} | {s["http"] for s in sensors}) == 6
    assert all(s["https"].startswith("https://127.0.0.1:") for s in sensors)
    assert not (countline.folder / "data").exists()


def test_what_cannot_be_listened_to_is_said(countline: CommandLine) -> None:
    for words, about in (
        (("--listen", "nowhere"), "listen"),
        (("--listen", "127.0.0.1:0", "--http", "127.0.0.1:x"), "http"),
        (("--listen", "127.0.0.1:0", "--personality", "4.3"), "4.3"),
        (("--listen", "127.0.0.1:0", "--fault", "gremlins"), "gremlins"),
        (("--listen", "192.0.2.1:9443"), "--listen"),
    ):
        assert about in countline.run("emulate", *words, code=2).err
