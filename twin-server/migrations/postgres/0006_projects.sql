-- Projects of renewal. `data` is the project.
CREATE TABLE project (
    id      bigint PRIMARY KEY,
    version bigint NOT NULL,
    data    json NOT NULL
);

-- What happened to each, in order. `actor` is who did it.
CREATE TABLE project_entry (
    project bigint NOT NULL,
    version bigint NOT NULL,
    actor   text NOT NULL,
    data    json NOT NULL,
    PRIMARY KEY (project, version)
);

-- Opinions on notices and complaints about works, with their answers. Who spoke stands apart and may be taken out.
CREATE TABLE project_opinion (
    project bigint NOT NULL,
    number  bigint NOT NULL,
    author  text COLLATE "C",
    data    json NOT NULL,
    PRIMARY KEY (project, number)
);
CREATE INDEX project_opinion_author ON project_opinion (project, author);

-- Photographs are also sent with the progress of a project.
ALTER TABLE photo ADD COLUMN project bigint;
DROP INDEX photo_unsent;
CREATE INDEX photo_unsent ON photo (taken_us) WHERE report IS NULL AND project IS NULL;
