-- Messages are kept for a limited time, if that is wanted.
--
-- The release before works on this schema, and doesn't know it: what has expired
-- it shows until it is deleted. So nothing should be kept for a limited time
-- until it has gone.

-- What was said in a room up to its floor is gone: to whoever reads, rows with
-- such an id don't exist. They are deleted a little later. A floor rises by a
-- change of the room, which takes a position as any other. retention is in days:
-- 0 is for ever, NULL as the deployment says.
ALTER TABLE rooms
    ADD floor     bigint  NOT NULL DEFAULT 0,
    ADD retention integer CHECK (retention BETWEEN 0 AND 36500);

-- The floor up to which the index of the search has been cleared.
ALTER TABLE search_rooms ADD floor bigint NOT NULL DEFAULT 0;
