DROP TRIGGER search_messages_updated ON search_messages;
DROP TRIGGER search_messages_inserted ON search_messages;
DROP FUNCTION search_sum_late();
DROP INDEX search_blocks_unsummed;
ALTER TABLE search_blocks DROP summed;
DROP TABLE search_summaries;
