"""The peer: the HTTP receiver of `xovis-sdk` on uvloop, with a sink that only counts.

Run by the Python that has it (`requirements-bench.lock`); it imports nothing of ours.
"""

import sys

import uvloop
from xovis.datapush.http_server import XovisHTTPServer  # type: ignore[import-untyped]


class CountingSink:
    """Counts frames and forgets them."""

    def __init__(self) -> None:
        self.frames = 0

    async def on_frame(self, frame: object) -> None:
        """One push."""
        self.frames += 1

    async def on_events(self, events: object) -> None:
        """Not in counts."""


if __name__ == "__main__":
    server = XovisHTTPServer().attach_sink(CountingSink())
    uvloop.run(server.start(host="127.0.0.1", port=int(sys.argv[1])))
