ALTER TABLE messages
    DROP CONSTRAINT messages_check,
    ALTER room TYPE text,
    ALTER username TYPE text,
    ALTER client_id TYPE text,
    ADD CONSTRAINT messages_id_check CHECK (id >= 1),
    ADD CONSTRAINT messages_check CHECK (revision >= id),
    ADD CONSTRAINT messages_username_check CHECK (username ~ '^[a-z0-9][a-z0-9_.-]{1,31}$'),
    ADD CONSTRAINT messages_body_check CHECK (char_length(body) BETWEEN 1 AND 4000),
    ADD CONSTRAINT messages_client_id_check CHECK (char_length(client_id) BETWEEN 1 AND 100);

ALTER TABLE rooms
    ALTER name TYPE text,
    ADD CONSTRAINT rooms_name_check CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,99}$'),
    ADD CONSTRAINT rooms_head_check CHECK (head >= 0);

DROP DOMAIN room_name;
