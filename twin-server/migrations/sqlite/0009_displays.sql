-- What the walls of command centres show. `data` and `state` are JSON: what people put together, and whether a plan
-- is in force. Whom to call is in `data`.
CREATE TABLE display (
    id         TEXT NOT NULL PRIMARY KEY,
    version    INTEGER NOT NULL,
    data       TEXT NOT NULL,
    state      TEXT NOT NULL,
    changed_us INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;
