-- The three lists of programming: `list` is `resource`, `need` or `task`, `data` what stands there.
CREATE TABLE programming_item (
    list    text COLLATE "C" NOT NULL,
    id      bigint NOT NULL,
    version bigint NOT NULL,
    data    json NOT NULL,
    PRIMARY KEY (list, id)
);

-- What happened to each, in order. `actor` is who did it.
CREATE TABLE programming_entry (
    list    text COLLATE "C" NOT NULL,
    id      bigint NOT NULL,
    version bigint NOT NULL,
    actor   text NOT NULL,
    data    json NOT NULL,
    PRIMARY KEY (list, id, version)
);
