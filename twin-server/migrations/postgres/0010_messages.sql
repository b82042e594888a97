-- Messages to residents about their reports, and who wants them. Numbers are not here: they lie encrypted elsewhere.

-- Users who want messages, and how, as JSON.
CREATE TABLE message_choice (
    user_id text COLLATE "C" PRIMARY KEY REFERENCES app_user (id),
    data    json NOT NULL
);

-- Messages. `due_us` is when one is tried next; it is absent once the message has ended. `progress` is JSON.
CREATE TABLE message (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id  text COLLATE "C" NOT NULL,
    data     json NOT NULL,
    progress json NOT NULL,
    due_us   bigint,
    ended    text COLLATE "C",
    ended_us bigint
);

CREATE INDEX message_due ON message (due_us) WHERE due_us IS NOT NULL;
CREATE INDEX message_user ON message (user_id, ended_us);
