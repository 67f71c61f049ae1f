"""Webhooks: addresses that are told of events by HTTP, signed by Standard Webhooks."""

from countline.outlets.webhooks.sender import Webhook, run_webhook
from countline.outlets.webhooks.settings import WebhookSettings

__all__ = ["Webhook", "WebhookSettings", "run_webhook"]
