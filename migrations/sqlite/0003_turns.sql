-- Who reads what first, when much waits at once; and who is suspected of having killed the process.

-- Whose message it is and which incident it names, as far as its header shows undecoded; empty where
-- it shows neither, and once the message is read.
ALTER TABLE messages ADD COLUMN sender TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN thread TEXT NOT NULL DEFAULT '';
-- Its turn: one message of each sender has the same, so that a flood of one waits behind the others.
ALTER TABLE messages ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
-- It was in hand when a process died: from then on it is read alone, and deaths count against it.
ALTER TABLE messages ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0;

DROP INDEX messages_work;
CREATE INDEX messages_turn ON messages (turn, id) WHERE state = 'new';
CREATE INDEX messages_sender ON messages (sender, turn) WHERE state = 'new';
CREATE INDEX messages_thread ON messages (thread, turn) WHERE state = 'new' AND thread <> '';
-- Those in hand, and those whose reading was begun in vain: few among many that wait.
CREATE INDEX messages_begun ON messages (id) WHERE state = 'new' AND attempts > 0;
