-- Catalogues of indicators. `data` is a list as JSON and never changes; those that a city brought are `imported`, of
-- which the last is in force.
CREATE TABLE indicator_catalogue (
    number   INTEGER NOT NULL PRIMARY KEY,
    imported INTEGER NOT NULL,
    data     TEXT NOT NULL
) STRICT;

-- Check-ups. `data` is the check-up as JSON.
CREATE TABLE check_up (
    id      INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    data    TEXT NOT NULL
) STRICT;

-- What happened to each, in order. `actor` is who did it.
CREATE TABLE check_up_entry (
    check_up INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    data     TEXT NOT NULL,
    PRIMARY KEY (check_up, version)
) STRICT, WITHOUT ROWID;

-- What an indicator is at an object: a million of them in a large community. `photos` is a list as JSON.
CREATE TABLE check_up_value (
    check_up  INTEGER NOT NULL,
    indicator TEXT NOT NULL,
    object    TEXT NOT NULL,
    value     REAL NOT NULL,
    source    TEXT NOT NULL,
    at_us     INTEGER NOT NULL,
    actor     TEXT NOT NULL,
    remark    TEXT,
    photos    TEXT,
    PRIMARY KEY (check_up, indicator, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX check_up_value_of_object ON check_up_value (check_up, object);

-- Problems of check-ups, numbered in each. `data` is the problem as JSON; the rest is what lists ask for.
CREATE TABLE check_up_problem (
    check_up  INTEGER NOT NULL,
    id        INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    indicator TEXT NOT NULL,
    object    TEXT NOT NULL,
    zone      TEXT,
    urgency   TEXT NOT NULL,
    state     TEXT NOT NULL,
    data      TEXT NOT NULL,
    PRIMARY KEY (check_up, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX check_up_problem_of ON check_up_problem (check_up, indicator, object);

-- What happened to each, in order. `actor` is who did it.
CREATE TABLE check_up_problem_entry (
    check_up INTEGER NOT NULL,
    problem  INTEGER NOT NULL,
    version  INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    data     TEXT NOT NULL,
    PRIMARY KEY (check_up, problem, version)
) STRICT, WITHOUT ROWID;

-- A photograph that goes with a value of a check-up is not deleted as one that was never sent.
ALTER TABLE photo ADD COLUMN check_up INTEGER;
DROP INDEX photo_unsent;
CREATE INDEX photo_unsent ON photo (taken_us) WHERE report IS NULL AND project IS NULL AND check_up IS NULL;
