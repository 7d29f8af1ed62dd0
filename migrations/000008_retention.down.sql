ALTER TABLE search_rooms DROP COLUMN floor;
ALTER TABLE rooms DROP COLUMN floor, DROP COLUMN retention;
