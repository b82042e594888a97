-- Entities that clients of the SensorThings interface made, as JSON with the ids that they refer to.
-- Devices and their streams are not here: they are shown as entities from their own tables.
CREATE TABLE sta_entity (
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- The number that the next entity is called by; ids are not used twice.
CREATE TABLE sta_counter (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    next INTEGER NOT NULL
) STRICT;
INSERT INTO sta_counter (only, next) VALUES (1, 1);

-- What an observation says beside its result and time; most say nothing.
CREATE TABLE sta_observation (
    device  TEXT NOT NULL,
    stream  TEXT NOT NULL,
    time_us INTEGER NOT NULL,
    feature TEXT,
    data    TEXT NOT NULL,
    PRIMARY KEY (device, stream, time_us)
) STRICT, WITHOUT ROWID;
