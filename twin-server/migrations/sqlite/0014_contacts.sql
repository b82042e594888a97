-- Contact data, encrypted and apart from what it belongs to. `key_id` says under which key; `mark` is a keyed digest by
-- which a number is found.

-- Numbers of users, with which they sign in.
CREATE TABLE user_phone (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES app_user (id),
    mark    BLOB NOT NULL UNIQUE,
    key_id  TEXT NOT NULL,
    sealed  BLOB NOT NULL
) STRICT;

-- Codes that were sent, as keyed digests. A number that nobody has gets one too, which is not sent.
CREATE TABLE phone_code (
    mark       BLOB NOT NULL,
    purpose    TEXT NOT NULL,
    digest     BLOB NOT NULL,
    tries      INTEGER NOT NULL,
    expires_us INTEGER NOT NULL,
    PRIMARY KEY (mark, purpose)
) STRICT, WITHOUT ROWID;

-- Whom to call about a report that was made for them.
CREATE TABLE report_contact (
    report INTEGER NOT NULL PRIMARY KEY,
    key_id TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
