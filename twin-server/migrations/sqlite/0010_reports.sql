-- Reports of residents. `data` is the report as JSON; who reported it stands apart and may be taken out.
CREATE TABLE report (
    id       INTEGER NOT NULL PRIMARY KEY,
    version  INTEGER NOT NULL,
    reporter TEXT,
    data     TEXT NOT NULL
) STRICT;

-- What happened to each, in order. `actor` is who did it; it is not shown to the reporter.
CREATE TABLE report_entry (
    report  INTEGER NOT NULL,
    version INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    data    TEXT NOT NULL,
    PRIMARY KEY (report, version)
) STRICT, WITHOUT ROWID;

-- Photographs, written anew without metadata. One without a report is its owner's until it is sent with one, for a day.
CREATE TABLE photo (
    id        TEXT NOT NULL PRIMARY KEY,
    owner     TEXT NOT NULL,
    report    INTEGER,
    taken_us  INTEGER NOT NULL,
    width_px  INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    small     BLOB NOT NULL,
    large     BLOB NOT NULL
) STRICT;
CREATE INDEX photo_unsent ON photo (taken_us) WHERE report IS NULL;
