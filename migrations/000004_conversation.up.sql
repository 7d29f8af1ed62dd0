-- A conversation: messages that are changed, formatted, answered, reacted to,
-- pinned, and mention people.
--
-- The release before works on this schema: what it inserts gets NULLs, and it
-- shows what was formatted as it was typed. All columns are without a default,
-- so no row is written anew.

ALTER TABLE messages
    ADD html      text,        -- the body rendered, if it is more than plain text
    ADD renderer  smallint,    -- the version of the renderer that looked at the body
    ADD edited_at timestamptz,
    ADD deleted_at timestamptz, -- body is '' then
    ADD reply_to  bigint,      -- id of a message of the room
    ADD thread    bigint,      -- id of the thread's root
    ADD mentions  text[]       COLLATE "C", -- usernames, and '@room', '@here'
    ADD reactions jsonb,       -- [{"emoji": "👍", "people": ["ada", "bob"]}], the earliest first
    ADD pinned_at timestamptz,
    ADD pinned_by text         COLLATE "C";

-- NOT VALID: what the old check let in, this one does. Nothing is read.
ALTER TABLE messages
    DROP CONSTRAINT messages_check,
    ADD CONSTRAINT messages_check CHECK (
        id >= 1 AND revision >= id AND char_length(body) <= 4000 AND (body <> '' OR deleted_at IS NOT NULL)
        AND (client_id IS NULL OR char_length(client_id) BETWEEN 1 AND 100)
    ) NOT VALID;

-- Those who are mentioned find it; few messages mention anybody.
CREATE INDEX messages_mentions ON messages USING gin (mentions) WHERE mentions IS NOT NULL;
-- The pins of a room.
CREATE INDEX messages_pinned ON messages (room, pinned_at) WHERE pinned_at IS NOT NULL;

-- Bodies that were replaced or deleted, for owners, as long as VERSIONS_KEPT
-- says. revision is the position up to which the body stood.
CREATE TABLE message_versions (
    room     text        COLLATE "C" NOT NULL,
    id       bigint      NOT NULL,
    revision bigint      NOT NULL,
    body     text        NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(), -- when it was replaced
    PRIMARY KEY (room, id, revision)
);
CREATE INDEX message_versions_at ON message_versions (at);

-- How far the messages have been rendered by which version of the renderer:
-- up to (room, id), in that order; done when all have been.
CREATE TABLE renderings (
    renderer smallint PRIMARY KEY,
    room     text     COLLATE "C" NOT NULL DEFAULT '',
    id       bigint   NOT NULL DEFAULT 0,
    done     boolean  NOT NULL DEFAULT false
);
