-- Accounts, sessions, rooms and messages. The checks repeat the limits of the
-- HTTP contract, so that no path into the database can go around them.

CREATE TABLE users (
    username      text        PRIMARY KEY CHECK (username ~ '^[a-z0-9][a-z0-9_.-]{1,31}$'),
    password_hash text        NOT NULL CHECK (password_hash <> ''),
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- A session is known by the SHA-256 of its token: who reads this table cannot
-- sign in with it. id is what its owner sees, and names it by to end it.
CREATE TABLE sessions (
    token_hash   bytea       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    id           uuid        NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    username     text        NOT NULL REFERENCES users (username) ON DELETE CASCADE,
    user_agent   text        NOT NULL DEFAULT '' CHECK (char_length(user_agent) <= 512),
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX sessions_username ON sessions (username);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- head is the position of the room's newest change. Whoever changes anything
-- durable in a room takes head + 1 under this row's lock, in the transaction
-- of the change: positions are dense, and in commit order.
CREATE TABLE rooms (
    name       text        PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,99}$'),
    head       bigint      NOT NULL DEFAULT 0 CHECK (head >= 0),
    created_by text        REFERENCES users (username) ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50); -- head changes with every message: leave room for HOT updates

-- id is the position at which the message was created, revision the position
-- of its latest change. username is not a foreign key: what was said stays
-- when an account goes. Nor is room: a message is inserted by the statement that
-- raises the room's head, so there is one, and the check cost 25 µs a row.
CREATE TABLE messages (
    room       text        NOT NULL,
    id         bigint      NOT NULL CHECK (id >= 1),
    revision   bigint      NOT NULL CHECK (revision >= id),
    username   text        NOT NULL CHECK (username ~ '^[a-z0-9][a-z0-9_.-]{1,31}$'),
    body       text        NOT NULL CHECK (char_length(body) BETWEEN 1 AND 4000),
    client_id  text        CHECK (char_length(client_id) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (room, id)
);
-- Replay: rows of a room with revision > N, in order of revision.
CREATE UNIQUE INDEX messages_revision ON messages (room, revision);
-- Idempotency: the same (room, username, client_id) is one message, for good.
CREATE UNIQUE INDEX messages_client_id ON messages (room, username, client_id) WHERE client_id IS NOT NULL;

INSERT INTO rooms (name) VALUES ('general');
