-- Addresses that are told of events, how far each is, and what came of the attempts.
CREATE TABLE webhook (
  webhook_id TEXT PRIMARY KEY, url TEXT NOT NULL, name TEXT NOT NULL, kinds TEXT NOT NULL,
  locations TEXT NOT NULL, zones TEXT NOT NULL, sensors TEXT NOT NULL, threshold INTEGER,
  rate_s INTEGER NOT NULL, batch_items INTEGER NOT NULL, batch_wait_s INTEGER NOT NULL,
  devices INTEGER NOT NULL, secret BLOB NOT NULL, old_secret BLOB NOT NULL,
  old_until_s INTEGER NOT NULL, created_s INTEGER NOT NULL, changed_s INTEGER NOT NULL
) STRICT;
CREATE TABLE webhook_progress (
  reader TEXT PRIMARY KEY, epoch INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
  state_s INTEGER, mark TEXT NOT NULL, sequence INTEGER NOT NULL, filters TEXT NOT NULL,
  message_id TEXT NOT NULL, message_type TEXT NOT NULL, message_body BLOB NOT NULL,
  attempts INTEGER NOT NULL, first_attempt_s INTEGER NOT NULL, next_try_s INTEGER NOT NULL,
  error TEXT NOT NULL, given_up INTEGER NOT NULL, taken_s INTEGER
) STRICT;
CREATE TABLE webhook_delivery (
  webhook_id TEXT NOT NULL, slot INTEGER NOT NULL, number INTEGER NOT NULL, at_s INTEGER NOT NULL,
  message_id TEXT NOT NULL, type TEXT NOT NULL, attempt INTEGER NOT NULL, taken INTEGER NOT NULL,
  sequence INTEGER, status INTEGER, detail TEXT NOT NULL, duration_ms INTEGER NOT NULL,
  headers TEXT NOT NULL, body_bytes INTEGER NOT NULL, body_start TEXT NOT NULL,
  answer_start TEXT NOT NULL, PRIMARY KEY (webhook_id, slot)
) STRICT;
CREATE TABLE webhook_letter (
  letter_id INTEGER PRIMARY KEY, webhook_id TEXT NOT NULL, message_id TEXT NOT NULL,
  type TEXT NOT NULL, detail TEXT NOT NULL, attempts INTEGER NOT NULL,
  first_attempt_s INTEGER NOT NULL, given_up_s INTEGER NOT NULL, body BLOB NOT NULL,
  again INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_letter_webhook ON webhook_letter (webhook_id);
