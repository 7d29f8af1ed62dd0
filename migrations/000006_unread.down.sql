ALTER TABLE memberships DROP reopened;
