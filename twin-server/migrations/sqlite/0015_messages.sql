-- Messages to residents about their reports, and who wants them. Numbers are not here: they lie encrypted elsewhere.

-- Users who want messages, and how, as JSON.
CREATE TABLE message_choice (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES app_user (id),
    data    TEXT NOT NULL
) STRICT;

-- Messages. `due_us` is when one is tried next; it is absent once the message has ended. `progress` is JSON.
CREATE TABLE message (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id  TEXT NOT NULL,
    data     TEXT NOT NULL,
    progress TEXT NOT NULL,
    due_us   INTEGER,
    ended    TEXT,
    ended_us INTEGER
) STRICT;

CREATE INDEX message_due ON message (due_us) WHERE due_us IS NOT NULL;
CREATE INDEX message_user ON message (user_id, ended_us);
