-- Reports of residents. `data` is the report; who reported it stands apart and may be taken out.
CREATE TABLE report (
    id       bigint PRIMARY KEY,
    version  bigint NOT NULL,
    reporter text COLLATE "C",
    data     json NOT NULL
);

-- What happened to each, in order. `actor` is who did it; it is not shown to the reporter.
CREATE TABLE report_entry (
    report  bigint NOT NULL,
    version bigint NOT NULL,
    actor   text NOT NULL,
    data    json NOT NULL,
    PRIMARY KEY (report, version)
);

-- Photographs, written anew without metadata. One without a report is its owner's until it is sent with one, for a day.
CREATE TABLE photo (
    id        text COLLATE "C" PRIMARY KEY,
    owner     text NOT NULL,
    report    bigint,
    taken_us  bigint NOT NULL,
    width_px  integer NOT NULL,
    height_px integer NOT NULL,
    small     bytea NOT NULL,
    large     bytea NOT NULL
);
CREATE INDEX photo_unsent ON photo (taken_us) WHERE report IS NULL;
