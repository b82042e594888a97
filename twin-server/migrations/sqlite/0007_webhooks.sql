-- Addresses that hear of events. `data` and `state` are JSON: what people set, and how delivery goes. `cursor` is
-- the last event that was delivered or given up. The secret is kept as it is: signing needs it.
CREATE TABLE webhook (
    id     TEXT NOT NULL PRIMARY KEY,
    data   TEXT NOT NULL,
    state  TEXT NOT NULL,
    secret TEXT NOT NULL,
    cursor INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events for webhooks, as JSON, in order, until every webhook has dealt with them. Numbers are not used twice.
CREATE TABLE outgoing_event (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    data TEXT NOT NULL
) STRICT;

-- Events that were given up.
CREATE TABLE webhook_failure (
    webhook TEXT NOT NULL,
    event   INTEGER NOT NULL,
    data    TEXT NOT NULL,
    PRIMARY KEY (webhook, event)
) STRICT, WITHOUT ROWID;
