-- Contact data, encrypted and apart from what it belongs to. `key_id` says under which key; `mark` is a keyed digest by
-- which a number is found.

-- Numbers of users, with which they sign in.
CREATE TABLE user_phone (
    user_id text COLLATE "C" PRIMARY KEY REFERENCES app_user (id),
    mark    bytea NOT NULL UNIQUE,
    key_id  text COLLATE "C" NOT NULL,
    sealed  bytea NOT NULL
);

-- Codes that were sent, as keyed digests. A number that nobody has gets one too, which is not sent.
CREATE TABLE phone_code (
    mark       bytea NOT NULL,
    purpose    text COLLATE "C" NOT NULL,
    digest     bytea NOT NULL,
    tries      bigint NOT NULL,
    expires_us bigint NOT NULL,
    PRIMARY KEY (mark, purpose)
);

-- Whom to call about a report that was made for them.
CREATE TABLE report_contact (
    report bigint PRIMARY KEY,
    key_id text COLLATE "C" NOT NULL,
    sealed bytea NOT NULL
);
