-- What several processes need to share the work, and what is known of sending, of mail that came
-- back, and of what is wrong.

-- One row a running process. It is alive while `beat` changes: watchers measure that by their own
-- clocks, so that differing clocks never make the living seem dead.
CREATE TABLE instances (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    started_at TEXT NOT NULL,
    beat INTEGER NOT NULL,
    beat_at TEXT NOT NULL
) STRICT;

-- Who reads the mailbox; nobody else's batches are taken.
ALTER TABLE mailboxes ADD COLUMN holder INTEGER;
-- What its holder last saw, so that each instance can show it.
ALTER TABLE mailboxes ADD COLUMN last_success TEXT;

-- Whose lease it is.
ALTER TABLE messages ADD COLUMN owner INTEGER;
ALTER TABLE outbox ADD COLUMN owner INTEGER;
-- Rises with each claim: who settles a mail names the claim that it settles.
ALTER TABLE outbox ADD COLUMN claim INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN sending_since TEXT;
-- When a report came that it was not delivered, and the status in it (RFC 3463).
ALTER TABLE outbox ADD COLUMN bounced_at TEXT;
ALTER TABLE outbox ADD COLUMN bounce_status TEXT NOT NULL DEFAULT '';

-- No mail reaches it: nothing more is sent there until a person releases it.
ALTER TABLE incident_addresses ADD COLUMN undeliverable_since TEXT;
CREATE INDEX incident_addresses_undeliverable ON incident_addresses (address)
    WHERE undeliverable_since IS NOT NULL;

-- The words that it answers, digits included: the same ones from the same address are most likely
-- the same declaration.
ALTER TABLE outbox ADD COLUMN words_hash TEXT NOT NULL DEFAULT '';

-- The size that the server told: another one for the same place is another message.
ALTER TABLE deliveries ADD COLUMN told_size INTEGER;

-- Written into each copy that `vigie backup` makes; dated once the copy is served.
CREATE TABLE restores (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    backup_at TEXT NOT NULL,
    restored_at TEXT,
    -- When the folder of what was moved had been read again.
    done_read_at TEXT
) STRICT;

-- The circuit of the limits: while one row is open, no automatic mail leaves.
CREATE TABLE circuit (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    reason TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT
) STRICT;
CREATE UNIQUE INDEX circuit_open ON circuit (reason) WHERE closed_at IS NULL;

-- What is wrong, told once however many instances see it.
CREATE TABLE alarms (
    subject TEXT NOT NULL PRIMARY KEY,
    cause TEXT NOT NULL,
    since TEXT NOT NULL,
    -- How often somebody was called in vain or not, and until when nobody else calls.
    tries INTEGER NOT NULL DEFAULT 0,
    leased_until TEXT,
    told_at TEXT,
    cleared_at TEXT
) STRICT;

-- What the limits count is answered by the index alone: a row of the outbox holds the whole mail, and
-- its state behind it.
DROP INDEX outbox_created;
DROP INDEX outbox_address;
DROP INDEX outbox_domain;
DROP INDEX outbox_body;
CREATE INDEX outbox_created ON outbox (created_at, state);
CREATE INDEX outbox_address ON outbox (address, created_at, state, answered_at, template);
CREATE INDEX outbox_domain ON outbox (domain, created_at, state);
CREATE INDEX outbox_body ON outbox (body_hash, created_at, state);
