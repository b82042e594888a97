-- What the walls of command centres show. `data` and `state` say what people put together, and whether a plan is in
-- force. Whom to call is in `data`.
CREATE TABLE display (
    id         text COLLATE "C" PRIMARY KEY,
    version    bigint NOT NULL,
    data       json NOT NULL,
    state      json NOT NULL,
    changed_us bigint NOT NULL,
    changed_by text NOT NULL
);
