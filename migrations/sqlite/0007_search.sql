-- Search: what is found by which words.

-- The words of each message as they are shown around a hit, and in which document they are found: the
-- ticket's (its id), or the message's own (its id below zero) where it belongs to none.
CREATE TABLE search_texts (
    message_id INTEGER NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    doc_id INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX search_texts_doc ON search_texts (doc_id);

-- A document's words, folded and cut by us, a blank between two. Bytes beyond ASCII are part of a word:
-- ours mark what is no word of a text with one.
CREATE VIRTUAL TABLE search_index USING fts5 (words, tokenize = 'ascii', columnsize = 0);
-- What is deleted is gone from the index, not only marked.
INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1);

-- Nothing of a deleted message or ticket is found. A ticket that keeps other messages is indexed again
-- by whoever deletes one, or at the next start.
CREATE TRIGGER search_texts_gone AFTER DELETE ON search_texts BEGIN
    DELETE FROM search_index WHERE rowid = OLD.doc_id;
END;
CREATE TRIGGER search_incidents_gone AFTER DELETE ON incidents BEGIN
    DELETE FROM search_index WHERE rowid = OLD.id;
END;

-- « majeur:oui » alone.
CREATE INDEX incidents_major ON incidents (major_suspected, id);
