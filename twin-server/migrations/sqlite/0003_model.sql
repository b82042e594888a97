-- Versions of the publication as they were taken over. The newest is the one whose objects are below.
CREATE TABLE model_version (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    publication TEXT NOT NULL,
    imported_us INTEGER NOT NULL,
    added       INTEGER NOT NULL,
    changed     INTEGER NOT NULL,
    removed     INTEGER NOT NULL,
    unchanged   INTEGER NOT NULL
) STRICT;

-- The objects as published, in the order of their ids, some hundred to a row. `digest` tells whether they are
-- the same as in another version.
CREATE TABLE model_block (
    first  TEXT NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL,
    data   BLOB NOT NULL
) STRICT;

-- What people did to objects, never changed: `after` of an object's newest edit is what holds. Null: as
-- published, or not there.
CREATE TABLE model_edit (
    object      TEXT NOT NULL,
    number      INTEGER NOT NULL,
    time_us     INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    action      TEXT NOT NULL,
    state_before TEXT,
    state_after  TEXT,
    PRIMARY KEY (object, number)
) STRICT, WITHOUT ROWID;
