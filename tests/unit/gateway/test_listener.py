"""Pushes on real sockets: whatever form they come in, they meet one gate and get one answer."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from countline.drivers.xovis_v5 import DRIVER
from countline.errors import StoreError
from countline.gateway import listener as listening
from countline.gateway.gate import PushLimits
from tests.engine_house import package, passing
from tests.push_site import BODY, LONG, SHORT, START_S, Site, body_of, told


# -- the form of a request ------------------------------------------------------------------------
def test_pushes_on_one_connection_are_on_disk_when_they_are_answered() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        for minute in range(3):
            answer = await line.ask(site.push(body_of(minute)))
            assert (answer.status, answer.body) == (204, b"")
            assert b"date" in answer.headers
            assert await site.counted() == 4 * (minute + 1)
        assert site.gate.ways == [SHORT] * 3

    told(story)


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_push_in_small_pieces(size: int) -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        for minute in range(2):
            whole = site.push(body_of(minute))
            pieces = [whole[i : i + size] for i in range(0, len(whole), size)]
            assert (await line.ask(*pieces)).status == 204
        assert site.gate.ways == [SHORT, SHORT]
        assert await site.counted() == 8

    told(story)


def test_pipelined_pushes_are_answered_in_order() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        await line.send(b"".join(site.push(body_of(minute)) for minute in range(6)))
        assert [(await line.answer()).status for _ in range(6)] == [204] * 6
        assert await site.counted() == 24

    told(story)


def test_questions_and_pushes_mixed_on_one_connection() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        question = b"GET /v3/health HTTP/1.1\r\nHost: here\r\n\r\n"
        posted = b"POST /v3/keys HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}"
        await line.send(
            question + site.push(body_of(0)) + posted + site.push(body_of(1)) + question
        )
        answers = [await line.answer() for _ in range(5)]
        assert [a.status for a in answers] == [200, 204, 200, 204, 200]
        assert answers[2].body == b"/v3/keys"
        for request, status in ((site.push(body_of(2)), 204), (question, 200), (posted, 200)):
            assert (await line.ask(request)).status == status
        assert await site.counted() == 12
        assert site.gate.ways[-1] == SHORT

    told(story)


def test_a_question_behind_a_push_that_is_not_answered_yet_waits() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        question = b"GET /v3/health HTTP/1.1\r\nHost: here\r\n\r\n"
        whole = site.push()
        await line.send(whole[:-5], whole[-5:] + question[:9], question[9:])
        assert [(await line.answer()).status for _ in range(2)] == [204, 200]
        assert site.gate.ways == [SHORT]

    told(story)


UNUSUAL: dict[str, Callable[[Site], list[bytes]]] = {
    "chunked": lambda s: [
        s.head("Transfer-Encoding: chunked"), b"%x\r\n%s\r\n" % (len(BODY), BODY), b"0\r\n\r\n",
    ],
    "a path to be decoded": lambda s: [s.push(path="/push/xovis%5Fv5")],
    "a question mark": lambda s: [s.push(path="/push/xovis_v5?door=1")],
    "HTTP/1.0": lambda s: [s.push().replace(b"HTTP/1.1", b"HTTP/1.0")],
}  # fmt: skip


@pytest.mark.parametrize("form", UNUSUAL)
def test_unusual_forms_go_the_long_way(form: str) -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        assert (await line.ask(*UNUSUAL[form](site))).status == 204
        assert (site.gate.ways, await site.counted()) == ([LONG], 4)

    told(story)


def test_who_expects_100_continue_is_told_to_go_on() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        head = site.head(f"Content-Length: {len(BODY)}", "Expect: 100-continue")
        assert (await line.ask(head)).status == 100
        assert (await line.ask(BODY)).status == 204
        assert (site.gate.ways, await site.counted()) == ([LONG], 4)

    told(story)


def test_who_wants_to_close_is_closed() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        answer = await line.ask(site.push(BODY, "Connection: close"))
        assert (answer.status, answer.headers[b"connection"]) == (204, b"close")
        assert await line.is_closed()
        assert site.gate.ways == [SHORT]

    told(story)


def test_a_connection_on_which_nothing_is_asked_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.push_site.KEEP_ALIVE_S", 0.05)

    async def story(site: Site) -> None:
        line = await site.line()
        for minute in range(4):  # the later ones by a head that is known
            assert (await line.ask(site.push(body_of(minute)))).status == 204
        assert await line.is_closed()
        half = await site.line()
        assert (await half.ask(site.push())).status == 204
        await half.send(site.push()[:-9])
        assert (await half.answer()).status == 408  # it waits for the body, not for a request
        assert await half.is_closed()

    told(story, PushLimits(read_s_max=0.3))


def test_gzip_comes_the_short_way_too() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        packed = gzip.compress(BODY)
        assert (await line.ask(site.push(packed, "Content-Encoding: gzip"))).status == 204
        refused = await line.ask(site.push(b"no gzip", "Content-Encoding: gzip"))
        assert (refused.status, refused.code) == (400, "push_unreadable")
        assert (site.gate.ways, await site.counted()) == ([SHORT, SHORT], 4)

    told(story)


def test_secrets_by_path_and_by_basic_come_the_short_way() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        for path in (f"/{site.secret}/push/xovis_v5", f"/{site.secret}", "/lost/its/path"):
            assert (await line.ask(site.push(path=path))).status == 204
        assert site.gate.ways == [SHORT] * 3

    told(story)


# -- a head that was seen before ------------------------------------------------------------------
def test_a_known_head_is_held_against_the_catalogue_each_time() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        for minute in range(2):
            assert (await line.ask(site.push(body_of(minute)))).status == 204
        await site.house.engine.access.create_push_secret(sensor_id="S1")  # withdraws the other
        refused = await line.ask(site.push(body_of(2)))
        assert (refused.status, refused.code) == (401, "push_secret_wrong")
        assert await site.counted() == 8

    told(story)


def test_heads_that_are_remembered_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HEADS_MAX", 2)

    async def story(site: Site) -> None:
        line = await site.line()
        for n in range(20):
            for _ in range(2):
                assert (await line.ask(site.push(BODY, f"X-Number: {n}"))).status == 204

    told(story)


def test_a_known_head_with_another_length_of_body() -> None:
    """The head of one push followed by less, or by more, than its body."""

    async def story(site: Site) -> None:
        line = await site.line()
        whole = site.push()
        assert (await line.ask(whole)).status == 204
        assert (await line.ask(whole[:-20], whole[-20:])).status == 204
        await line.send(whole + whole[:30], whole[30:] + whole)
        assert [(await line.answer()).status for _ in range(3)] == [204] * 3
        assert (await line.ask(b"\r\n" + whole)).status == 204  # an empty line before is allowed
        assert (await line.ask(whole)).status == 204

    told(story)


# -- refusals -------------------------------------------------------------------------------------
def test_refusals_leave_the_connection_usable() -> None:
    limits = PushLimits(body_bytes_max=5_000)

    async def story(site: Site) -> None:
        line = await site.line()
        length = f"Content-Length: {len(BODY)}"
        wrong = await line.ask(site.head(length, secret="pt_wrong") + BODY)
        assert (wrong.status, wrong.code) == (401, "push_secret_wrong")
        assert wrong.headers[b"www-authenticate"].startswith(b"Basic")
        large = await line.ask(site.push(b" " * 5_001))
        assert (large.status, large.code) == (413, "push_too_large")
        unpacked = await line.ask(site.push(gzip.compress(b" " * 6_000), "Content-Encoding: gzip"))
        assert (unpacked.status, unpacked.code) == (413, "push_too_large")
        assert (await line.ask(site.push())).status == 204
        assert site.gate.ways == [SHORT, SHORT]  # what did not fit never came in

    told(story, limits)


def test_a_refusal_comes_before_the_body() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        answer = await line.ask(site.head("Content-Length: 20000000"))
        assert answer.status == 413

    told(story)


def test_bytes_in_flight_are_counted_from_the_head_on() -> None:
    limits = PushLimits(body_bytes_max=10_000, in_flight_bytes_max=10_000)

    async def story(site: Site) -> None:
        slow, other = await site.line(), await site.line()
        body = BODY + b" " * (9_500 - len(BODY))
        await slow.send(site.push(body)[:-1])
        await site.settled(len(body))
        refused = await other.ask(site.push(b" " * 600))
        assert (refused.status, refused.headers[b"retry-after"]) == (503, b"5")
        assert (await slow.ask(body[-1:])).status == 204
        await site.settled()
        assert (await other.ask(site.push())).status == 204

    told(story, limits)


def test_a_body_that_does_not_come_is_answered_408() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        whole = site.push()
        late = await line.ask(whole[:-9])
        assert (late.status, late.code) == (408, "push_too_slow")
        await site.settled()
        await line.send(whole[-9:])  # too late: it belongs to nothing
        assert (await line.ask(site.push(body_of(1)))).status == 204
        assert await site.counted() == 4

    told(story, PushLimits(read_s_max=0.05))


def test_a_sender_that_hangs_up_gives_up_its_room() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        whole = site.push()
        await line.send(whole[:-9])
        await site.settled(len(BODY))
        line.writer.close()
        await site.settled()
        assert await site.counted() == 0

    told(story)


def test_a_sender_that_hangs_up_before_its_answer_is_counted() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        line.writer.write(site.push())
        line.writer.close()
        await site.took()
        await site.settled()
        assert await site.counted() == 4

    told(story)


def test_what_is_no_http_ends_the_connection() -> None:
    async def story(site: Site) -> None:
        for noise in (b"\x16\x03\x01\x02", b"POST /push/xovis_v5 HTTP/9.9\r\n\r\n"):
            line = await site.line()
            assert (await line.ask(noise)).status == 400
            assert await line.is_closed()
        line = await site.line()
        await line.send(site.push() + b"\x00noise")
        assert await site.line() is not None
        await site.took()
        await site.settled()
        assert await site.counted() == 4  # what came whole before it counts

    told(story)


# -- what the engine says -------------------------------------------------------------------------
def test_a_disk_that_refuses_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        assert (await line.ask(site.push(body_of(0)))).status == 204

        async def refuse(group: Any) -> Any:
            raise StoreError("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr(site.house.engine.store, "apply", refuse)
            refused = await line.ask(site.push(body_of(1)))
        assert (refused.status, refused.code) == (503, "store_error")
        assert refused.headers[b"retry-after"] == b"5"
        assert (await line.ask(site.push(body_of(1)))).status == 204
        assert site.gate.ways == [SHORT] * 3

    told(story)


def test_a_full_queue_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        with monkeypatch.context() as patch:
            patch.setattr("countline.engine.grouping.INTAKE_QUEUE_MAX", 0)
            refused = await line.ask(site.push())
        assert (refused.status, refused.code) == (503, "not_ready")
        assert (await line.ask(site.push())).status == 204

    told(story)


def test_a_fault_of_our_own_is_500(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(site: Site) -> None:
        line = await site.line()

        async def fail(*given: Any, **more: Any) -> Any:
            raise RuntimeError("a fault")

        with monkeypatch.context() as patch:
            patch.setattr(site.house.engine.intake, "_accept", fail)
            refused = await line.ask(site.push())
        assert (refused.status, refused.code) == (500, "error")
        assert (await line.ask(site.push())).status == 204

    told(story)


def test_a_push_that_must_wait_for_something_is_answered_when_it_is_done() -> None:
    """The first package of a sensor is learnt, and one of a stranger waits to be registered."""

    async def story(site: Site) -> None:
        line = await site.line()
        made = await site.house.engine.access.create_push_secret(driver="xovis_v5")
        stranger = DRIVER.encode([package(passing(START_S, 1), sequence=1, serial="00:6e:02:0a")])
        head = site.head(f"Content-Length: {len(stranger)}", secret=made)
        assert (await line.ask(head + stranger)).status == 204
        (kept,) = await site.house.kept()
        assert kept.state == "waiting"

    told(story)


def test_an_array_of_packages_is_one_push() -> None:
    async def story(site: Site) -> None:
        line = await site.line()
        both = [package(passing(START_S + 60 * n, 3), sequence=n, serial=None) for n in (1, 2)]
        assert (await line.ask(site.push(DRIVER.encode(both)))).status == 204
        assert await site.counted() == 6
        broken = await line.ask(site.push(b"{"))
        assert broken.status == 204  # kept, with its reason
        assert [one.state for one in await site.house.kept()] == ["failed"]

    told(story)
