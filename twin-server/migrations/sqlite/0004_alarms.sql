-- Every version of every alarm rule, as JSON; the newest one holds unless it says that the rule is removed.
CREATE TABLE alarm_rule (
    id         TEXT NOT NULL,
    version    INTEGER NOT NULL,
    data       TEXT NOT NULL,
    changed_us INTEGER NOT NULL,
    changed_by TEXT,
    deleted    INTEGER NOT NULL,
    PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;

-- Alarms as JSON, with what they are looked up by. `level` is 1 (notice) to 4 (emergency).
CREATE TABLE alarm (
    id         INTEGER PRIMARY KEY,
    rule       TEXT NOT NULL,
    device     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    zone       TEXT,
    east_m     REAL NOT NULL,
    north_m    REAL NOT NULL,
    level      INTEGER NOT NULL,
    state      TEXT NOT NULL,
    opened_us  INTEGER NOT NULL,
    ended_us   INTEGER,
    cleared_us INTEGER,
    data       TEXT NOT NULL
) STRICT;
CREATE INDEX alarm_active ON alarm (id) WHERE state <> 'cleared';
CREATE INDEX alarm_device ON alarm (device, id);
CREATE INDEX alarm_cleared ON alarm (cleared_us);
-- Counting reads this alone and no alarm.
CREATE INDEX alarm_count ON alarm (state, level, kind, zone, device, rule, opened_us, east_m, north_m);

-- What happened to alarms, as JSON, in order.
CREATE TABLE alarm_event (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    alarm INTEGER NOT NULL,
    data  TEXT NOT NULL
) STRICT;
CREATE INDEX alarm_event_alarm ON alarm_event (alarm, id);

-- Since when which step of a rule holds on a device, as a JSON list of pairs of microseconds. No row: none.
CREATE TABLE alarm_hold (
    rule    TEXT NOT NULL,
    device  TEXT NOT NULL,
    version INTEGER NOT NULL,
    steps   TEXT NOT NULL,
    PRIMARY KEY (rule, device)
) STRICT, WITHOUT ROWID;

-- Maintenance windows, as JSON.
CREATE TABLE maintenance_window (
    id   TEXT NOT NULL PRIMARY KEY,
    data TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is usual for a stream by hour of the week, as JSON.
CREATE TABLE alarm_band (
    device TEXT NOT NULL,
    stream TEXT NOT NULL,
    data   TEXT NOT NULL,
    PRIMARY KEY (device, stream)
) STRICT, WITHOUT ROWID;
