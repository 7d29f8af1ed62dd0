-- What a search looks through. The index lives beside messages, and is written
-- by the messages service a moment after them: posts don't pay for it.
--
-- The release before works on this schema: it doesn't know it.

-- terms are what a message can be found by, as numbers: see the package search
-- of the messages service. Rows go when messages are deleted.
CREATE TABLE search_messages (
    room  text        COLLATE "C" NOT NULL,
    id    bigint      NOT NULL,
    at    timestamptz NOT NULL, -- created_at of the message
    terms integer[]   NOT NULL,
    PRIMARY KEY (room, id)
);
-- A row is found when it is written, not when a list of changes is long enough.
CREATE INDEX search_messages_terms ON search_messages USING gin (terms) WITH (fastupdate = off);

-- The position up to which a room's log has been indexed; 0 without a row.
CREATE TABLE search_rooms (
    room     text   COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL
) WITH (fillfactor = 50);

-- Blocks part time, so that the newest messages are looked through first. A
-- block begins where the one before ends, and never changes that; the last has
-- no end. docs and newest tell when it is time for another.
CREATE TABLE search_blocks (
    no     integer     PRIMARY KEY CHECK (no >= 0),
    starts timestamptz NOT NULL UNIQUE,
    docs   integer     NOT NULL DEFAULT 0,
    newest timestamptz NOT NULL DEFAULT '0001-01-01 00:00:00+00'
) WITH (fillfactor = 50);

-- What has been said so far is indexed later, in any order: its blocks are made
-- here, of 1024 messages each.
INSERT INTO search_blocks (no, starts)
SELECT row_number() OVER (ORDER BY starts) - 1, starts
FROM (
    SELECT timestamptz '0001-01-01 00:00:00+00' AS starts
    UNION
    SELECT created_at FROM (SELECT created_at, row_number() OVER (ORDER BY created_at) AS n FROM messages) AS said
    WHERE n % 1024 = 0
) AS bounds;
