-- Ids of series are not used twice: the log below may still name a series that was removed.
CREATE TABLE series_new (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    device TEXT NOT NULL,
    stream TEXT NOT NULL,
    UNIQUE (device, stream)
) STRICT;
INSERT INTO series_new (id, device, stream) SELECT id, device, stream FROM series;
DROP TABLE series;
ALTER TABLE series_new RENAME TO series;

-- Readings as they were acknowledged, one row a transaction, until they are closed into chunks.
CREATE TABLE reading_log (
    seq  INTEGER PRIMARY KEY AUTOINCREMENT,
    data BLOB NOT NULL
) STRICT;

-- Closed readings of one series over a stretch of time that no other chunk of it overlaps. `plausible`
-- of the readings are so, and `least` to `last` are theirs; NULL if there are none.
CREATE TABLE reading_chunk (
    id        INTEGER PRIMARY KEY,
    series    INTEGER NOT NULL,
    first_us  INTEGER NOT NULL,
    last_us   INTEGER NOT NULL,
    readings  INTEGER NOT NULL,
    plausible INTEGER NOT NULL,
    least     REAL,
    most      REAL,
    total     REAL,
    first     REAL,
    last      REAL,
    data      BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX reading_chunk_place ON reading_chunk (series, first_us);

-- What is newest in the chunks of a series, and its latest plausible value.
CREATE TABLE series_tip (
    series    INTEGER PRIMARY KEY,
    newest_us INTEGER NOT NULL,
    latest_us INTEGER,
    latest    REAL
) STRICT;

-- Chunks whose bytes cannot be read, kept apart for whoever may rescue them.
CREATE TABLE reading_chunk_damaged (
    series   INTEGER NOT NULL,
    first_us INTEGER NOT NULL,
    last_us  INTEGER NOT NULL,
    data     BLOB NOT NULL
) STRICT;
