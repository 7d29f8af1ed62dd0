DROP TABLE secrets;
DROP TABLE audit;
DROP TABLE invites;
DROP TABLE memberships;

-- Private and direct rooms would be open to all from here on: they go, and with
-- them what was said in them.
DELETE FROM messages WHERE room IN (SELECT name::text FROM rooms WHERE kind <> 'open');
DELETE FROM rooms WHERE kind <> 'open';

DROP INDEX rooms_created_by;
ALTER TABLE rooms
    DROP COLUMN people,
    DROP COLUMN revision,
    DROP COLUMN archived_at,
    DROP COLUMN topic,
    DROP COLUMN title,
    DROP COLUMN kind;

ALTER TABLE sessions
    ALTER username TYPE text;

ALTER TABLE users
    DROP COLUMN revision,
    DROP COLUMN head,
    DROP COLUMN banned_at,
    DROP COLUMN display_name,
    DROP COLUMN role,
    ALTER username TYPE text,
    RESET (fillfactor);
