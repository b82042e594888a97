-- Instants are microseconds since 1970-01-01 UTC in `bigint`: the program's own unit, to the last digit.
-- Documents are `json`, not `jsonb`, which refuses the character U+0000 that clients may send and writes
-- numbers anew. Texts that are sorted or compared are so by their bytes, as in SQLite.

-- Which server serves the database; `checks` is written to find out whether writing works.
CREATE TABLE server_run (
    one    int NOT NULL PRIMARY KEY CHECK (one = 1),
    run    text NOT NULL,
    checks bigint NOT NULL
);
INSERT INTO server_run (one, run, checks) VALUES (1, '', 0);

-- Devices as they are registered.
CREATE TABLE device (
    id      text COLLATE "C" NOT NULL PRIMARY KEY,
    kind    text NOT NULL,
    name_zh text,
    name_en text,
    east_m  double precision NOT NULL,
    north_m double precision NOT NULL,
    up_m    double precision NOT NULL,
    object  text
);

-- Counts changes of the registrations, so that every process notices those of others.
CREATE TABLE device_revision (
    one      int NOT NULL PRIMARY KEY CHECK (one = 1),
    revision bigint NOT NULL
);
INSERT INTO device_revision (one, revision) VALUES (1, 0);

-- The status of a device and the instant from which it holds, so that a restart keeps the instant.
CREATE TABLE device_status (
    device   text COLLATE "C" NOT NULL PRIMARY KEY,
    status   text NOT NULL,
    since_us bigint NOT NULL
);

-- A stream of a device. Ids are not used twice: the log below may still name a series that was removed.
CREATE TABLE series (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    UNIQUE (device, stream)
);

-- Readings as they were acknowledged, one row a transaction, until they are closed into chunks. A generation
-- ends when a closing begins; when the closing ends, its partition is dropped as a whole. The server makes
-- partitions ahead.
CREATE SEQUENCE reading_log_seq;
CREATE TABLE reading_log (
    generation bigint NOT NULL,
    seq        bigint NOT NULL DEFAULT nextval('reading_log_seq'),
    data       bytea NOT NULL,
    PRIMARY KEY (generation, seq)
) PARTITION BY LIST (generation);
-- The bytes are packed already.
ALTER TABLE reading_log ALTER COLUMN data SET STORAGE EXTERNAL;

-- Generations up to `closed` lie in chunks, whether their partitions could be dropped yet or not.
CREATE TABLE reading_log_state (
    one    int NOT NULL PRIMARY KEY CHECK (one = 1),
    closed bigint NOT NULL
);
INSERT INTO reading_log_state (one, closed) VALUES (1, 0);

-- Closed readings of one series over a stretch of time that no other chunk of it overlaps. `plausible`
-- of the readings are so, and `least` to `last` are theirs; NULL if there are none.
CREATE TABLE reading_chunk (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series    bigint NOT NULL,
    first_us  bigint NOT NULL,
    last_us   bigint NOT NULL,
    readings  bigint NOT NULL,
    plausible bigint NOT NULL,
    least     double precision,
    most      double precision,
    total     double precision,
    first     double precision,
    last      double precision,
    data      bytea NOT NULL
);
ALTER TABLE reading_chunk ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX reading_chunk_place ON reading_chunk (series, first_us);

-- What is newest in the chunks of a series, and its latest plausible value.
CREATE TABLE series_tip (
    series    bigint PRIMARY KEY,
    newest_us bigint NOT NULL,
    latest_us bigint,
    latest    double precision
);

-- Chunks whose bytes cannot be read, kept apart for whoever may rescue them.
CREATE TABLE reading_chunk_damaged (
    series   bigint NOT NULL,
    first_us bigint NOT NULL,
    last_us  bigint NOT NULL,
    data     bytea NOT NULL
);

-- Versions of the publication as they were taken over. The newest is the one whose objects are below.
CREATE TABLE model_version (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    publication text NOT NULL,
    imported_us bigint NOT NULL,
    added       bigint NOT NULL,
    changed     bigint NOT NULL,
    removed     bigint NOT NULL,
    unchanged   bigint NOT NULL
);

-- The objects as published, in the order of their ids, some hundred to a row. `digest` tells whether they are
-- the same as in another version.
CREATE TABLE model_block (
    first  text COLLATE "C" NOT NULL PRIMARY KEY,
    digest bytea NOT NULL,
    data   bytea NOT NULL
);

-- What people did to objects, never changed: `state_after` of an object's newest edit is what holds. Null: as
-- published, or not there.
CREATE TABLE model_edit (
    object       text COLLATE "C" NOT NULL,
    number       bigint NOT NULL,
    time_us      bigint NOT NULL,
    actor        text NOT NULL,
    action       json NOT NULL,
    state_before json,
    state_after  json,
    PRIMARY KEY (object, number)
);

-- Every version of every alarm rule; the newest one holds unless it says that the rule is removed.
CREATE TABLE alarm_rule (
    id         text COLLATE "C" NOT NULL,
    version    bigint NOT NULL,
    data       json NOT NULL,
    changed_us bigint NOT NULL,
    changed_by text,
    deleted    boolean NOT NULL,
    PRIMARY KEY (id, version)
);

