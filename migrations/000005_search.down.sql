DROP TABLE search_blocks;
DROP TABLE search_rooms;
DROP TABLE search_messages;
