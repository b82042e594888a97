-- Catalogues of indicators. `data` is a list and never changes; those that a city brought are `imported`, of which
-- the last is in force.
CREATE TABLE indicator_catalogue (
    number   bigint PRIMARY KEY,
    imported boolean NOT NULL,
    data     json NOT NULL
);

-- Check-ups. `data` is the check-up.
CREATE TABLE check_up (
    id      bigint PRIMARY KEY,
    version bigint NOT NULL,
    data    json NOT NULL
);

-- What happened to each, in order. `actor` is who did it.
CREATE TABLE check_up_entry (
    check_up bigint NOT NULL,
    version  bigint NOT NULL,
    actor    text NOT NULL,
    data     json NOT NULL,
    PRIMARY KEY (check_up, version)
);

-- What an indicator is at an object: a million of them in a large community. `photos` is a list.
CREATE TABLE check_up_value (
    check_up  bigint NOT NULL,
    indicator text COLLATE "C" NOT NULL,
    object    text COLLATE "C" NOT NULL,
    value     float8 NOT NULL,
    source    text NOT NULL,
    at_us     bigint NOT NULL,
    actor     text NOT NULL,
    remark    text,
    photos    json,
    PRIMARY KEY (check_up, indicator, object)
);
CREATE INDEX check_up_value_of_object ON check_up_value (check_up, object, indicator);

-- Problems of check-ups, numbered in each. `data` is the problem; the rest is what lists ask for.
CREATE TABLE check_up_problem (
    check_up  bigint NOT NULL,
    id        bigint NOT NULL,
    version   bigint NOT NULL,
    indicator text COLLATE "C" NOT NULL,
    object    text COLLATE "C" NOT NULL,
    zone      text COLLATE "C",
    urgency   text NOT NULL,
    state     text NOT NULL,
    data      json NOT NULL,
    PRIMARY KEY (check_up, id)
);
CREATE UNIQUE INDEX check_up_problem_of ON check_up_problem (check_up, indicator, object);

-- What happened to each, in order. `actor` is who did it.
CREATE TABLE check_up_problem_entry (
    check_up bigint NOT NULL,
    problem  bigint NOT NULL,
    version  bigint NOT NULL,
    actor    text NOT NULL,
    data     json NOT NULL,
    PRIMARY KEY (check_up, problem, version)
);

-- A photograph that goes with a value of a check-up is not deleted as one that was never sent.
ALTER TABLE photo ADD COLUMN check_up bigint;
DROP INDEX photo_unsent;
CREATE INDEX photo_unsent ON photo (taken_us) WHERE report IS NULL AND project IS NULL AND check_up IS NULL;
