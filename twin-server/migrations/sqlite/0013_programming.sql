-- The three lists of programming: `list` is `resource`, `need` or `task`, `data` what stands there as JSON.
CREATE TABLE programming_item (
    list    TEXT NOT NULL,
    id      INTEGER NOT NULL,
    version INTEGER NOT NULL,
    data    TEXT NOT NULL,
    PRIMARY KEY (list, id)
) STRICT, WITHOUT ROWID;

-- What happened to each, in order. `actor` is who did it.
CREATE TABLE programming_entry (
    list    TEXT NOT NULL,
    id      INTEGER NOT NULL,
    version INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    data    TEXT NOT NULL,
    PRIMARY KEY (list, id, version)
) STRICT, WITHOUT ROWID;
