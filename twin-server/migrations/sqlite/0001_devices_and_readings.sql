-- Devices as they are registered.
CREATE TABLE device (
    id      TEXT NOT NULL PRIMARY KEY,
    kind    TEXT NOT NULL,
    name_zh TEXT,
    name_en TEXT,
    east_m  REAL NOT NULL,
    north_m REAL NOT NULL,
    up_m    REAL NOT NULL,
    object  TEXT
) STRICT;

-- The status of a device and the instant from which it holds, so that a restart keeps the instant.
CREATE TABLE device_status (
    device   TEXT NOT NULL PRIMARY KEY,
    status   TEXT NOT NULL,
    since_us INTEGER NOT NULL
) STRICT;

-- A stream of a device; short ids keep the table of readings narrow.
CREATE TABLE series (
    id     INTEGER PRIMARY KEY,
    device TEXT NOT NULL,
    stream TEXT NOT NULL,
    UNIQUE (device, stream)
) STRICT;

-- One row a measurement. The key makes ingest idempotent and lies in the order in which history is
-- read. Instants are microseconds since 1970-01-01 UTC. `plausible` is 0 for a value that the
-- sensor cannot report.
CREATE TABLE reading (
    series    INTEGER NOT NULL,
    time_us   INTEGER NOT NULL,
    value     REAL NOT NULL,
    plausible INTEGER NOT NULL,
    PRIMARY KEY (series, time_us)
) STRICT, WITHOUT ROWID;
