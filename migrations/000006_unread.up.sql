-- What was read can be unread again. reopened is the head of the room when its
-- person marked it unread: their own messages up to there don't count as read.
--
-- The release before works on this schema: it leaves the column alone, and takes
-- one's own messages for read.
ALTER TABLE memberships ADD reopened bigint NOT NULL DEFAULT 0;
