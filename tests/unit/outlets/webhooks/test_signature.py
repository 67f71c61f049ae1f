"""Signatures that the scheme's own verifier accepts, and secrets that are what they should be."""

import base64

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from countline import clock
from countline.outlets.webhooks.signature import read_secret, sign

ONE = "whsec_" + base64.b64encode(bytes(range(32))).decode()
TWO = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
BODY = '{"name": "Zürich"}'.encode()


@pytest.mark.parametrize("secret", [ONE, TWO])
def test_each_of_two_secrets_verifies(secret: str) -> None:
    headers = sign([ONE, TWO], message_id="msg_1", at_s=clock.now_s(), body=BODY)
    assert Webhook(secret).verify(BODY, headers) == {"name": "Zürich"}


def test_another_body_or_id_or_time_does_not_verify() -> None:
    headers = sign([ONE], message_id="msg_1", at_s=clock.now_s(), body=BODY)
    for name, other in (
        ("webhook-id", "msg_2"),
        ("webhook-timestamp", str(clock.now_s() - 1)),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(ONE).verify(BODY, {**headers, name: other})
    with pytest.raises(WebhookVerificationError):
        Webhook(ONE).verify(BODY + b" ", headers)


def test_the_signed_content_is_id_time_and_body() -> None:
    # The example of the scheme's own specification.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = sign(
        [secret],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at_s=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64!", "whsec_c2hvcnQ="],
)
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match="24 to 64 random bytes"):
        read_secret(secret)


def test_a_secret_may_leave_its_padding_out() -> None:
    assert read_secret(ONE) == read_secret(ONE.rstrip("=")) == bytes(range(32))
