-- Instants are microseconds since 1970-01-01 UTC; digests are SHA-256.

-- Who can sign in. `password` is an Argon2 string (PHC); absent until an invitation is accepted.
CREATE TABLE app_user (
    id           TEXT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    display_name TEXT,
    password     TEXT,
    disabled     INTEGER NOT NULL DEFAULT 0,
    created_us   INTEGER NOT NULL
) STRICT;

-- The roles of users, one row a zone; an empty zone stands for the whole community.
CREATE TABLE user_role (
    user_id TEXT NOT NULL REFERENCES app_user (id),
    role    TEXT NOT NULL,
    zone    TEXT NOT NULL,
    PRIMARY KEY (user_id, role, zone)
) STRICT, WITHOUT ROWID;

-- Signed-in browsers, by the digest of their token.
CREATE TABLE user_session (
    digest     BLOB NOT NULL PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES app_user (id),
    created_us INTEGER NOT NULL,
    seen_us    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX user_session_user ON user_session (user_id);

-- Links with which users choose a password, by the digest of their token; one a user.
CREATE TABLE invitation (
    user_id    TEXT NOT NULL PRIMARY KEY REFERENCES app_user (id),
    digest     BLOB NOT NULL UNIQUE,
    expires_us INTEGER NOT NULL
) STRICT;

-- Keys of machines, by the digest of the key. Lists are JSON; absent where there is no limit.
CREATE TABLE api_key (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    digest     BLOB NOT NULL UNIQUE,
    role       TEXT NOT NULL,
    zones      TEXT,
    actions    TEXT,
    devices    TEXT,
    per_minute INTEGER,
    per_day    INTEGER,
    issuer     TEXT NOT NULL,
    created_us INTEGER NOT NULL,
    expires_us INTEGER,
    revoked_us INTEGER
) STRICT;

-- How keys were used, one row a day: days since 1970-01-01 UTC.
CREATE TABLE api_key_use (
    key_id   TEXT NOT NULL REFERENCES api_key (id),
    day      INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    refused  INTEGER NOT NULL,
    last_us  INTEGER NOT NULL,
    PRIMARY KEY (key_id, day)
) STRICT, WITHOUT ROWID;

-- Counts the changes of users, sessions and keys, so that every process notices those of others.
CREATE TABLE people_revision (
    one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO people_revision (one, revision) VALUES (1, 0);

-- The audit log. `previous` is the digest of the entry before; nothing is changed or taken out.
CREATE TABLE audit (
    seq      INTEGER NOT NULL PRIMARY KEY,
    at_us    INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    object   TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    request  TEXT NOT NULL,
    previous BLOB NOT NULL,
    digest   BLOB NOT NULL
) STRICT;
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_object ON audit (object, seq);
CREATE TRIGGER audit_keeps_entries BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_keeps_all BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
