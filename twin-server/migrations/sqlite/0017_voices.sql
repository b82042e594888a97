-- Photographs and voices are attachments. A voice is a recording without metadata: its file stands in `large`, it has no
-- small one and no sides; a photograph has no format and no length.
ALTER TABLE photo RENAME TO attachment;
ALTER TABLE attachment ADD COLUMN sort TEXT NOT NULL DEFAULT 'photo';
ALTER TABLE attachment ADD COLUMN format TEXT;
ALTER TABLE attachment ADD COLUMN duration_ms INTEGER;
DROP INDEX photo_unsent;
CREATE INDEX attachment_unsent ON attachment (taken_us) WHERE report IS NULL AND project IS NULL AND check_up IS NULL;
-- Those that are kept no longer are looked for beside very many photographs, whose files are long.
CREATE INDEX attachment_voice ON attachment (report) WHERE sort = 'voice';