-- Alarms, with what they are looked up by. `level` is 1 (notice) to 4 (emergency).
CREATE TABLE alarm (
    id         bigint PRIMARY KEY,
    rule       text NOT NULL,
    device     text COLLATE "C" NOT NULL,
    kind       text NOT NULL,
    zone       text,
    east_m     double precision NOT NULL,
    north_m    double precision NOT NULL,
    level      bigint NOT NULL,
    state      text COLLATE "C" NOT NULL,
    opened_us  bigint NOT NULL,
    ended_us   bigint,
    cleared_us bigint,
    data       json NOT NULL
);
CREATE INDEX alarm_active ON alarm (id) WHERE state <> 'cleared';
CREATE INDEX alarm_device ON alarm (device, id);
CREATE INDEX alarm_cleared ON alarm (cleared_us);
-- Counting reads this alone and no alarm.
CREATE INDEX alarm_count ON alarm (state, level)
    INCLUDE (kind, zone, device, rule, opened_us, east_m, north_m);

-- What happened to alarms, in order.
CREATE TABLE alarm_event (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alarm bigint NOT NULL,
    data  json NOT NULL
);
CREATE INDEX alarm_event_alarm ON alarm_event (alarm, id);

-- Since when which step of a rule holds on a device, as a list of pairs of microseconds. No row: none.
CREATE TABLE alarm_hold (
    rule    text COLLATE "C" NOT NULL,
    device  text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    steps   json NOT NULL,
    PRIMARY KEY (rule, device)
);

CREATE TABLE maintenance_window (
    id   text COLLATE "C" NOT NULL PRIMARY KEY,
    data json NOT NULL
);

-- What is usual for a stream by hour of the week.
CREATE TABLE alarm_band (
    device text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    data   json NOT NULL,
    PRIMARY KEY (device, stream)
);

-- Who can sign in. `password` is an Argon2 string (PHC); absent until an invitation is accepted.
CREATE TABLE app_user (
    id           text COLLATE "C" NOT NULL PRIMARY KEY,
    name         text COLLATE "C" NOT NULL UNIQUE,
    display_name text,
    password     text,
    disabled     boolean NOT NULL DEFAULT false,
    created_us   bigint NOT NULL
);

-- The roles of users, one row a zone; an empty zone stands for the whole community.
CREATE TABLE user_role (
    user_id text COLLATE "C" NOT NULL REFERENCES app_user (id),
    role    text COLLATE "C" NOT NULL,
    zone    text COLLATE "C" NOT NULL,
    PRIMARY KEY (user_id, role, zone)
);

-- Signed-in browsers, by the SHA-256 of their token.
CREATE TABLE user_session (
    digest     bytea NOT NULL PRIMARY KEY,
    user_id    text COLLATE "C" NOT NULL REFERENCES app_user (id),
    created_us bigint NOT NULL,
    seen_us    bigint NOT NULL
);
CREATE INDEX user_session_user ON user_session (user_id);

-- Links with which users choose a password, by the SHA-256 of their token; one a user.
CREATE TABLE invitation (
    user_id    text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES app_user (id),
    digest     bytea NOT NULL UNIQUE,
    expires_us bigint NOT NULL
);

-- Keys of machines, by the SHA-256 of the key. Lists are absent where there is no limit.
CREATE TABLE api_key (
    id         text COLLATE "C" NOT NULL PRIMARY KEY,
    name       text NOT NULL,
    digest     bytea NOT NULL UNIQUE,
    role       text NOT NULL,
    zones      json,
    actions    json,
    devices    json,
    per_minute bigint,
    per_day    bigint,
    issuer     text NOT NULL,
    created_us bigint NOT NULL,
    expires_us bigint,
    revoked_us bigint
);

-- How keys were used, one row a day: days since 1970-01-01 UTC.
CREATE TABLE api_key_use (
    key_id   text COLLATE "C" NOT NULL REFERENCES api_key (id),
    day      bigint NOT NULL,
    requests bigint NOT NULL,
    refused  bigint NOT NULL,
    last_us  bigint NOT NULL,
    PRIMARY KEY (key_id, day)
);

-- Counts the changes of users, sessions and keys, so that every process notices those of others.
CREATE TABLE people_revision (
    one      int NOT NULL PRIMARY KEY CHECK (one = 1),
    revision bigint NOT NULL
);
INSERT INTO people_revision (one, revision) VALUES (1, 0);

-- The audit log. `previous` is the digest of the entry before; nothing is changed or taken out.
CREATE TABLE audit (
    seq      bigint NOT NULL PRIMARY KEY,
    at_us    bigint NOT NULL,
    actor    text COLLATE "C" NOT NULL,
    action   text NOT NULL,
    object   text COLLATE "C" NOT NULL,
    outcome  text NOT NULL,
    detail   text NOT NULL,
    request  text NOT NULL,
    previous bytea NOT NULL,
    digest   bytea NOT NULL
);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_object ON audit (object, seq);
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_keeps_entries BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_keeps_all BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

-- Entities that clients of the SensorThings interface made, with the ids that they refer to.
CREATE TABLE sta_entity (
    kind text COLLATE "C" NOT NULL,
    id   text COLLATE "C" NOT NULL,
    data text NOT NULL,
    PRIMARY KEY (kind, id)
);

-- The number that the next entity is called by; ids are not used twice.
CREATE TABLE sta_counter (
    one  int NOT NULL PRIMARY KEY CHECK (one = 1),
    next bigint NOT NULL
);
INSERT INTO sta_counter (one, next) VALUES (1, 1);

-- What an observation says beside its result and time; most say nothing.
CREATE TABLE sta_observation (
    device  text COLLATE "C" NOT NULL,
    stream  text COLLATE "C" NOT NULL,
    time_us bigint NOT NULL,
    feature text,
    data    text NOT NULL,
    PRIMARY KEY (device, stream, time_us)
);
