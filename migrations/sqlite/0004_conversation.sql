-- The conversation: what messages name each other by, what a later message proposes, what is due when,
-- and which incidents look alike.

-- The Message-IDs that a message names (In-Reply-To, References), without angle brackets: an answer may
-- arrive before what it answers.
CREATE TABLE message_references (
    message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    named TEXT NOT NULL,
    PRIMARY KEY (named, message_id)
) STRICT;
CREATE INDEX message_references_message ON message_references (message_id);

-- Since when it has its status; when nothing was missing for the first time; when it was closed.
ALTER TABLE incidents ADD COLUMN status_since TEXT;
ALTER TABLE incidents ADD COLUMN completed_at TEXT;
ALTER TABLE incidents ADD COLUMN closed_at TEXT;
-- The incident that it is part of.
ALTER TABLE incidents ADD COLUMN merged_into INTEGER REFERENCES incidents (id) ON DELETE SET NULL;
-- The closed incident that it takes up again.
ALTER TABLE incidents ADD COLUMN follows INTEGER REFERENCES incidents (id) ON DELETE SET NULL;
CREATE INDEX incidents_merged ON incidents (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX incidents_follows ON incidents (follows) WHERE follows IS NOT NULL;

-- Who said the value: parser (the first message), reply, agent, phone. The machine never overwrites the
-- last two.
ALTER TABLE incident_fields ADD COLUMN origin TEXT NOT NULL DEFAULT 'parser';

-- A different value for a field that has one: it stands beside it until a person decides.
CREATE TABLE proposals (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    message_id INTEGER REFERENCES messages (id) ON DELETE SET NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT,
    part TEXT,
    span_start INTEGER,
    span_end INTEGER,
    raw TEXT,
    confidence REAL,
    proposed_at TEXT NOT NULL,
    decided_at TEXT,
    accepted INTEGER,
    UNIQUE (incident_id, message_id, name)
) STRICT;
CREATE INDEX proposals_open ON proposals (incident_id) WHERE decided_at IS NULL;

-- What is due when: the one reminder, the call. A message, an act or a value by telephone deletes them.
CREATE TABLE timers (
    incident_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    due_at TEXT NOT NULL,
    PRIMARY KEY (incident_id, kind)
) STRICT;
CREATE INDEX timers_due ON timers (due_at);

-- Those received about the same time are compared.
CREATE INDEX incidents_received ON incidents (received_at, id);

-- Two incidents that look alike, the older one second; the reasons are tokens.
CREATE TABLE candidates (
    incident_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    other_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    reasons TEXT NOT NULL,
    score INTEGER NOT NULL,
    found_at TEXT NOT NULL,
    PRIMARY KEY (incident_id, other_id)
) STRICT;
CREATE INDEX candidates_other ON candidates (other_id);

-- What made an incident part of another one, with what it takes to undo that (JSON).
CREATE TABLE mergers (
    incident_id INTEGER NOT NULL PRIMARY KEY REFERENCES incidents (id) ON DELETE CASCADE,
    into_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    merged_at TEXT NOT NULL,
    undo TEXT NOT NULL
) STRICT;
CREATE INDEX mergers_into ON mergers (into_id);

-- Two incidents that a person found to be no duplicates, the older row first.
CREATE TABLE distinct_pairs (
    incident_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    other_id INTEGER NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (incident_id, other_id)
) STRICT;
CREATE INDEX distinct_pairs_other ON distinct_pairs (other_id);
