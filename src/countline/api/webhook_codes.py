"""The error codes of webhooks: HTTP status, what happened, why, and how to mend it."""

from collections.abc import Mapping

from countline.api.kind import Kind

WEBHOOK_CODES: Mapping[str, Kind] = {
    "webhook_not_found": Kind(
        404, "There is no such webhook", "No webhook has this id.",
        "See `GET /v3/webhooks`. A key of some locations sees those that are told of no others.",
    ),
    "webhook_address_refused": Kind(
        422, "Webhooks may not go to this address",
        "An address of this machine or its network would let callers reach what only the server can"
        " reach. Link-local addresses and those of cloud metadata are never told, whatever is set.",
        "Give an address that everybody can reach, or set `webhooks.allow_private` in the settings of"
        " the server.",
    ),
    "webhook_in_settings": Kind(
        409, "The webhook stands in the server's settings",
        "What the settings say of a webhook cannot be changed by the API.",
        "Change the settings and restart the server. Pausing, switching on, testing and replaying work"
        " here, too.",
    ),
    "too_many_webhooks": Kind(
        409, "There are enough webhooks",
        "An installation has at most 200 webhooks.",
        "Remove one that nobody needs.",
    ),
    "events_forgotten": Kind(
        422, "The log does not hold these events",
        "Events are kept for a time (`event_keep_days`), and those asked for are older, or have never"
        " been.",
        "Ask for the numbers themselves: `GET /v3/data/count`. `detail` says what the log holds.",
    ),
}  # fmt: skip
