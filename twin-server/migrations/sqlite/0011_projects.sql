-- Projects of renewal. `data` is the project as JSON.
CREATE TABLE project (
    id      INTEGER NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    data    TEXT NOT NULL
) STRICT;

-- What happened to each, in order. `actor` is who did it.
CREATE TABLE project_entry (
    project INTEGER NOT NULL,
    version INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    data    TEXT NOT NULL,
    PRIMARY KEY (project, version)
) STRICT, WITHOUT ROWID;

-- Opinions on notices and complaints about works, with their answers. Who spoke stands apart and may be taken out.
CREATE TABLE project_opinion (
    project INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    author  TEXT,
    data    TEXT NOT NULL,
    PRIMARY KEY (project, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_opinion_author ON project_opinion (project, author);

-- Photographs are also sent with the progress of a project.
ALTER TABLE photo ADD COLUMN project INTEGER;
DROP INDEX photo_unsent;
CREATE INDEX photo_unsent ON photo (taken_us) WHERE report IS NULL AND project IS NULL;
