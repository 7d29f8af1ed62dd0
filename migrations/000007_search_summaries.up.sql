-- What a search looks at first: in which blocks of time all of its terms occur.
--
-- The release before works on this schema. It searches without summaries, and
-- what it indexes reaches them by the triggers below.

-- A row has all terms of a block's messages, or of some that were indexed after
-- it was summed. A row too many, or a term, costs a look in vain.
CREATE TABLE search_summaries (
    block integer   NOT NULL,
    terms integer[] NOT NULL
);
CREATE INDEX search_summaries_terms ON search_summaries USING gin (terms) WITH (fastupdate = off);

-- Whether search_summaries has a block; NULL until someone has tried, false if
-- there was too much in it. Searches look through every block that isn't summed.
ALTER TABLE search_blocks ADD summed boolean;
CREATE INDEX search_blocks_unsummed ON search_blocks (no) WHERE summed IS NOT TRUE;

CREATE FUNCTION search_sum_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_summaries (block, terms)
    SELECT late.no, array_agg(DISTINCT term)
    FROM (
        SELECT block.no, fresh.terms
        FROM fresh, LATERAL (SELECT no, summed FROM search_blocks WHERE starts <= fresh.at ORDER BY starts DESC LIMIT 1) AS block
        WHERE block.summed
        OFFSET 0 -- first of all
    ) AS late, unnest(late.terms) AS term
    GROUP BY late.no;
    RETURN NULL;
END $$;
CREATE TRIGGER search_messages_inserted AFTER INSERT ON search_messages
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION search_sum_late();
CREATE TRIGGER search_messages_updated AFTER UPDATE ON search_messages
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION search_sum_late();
