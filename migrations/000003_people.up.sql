-- People, rooms of three kinds, memberships, invites, and the audit.
--
-- The release before works on this schema: what it inserts gets defaults. It
-- knows no private rooms, so none should be made until it has gone.
--
-- messages is not touched. users and sessions are small; their names are
-- compared byte by byte from now on, as those in messages and rooms are.

ALTER TABLE users
    ALTER username TYPE text COLLATE "C",
    ADD role         text        NOT NULL DEFAULT 'member' CHECK (role IN ('owner', 'admin', 'member', 'guest')),
    ADD display_name text        NOT NULL DEFAULT '' CHECK (char_length(display_name) <= 80),
    ADD banned_at    timestamptz,
    -- head is the position of the newest change in what this person has: see
    -- rooms.head. revision is that of the latest change of this row's role or
    -- display_name.
    ADD head         bigint      NOT NULL DEFAULT 0,
    ADD revision     bigint      NOT NULL DEFAULT 0 CHECK (revision <= head),
    SET (fillfactor = 50); -- head changes often: leave room for HOT updates

ALTER TABLE sessions
    ALTER username TYPE text COLLATE "C";

-- Whoever came first runs the place.
UPDATE users SET role = 'owner'
WHERE username = (SELECT username FROM users ORDER BY created_at, username LIMIT 1);

ALTER TABLE rooms
    ADD kind        text        NOT NULL DEFAULT 'open' CHECK (kind IN ('open', 'private', 'direct')),
    ADD title       text        NOT NULL DEFAULT '' CHECK (char_length(title) <= 80),
    ADD topic       text        NOT NULL DEFAULT '' CHECK (char_length(topic) <= 250),
    ADD archived_at timestamptz,
    ADD revision    bigint      NOT NULL DEFAULT 0, -- of the latest change of title, topic or archived_at
    ADD people      text[]      COLLATE "C"; -- of a direct room, in order of name; they never change
UPDATE rooms SET title = left(name, 80);
CREATE INDEX rooms_created_by ON rooms (created_by, created_at);

-- What a person has in a room, as it stands at revision of that person's log.
-- A row stays when its person leaves, so that a replay tells of the leaving.
-- joined is the room's head when the person came in last.
CREATE TABLE memberships (
    username  text    COLLATE "C" NOT NULL REFERENCES users (username) ON DELETE CASCADE,
    room      text    COLLATE "C" NOT NULL,
    revision  bigint  NOT NULL,
    member    boolean NOT NULL DEFAULT true,
    moderator boolean NOT NULL DEFAULT false,
    joined    bigint  NOT NULL DEFAULT 0,
    read      bigint  NOT NULL DEFAULT 0,
    notify    text    NOT NULL DEFAULT 'all' CHECK (notify IN ('all', 'mentions', 'none')),
    PRIMARY KEY (username, room)
) WITH (fillfactor = 80);
-- Replay of a person's log.
CREATE UNIQUE INDEX memberships_revision ON memberships (username, revision);
-- The members of a room.
CREATE INDEX memberships_room ON memberships (room, username) WHERE member;

-- Everybody who is here is in general, and in the rooms that they made. All
-- that was said so far counts as read.
INSERT INTO memberships (username, room, revision, moderator, joined, read)
SELECT username, room, row_number() OVER (PARTITION BY username ORDER BY room), made, head, head
FROM (
    SELECT u.username, r.name::text AS room, coalesce(r.created_by = u.username, false) AS made, r.head
    FROM users u JOIN rooms r ON r.name = 'general' OR r.created_by = u.username
) AS had;
UPDATE users SET head = had.n
FROM (SELECT username, count(*) AS n FROM memberships GROUP BY username) AS had
WHERE users.username = had.username;

CREATE TABLE invites (
    code       text        COLLATE "C" PRIMARY KEY CHECK (code ~ '^[A-Za-z0-9_-]{16,64}$'),
    created_by text        COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    uses       integer     NOT NULL CHECK (uses >= 1), -- in all
    used       integer     NOT NULL DEFAULT 0 CHECK (used <= uses),
    role       text        NOT NULL CHECK (role IN ('admin', 'member', 'guest')),
    rooms      text[]      COLLATE "C" NOT NULL DEFAULT '{}' -- joined besides general
);

-- Who did what to whom. It is written in the transaction of the act, and never
-- changed.
CREATE TABLE audit (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    actor   text        COLLATE "C" NOT NULL, -- '' for the command line
    action  text        NOT NULL,
    subject text        NOT NULL DEFAULT '', -- a person, a room or an invite
    detail  jsonb       NOT NULL DEFAULT '{}'
);

-- Keys that the services share. They are made here, so that nobody has to
-- configure them, and can be replaced at any time: what they sign is then
-- signed anew.
CREATE TABLE secrets (
    name  text  PRIMARY KEY,
    value bytea NOT NULL CHECK (octet_length(value) = 32)
);
INSERT INTO secrets (name, value)
VALUES ('device', sha256((gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text)::bytea));
