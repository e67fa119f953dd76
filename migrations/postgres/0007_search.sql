-- Search: what is found by which words.

-- The words of each message as they are shown around a hit, and in which document they are found: the
-- ticket's (its id), or the message's own (its id below zero) where it belongs to none.
CREATE TABLE search_texts (
    message_id BIGINT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    doc_id BIGINT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX search_texts_doc ON search_texts (doc_id);

-- A document's words, folded and cut by us, each with its places. They are given as a tsvector, so that
-- PostgreSQL's own parser never cuts them otherwise than SQLite's index does.
CREATE TABLE search_index (
    id BIGINT NOT NULL PRIMARY KEY,
    words TSVECTOR NOT NULL
);
CREATE INDEX search_index_words ON search_index USING GIN (words);

-- Nothing of a deleted message or ticket is found. A ticket that keeps other messages is indexed again
-- by whoever deletes one, or at the next start.
CREATE FUNCTION search_texts_gone() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_index WHERE id = OLD.doc_id;
    RETURN OLD;
END $$;
CREATE TRIGGER search_texts_gone AFTER DELETE ON search_texts
    FOR EACH ROW EXECUTE FUNCTION search_texts_gone();
CREATE FUNCTION search_incidents_gone() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_index WHERE id = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER search_incidents_gone AFTER DELETE ON incidents
    FOR EACH ROW EXECUTE FUNCTION search_incidents_gone();

-- « majeur:oui » alone.
CREATE INDEX incidents_major ON incidents (major_suspected, id);
