"""Webhooks: addresses that are told of events by HTTP, signed by Standard Webhooks."""

from countline.outlets.webhooks.settings import WebhookSettings
from countline.outlets.webhooks.supervisor import Supervisor

__all__ = ["Supervisor", "WebhookSettings"]
