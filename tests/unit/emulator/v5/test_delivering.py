"""HTTP delivery: what goes out by each way of logging in, and what each failure is called."""

import asyncio
import base64
from typing import Any

import httpx2
import pytest

from countline.emulator.v5.delivering import Outcome, address_of, deliver

BODY = b'{"logics_data":{}}'


class Gateway:
    """Answers by script and remembers what came."""

    def __init__(self, *answers: int | Exception, challenge: bool = False) -> None:
        self.answers, self.challenge = list(answers), challenge
        self.came: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        request.read() if isinstance(request.stream, httpx2.SyncByteStream) else None
        self.came.append(request)
        if self.challenge and "Digest" not in request.headers.get("authorization", ""):
            head = {"www-authenticate": 'Digest realm="r", nonce="n", qop="auth"'}
            return httpx2.Response(401, headers=head)
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer)


def pushed(gateway: Gateway, protocol: str = "HTTP", **config: Any) -> Outcome:
    connection = {
        "name": "c",
        "protocol": protocol,
        "config": {"uri": "http://gateway.example/push", **config},
    }
    transport = httpx2.MockTransport(gateway)
    return asyncio.run(deliver(connection, BODY, transport=transport))


def test_a_body_is_posted_as_json_and_2xx_is_success() -> None:
    gateway = Gateway(200)
    outcome = pushed(gateway, port=8080)
    (request,) = gateway.came
    assert (request.method, str(request.url)) == ("POST", "http://gateway.example:8080/push")
    assert request.headers["content-type"] == "application/json"
    assert outcome.acknowledged
    assert outcome.sent_bytes > len(BODY)


@pytest.mark.parametrize("status", [301, 302, 400, 401, 404, 500, 503])
def test_anything_but_2xx_is_failure_and_nothing_is_followed(status: int) -> None:
    gateway = Gateway(status)
    outcome = pushed(gateway)
    assert (outcome.code, outcome.acknowledged, len(gateway.came)) == (status, False, 1)


def test_basic_bearer_and_custom_headers() -> None:
    gateway = Gateway()
    pushed(gateway, auth_method="BASIC", user="u", password="p")
    pushed(gateway, auth_method="BEARER_TOKEN", auth_data="secret")
    pushed(gateway, custom_header_fields=[{"name": "X-Push-Key", "value": "k"}], user="u")
    basic, bearer, custom = (request.headers for request in gateway.came)
    assert basic["authorization"] == "Basic " + base64.b64encode(b"u:p").decode()
    assert bearer["authorization"] == "Bearer secret"
    assert custom["x-push-key"] == "k"
    assert "authorization" not in custom


@pytest.mark.parametrize("chunked", [False, True])
def test_digest_answers_the_challenge_with_the_same_body(chunked: bool) -> None:
    gateway = Gateway(challenge=True)
    outcome = pushed(
        gateway, auth_method="DIGEST", user="u", password="p", chunked_transfer_enabled=chunked
    )
    assert outcome.code == 204
    assert len(gateway.came) == 2
    assert 'username="u"' in gateway.came[1].headers["authorization"]


def test_chunked_bodies_have_no_length() -> None:
    gateway = Gateway()
    pushed(gateway, chunked_transfer_enabled=True)
    (request,) = gateway.came
    assert request.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in request.headers


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (httpx2.ConnectError("All connection attempts failed"), 7),
        (httpx2.ConnectError("[Errno -2] Name or service not known"), 6),
        (httpx2.ConnectError("[SSL: WRONG_VERSION_NUMBER]"), 35),
        (httpx2.ReadTimeout("slow"), 28),
        (httpx2.RemoteProtocolError("gone"), 52),
    ],
)
def test_what_has_no_answer_has_a_number(error: Exception, code: int) -> None:
    outcome = pushed(Gateway(error))
    assert (outcome.code, outcome.acknowledged) == (code, False)


@pytest.mark.parametrize("protocol", ["FTP", "SFTP", "MQTT", "TCP", "UDP"])
def test_other_protocols_are_not_delivered_and_say_so(protocol: str) -> None:
    gateway = Gateway()
    outcome = pushed(gateway, protocol)
    assert (outcome.code, gateway.came) == (1, [])
    assert protocol in outcome.info


@pytest.mark.parametrize(
    ("config", "address"),
    [
        ({"uri": "http://h/a"}, "http://h/a"),
        ({"uri": "h/a"}, "http://h/a"),
        ({"uri": "http://h/a", "port": 81}, "http://h:81/a"),
        ({"uri": "http://h/a", "ssl_enable": True}, "https://h/a"),
        ({"uri": "https://[::1]/a", "port": 444}, "https://[::1]:444/a"),
    ],
)
def test_uri_and_port_make_an_address(config: dict[str, Any], address: str) -> None:
    assert str(address_of({"config": config})) == address


def test_an_address_that_is_none_cannot_be_resolved() -> None:
    assert pushed(Gateway(), uri="ftp://h").code == 6
