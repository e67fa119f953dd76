-- Rules for both databases: every integer is 64-bit, times come from our clock (UTC, to the
-- microsecond), text never holds U+0000, JSON is opaque: what is filtered has its own column.
-- A migration that has landed is never edited.

-- What the installation keeps about itself: its key, the last write of the health check.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE mailboxes (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    -- Messages older than this are not answered, unless the configuration names another date.
    first_start TEXT NOT NULL,
    -- The cursor: every UID below uidnext of this UIDVALIDITY is stored. NULL before the first one.
    uidvalidity INTEGER,
    uidnext INTEGER
) STRICT;

-- References rise within the year and are never used again, whatever becomes of the incident.
CREATE TABLE reference_counters (
    prefix TEXT NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (prefix, year)
) STRICT;

CREATE TABLE incidents (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    -- Counts changes: an act names the version that it saw, so that two never overwrite each other.
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    received_at TEXT NOT NULL,
    address TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- Copies of two fields, so that the list needs no other table.
    entity TEXT NOT NULL,
    summary TEXT NOT NULL,
    to_ask TEXT NOT NULL,
    concerns TEXT NOT NULL,
    major_suspected INTEGER NOT NULL,
    -- A value may be wrong or a concern is open: it stays to be reviewed after the request has left.
    doubtful INTEGER NOT NULL,
    purge_after TEXT
) STRICT;
CREATE INDEX incidents_status ON incidents (status, id);
CREATE INDEX incidents_purge ON incidents (purge_after) WHERE purge_after IS NOT NULL;

-- From whom the mark of a reference is believed.
CREATE TABLE incident_addresses (
    incident_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    PRIMARY KEY (incident_id, address)
) STRICT;

CREATE TABLE messages (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Of the bytes as served, and of the bytes as they now stand in message_chunks: deleting a
    -- screenshot rewrites the stored message.
    sha256 TEXT NOT NULL,
    stored_sha256 TEXT NOT NULL,
    -- Without trace headers: a second copy of the same message is one more delivery of it.
    content_hash TEXT NOT NULL UNIQUE,
    -- Without angle brackets. Not unique: two different messages may bear the same one.
    message_id TEXT,
    size INTEGER NOT NULL,
    internal_date TEXT NOT NULL,
    received_at TEXT NOT NULL,
    left_on_server INTEGER NOT NULL,
    same_message_id_other_bytes INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- Counted before the work begins, so that a message that kills the process is met three times
    -- at most.
    attempts INTEGER NOT NULL,
    leased_until TEXT,
    last_error TEXT NOT NULL,
    -- Empty while the message is not read.
    kind TEXT NOT NULL,
    kind_reason TEXT NOT NULL,
    from_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    incident_id INTEGER REFERENCES incidents (id) ON DELETE SET NULL,
    purge_after TEXT
) STRICT;
CREATE INDEX messages_message_id ON messages (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX messages_work ON messages (id) WHERE state = 'new';
CREATE INDEX messages_quarantine ON messages (id) WHERE state = 'quarantined';
CREATE INDEX messages_incident ON messages (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX messages_purge ON messages (purge_after) WHERE purge_after IS NOT NULL;

-- Raw bytes in rows of at most 1 MiB, so that no value comes near either database's limits.
CREATE TABLE message_chunks (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    sequence INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (message_id, sequence)
) STRICT;

CREATE TABLE deliveries (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    mailbox_id INTEGER NOT NULL REFERENCES mailboxes (id),
    -- IMAP: UIDVALIDITY and UID. Maildir: the unique file name.
    uidvalidity INTEGER,
    uid INTEGER,
    name TEXT,
    -- A second copy may bear other trace headers than the stored one.
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    delivered_at TEXT NOT NULL,
    -- Never moved, since not all of it is stored.
    left_on_server INTEGER NOT NULL,
    moved_at TEXT,
    UNIQUE (mailbox_id, uidvalidity, uid),
    UNIQUE (mailbox_id, name)
) STRICT;
CREATE INDEX deliveries_message ON deliveries (message_id);
CREATE INDEX deliveries_to_move ON deliveries (mailbox_id, uidvalidity, uid)
    WHERE moved_at IS NULL AND uid IS NOT NULL;

-- A field's name is text: a form may add fields of its own.
CREATE TABLE incident_fields (
    incident_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    -- JSON of the value, or of the reason why there is none that can be used.
    value TEXT,
    reason TEXT,
    source TEXT,
    part TEXT,
    span_start INTEGER,
    span_end INTEGER,
    raw TEXT,
    confidence REAL,
    message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    PRIMARY KEY (incident_id, name)
) STRICT;
CREATE INDEX incident_fields_message ON incident_fields (message_id);

-- What an attachment is; its bytes stay inside the raw message.
CREATE TABLE attachments (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    incident_id INTEGER REFERENCES incidents (id) ON DELETE CASCADE,
    filename TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    role TEXT NOT NULL,
    purge_after TEXT,
    PRIMARY KEY (message_id, number)
) STRICT;
CREATE INDEX attachments_incident ON attachments (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX attachments_purge ON attachments (purge_after) WHERE purge_after IS NOT NULL;

CREATE TABLE outbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    -- The mail's number within its incident; part of its Message-ID.
    sequence INTEGER NOT NULL,
    -- The message that it answers.
    answers INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    template TEXT NOT NULL,
    is_request INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    -- The recipient in lower case and its domain: what limits count by.
    address TEXT NOT NULL,
    domain TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    envelope_from TEXT NOT NULL,
    -- The whole mail as it leaves: a retry sends the same bytes.
    mime BLOB NOT NULL,
    text TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    -- Which number in the mail asks for what: « 2) oui » alone is an answer.
    numbers TEXT NOT NULL,
    state TEXT NOT NULL,
    review TEXT NOT NULL,
    created_at TEXT NOT NULL,
    first_due TEXT NOT NULL,
    due_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT NOT NULL,
    leased_until TEXT,
    released INTEGER NOT NULL,
    -- When an answer to it joined its incident: from then on it no longer counts as unanswered.
    answered_at TEXT,
    sent_at TEXT,
    purge_after TEXT,
    UNIQUE (incident_id, sequence)
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox (leased_until) WHERE state = 'sending';
CREATE INDEX outbox_state ON outbox (state, id);
-- The limits of decisions.md, section 2.
CREATE INDEX outbox_created ON outbox (created_at);
CREATE INDEX outbox_address ON outbox (address, created_at);
CREATE INDEX outbox_domain ON outbox (domain, created_at);
CREATE INDEX outbox_body ON outbox (body_hash, created_at);
CREATE INDEX outbox_answers ON outbox (answers) WHERE answers IS NOT NULL;
CREATE INDEX outbox_purge ON outbox (purge_after) WHERE purge_after IS NOT NULL;

-- Only ever added to.
CREATE TABLE history (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    outbox_id INTEGER REFERENCES outbox (id) ON DELETE SET NULL,
    -- A token: a status, a reason, a template. Never words of a message.
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX history_incident ON history (incident_id, id);
CREATE INDEX history_message ON history (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX history_outbox ON history (outbox_id) WHERE outbox_id IS NOT NULL;
