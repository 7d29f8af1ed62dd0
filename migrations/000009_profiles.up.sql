-- Profiles: status, picture, and what somebody likes dates and colors to be.
--
-- The release before works on this schema: what it inserts gets defaults, and
-- what it changes of a profile is seen by others as late as it always was.

ALTER TABLE users
    ADD status_text  text        NOT NULL DEFAULT '' CHECK (char_length(status_text) <= 100),
    ADD status_emoji text        NOT NULL DEFAULT '' CHECK (char_length(status_emoji) <= 32),
    ADD status_until timestamptz, -- when the status is over; NULL for never
    ADD avatar       text        COLLATE "C" NOT NULL DEFAULT '' CHECK (avatar ~ '^([0-9a-f]{32})?$'), -- names the picture; '' for none
    ADD time_zone    text        NOT NULL DEFAULT '' CHECK (char_length(time_zone) <= 64), -- '' as the browser says
    ADD theme        text        NOT NULL DEFAULT '' CHECK (theme IN ('', 'light', 'dark')), -- '' as the system says
    ADD language     text        NOT NULL DEFAULT '' CHECK (char_length(language) <= 35); -- of dates; '' as the browser says

-- Pictures, as they are served. They are apart from users, whose rows change
-- often.
CREATE TABLE avatars (
    username text  COLLATE "C" PRIMARY KEY REFERENCES users (username) ON DELETE CASCADE,
    digest   text  COLLATE "C" NOT NULL CHECK (digest ~ '^[0-9a-f]{32}$'),
    image    bytea NOT NULL CHECK (octet_length(image) BETWEEN 1 AND 131072)
);

-- That somebody in a room is shown otherwise than before takes a position in the
-- room's log, and a replay tells of it: revision is that of the latest change.
-- profiled is the highest of them, so that who reads a log needs to look here
-- only if there is something.
CREATE TABLE room_profiles (
    room     text   COLLATE "C" NOT NULL,
    username text   COLLATE "C" NOT NULL REFERENCES users (username) ON DELETE CASCADE,
    revision bigint NOT NULL,
    version  bigint NOT NULL, -- the position of the change in the person's log
    PRIMARY KEY (room, username)
);
CREATE INDEX room_profiles_revision ON room_profiles (room, revision);
ALTER TABLE rooms ADD profiled bigint NOT NULL DEFAULT 0;
