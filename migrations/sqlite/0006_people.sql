-- The people of support: their accounts and sessions, and what they did.

CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- Typed at the login, lower case.
    name TEXT NOT NULL UNIQUE,
    -- Shown to the others.
    display TEXT NOT NULL,
    -- Tokens of roles, a blank between two.
    roles TEXT NOT NULL,
    -- Argon2id as a PHC string; NULL: only the identity provider knows this person.
    password TEXT,
    -- Issuer and subject at the identity provider.
    subject TEXT UNIQUE,
    -- Whether single letters act as keys.
    shortcuts INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    disabled_at TEXT
) STRICT;

-- The cookie's value is not kept, only its SHA-256.
CREATE TABLE sessions (
    token TEXT NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    began_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_seen ON sessions (seen_at);

-- Logins that failed in a row, by a keyed hash of who tried from where.
CREATE TABLE login_failures (
    tried TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at TEXT NOT NULL
) STRICT;
CREATE INDEX login_failures_last ON login_failures (last_at);

-- What people did, each line chained to the one before by a hash; lines are only ever added.
CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    -- Kept when the account is gone; NULL: the command line of this machine.
    account_id INTEGER,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    -- The ticket that it was done to.
    reference TEXT,
    -- What of it: a field, a mail, a capture, an account.
    target TEXT NOT NULL,
    -- JSON.
    before TEXT,
    after TEXT,
    chain TEXT NOT NULL
) STRICT;
CREATE INDEX audit_reference ON audit (reference, id) WHERE reference IS NOT NULL;
CREATE INDEX audit_at ON audit (at);

-- Who did it; empty: the machine.
ALTER TABLE history ADD COLUMN who TEXT NOT NULL DEFAULT '';
