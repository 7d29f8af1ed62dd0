ALTER TABLE rooms DROP COLUMN profiled;
DROP TABLE room_profiles;
DROP TABLE avatars;
ALTER TABLE users
    DROP COLUMN status_text, DROP COLUMN status_emoji, DROP COLUMN status_until, DROP COLUMN avatar,
    DROP COLUMN time_zone, DROP COLUMN theme, DROP COLUMN language;
