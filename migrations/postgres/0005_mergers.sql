-- One ticket made part of another, and what tells two tickets apart.

-- What made an incident part of another one, with what it takes to undo that (JSON).
CREATE TABLE mergers (
    incident_id BIGINT NOT NULL PRIMARY KEY REFERENCES incidents (id) ON DELETE CASCADE,
    into_id BIGINT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    merged_at TIMESTAMPTZ NOT NULL,
    undo TEXT NOT NULL
);
CREATE INDEX mergers_into ON mergers (into_id);

-- Two incidents that a person found to be no duplicates, the older row first.
CREATE TABLE distinct_pairs (
    incident_id BIGINT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    other_id BIGINT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
    decided_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (incident_id, other_id)
);
CREATE INDEX distinct_pairs_other ON distinct_pairs (other_id);
