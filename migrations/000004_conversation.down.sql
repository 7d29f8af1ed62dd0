DROP TABLE renderings;
DROP TABLE message_versions;

-- The release before can't store an empty body.
UPDATE messages SET body = 'This message was deleted.' WHERE body = '';

DROP INDEX messages_pinned;
DROP INDEX messages_mentions;
ALTER TABLE messages
    DROP CONSTRAINT messages_check,
    DROP COLUMN pinned_by,
    DROP COLUMN pinned_at,
    DROP COLUMN reactions,
    DROP COLUMN mentions,
    DROP COLUMN thread,
    DROP COLUMN reply_to,
    DROP COLUMN deleted_at,
    DROP COLUMN edited_at,
    DROP COLUMN renderer,
    DROP COLUMN html,
    ADD CONSTRAINT messages_check CHECK (
        id >= 1 AND revision >= id AND char_length(body) BETWEEN 1 AND 4000
        AND (client_id IS NULL OR char_length(client_id) BETWEEN 1 AND 100)
    );
