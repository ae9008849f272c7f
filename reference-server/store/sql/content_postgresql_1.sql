-- Content database, version 1, PostgreSQL 15. Statements are separated by lines of two dashes and the word "statement".
CREATE TABLE meta(name text PRIMARY KEY, value text NOT NULL)
-- statement
CREATE TABLE directory_state(id smallint PRIMARY KEY CHECK (id = 1), revision bigint NOT NULL)
-- statement
INSERT INTO directory_state(id, revision) VALUES (1, 0)
-- statement
-- what: 1 principal, 2 category, 3 room, 4 server (id 0: read them all), 5 a room that is gone
CREATE TABLE directory_change(revision bigint NOT NULL, what smallint NOT NULL, id bigint NOT NULL, PRIMARY KEY (revision, what, id))
-- statement
CREATE TABLE principal(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind smallint NOT NULL,
  uri text NOT NULL UNIQUE,
  display_name text NOT NULL,
  email text NOT NULL,
  disabled smallint NOT NULL,
  administrator smallint NOT NULL,
  version bigint NOT NULL
)
-- statement
CREATE TABLE group_member(
  group_id bigint NOT NULL REFERENCES principal(id),
  member_id bigint NOT NULL REFERENCES principal(id),
  PRIMARY KEY (group_id, member_id)
)
-- statement
CREATE TABLE verifier(
  user_id bigint NOT NULL REFERENCES principal(id),
  kind smallint NOT NULL,
  realm text NOT NULL,
  key_id text NOT NULL,
  sealed text NOT NULL,
  PRIMARY KEY (user_id, kind)
)
-- statement
CREATE TABLE category(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  parent_id bigint REFERENCES category(id),
  name text NOT NULL,
  description text NOT NULL,
  invitations smallint NOT NULL,
  file_upload smallint NOT NULL,
  history smallint NOT NULL,
  version bigint NOT NULL
)
-- statement
CREATE UNIQUE INDEX category_name ON category(coalesce(parent_id, 0), name)
-- statement
-- role: 1 allowed, 2 denied, 4 creator; bits
CREATE TABLE category_principal(
  category_id bigint NOT NULL REFERENCES category(id),
  principal_id bigint NOT NULL REFERENCES principal(id),
  role smallint NOT NULL,
  PRIMARY KEY (category_id, principal_id)
)
-- statement
CREATE TABLE room(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  guid uuid NOT NULL UNIQUE,
  category_id bigint NOT NULL REFERENCES category(id),
  name text NOT NULL,
  name_key text NOT NULL UNIQUE,
  description text NOT NULL,
  topic text NOT NULL,
  kind smallint NOT NULL,
  privacy smallint NOT NULL,
  disabled smallint NOT NULL,
  invitations smallint NOT NULL,
  addin text NOT NULL,
  created_ms bigint NOT NULL,
  version bigint NOT NULL
)
-- statement
CREATE TABLE membership(
  room_id bigint NOT NULL REFERENCES room(id) ON DELETE CASCADE,
  principal_id bigint NOT NULL REFERENCES principal(id),
  role smallint NOT NULL,
  PRIMARY KEY (room_id, principal_id)
)
-- statement
CREATE TABLE server(name text PRIMARY KEY, active smallint NOT NULL, version bigint NOT NULL)
-- statement
CREATE TABLE preference(
  user_id bigint NOT NULL REFERENCES principal(id),
  label text NOT NULL,
  content text NOT NULL,
  seqid bigint NOT NULL,
  PRIMARY KEY (user_id, label)
)
-- statement
CREATE TABLE invitation(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  room_id bigint NOT NULL REFERENCES room(id) ON DELETE CASCADE,
  user_id bigint NOT NULL REFERENCES principal(id),
  by_id bigint NOT NULL,
  sent_ms bigint NOT NULL,
  UNIQUE (user_id, room_id)
)
-- statement
CREATE TABLE file_token(
  token uuid PRIMARY KEY,
  user_id bigint NOT NULL,
  room_id bigint NOT NULL REFERENCES room(id) ON DELETE CASCADE,
  file text NOT NULL,
  direction smallint NOT NULL,
  expires_ms bigint NOT NULL
)
-- statement
CREATE INDEX file_token_expires ON file_token(expires_ms)
-- statement
-- rooms: ids with commas between them
CREATE TABLE endpoint(
  user_id bigint NOT NULL,
  epid text NOT NULL,
  rooms text NOT NULL,
  updated_ms bigint NOT NULL,
  PRIMARY KEY (user_id, epid)
)
-- statement
-- The outbox: filled in the same commit as the message; the relay moves it to the compliance database and deletes it afterwards.
-- seq: of the message that a chat event is about; its text is read from there.
CREATE TABLE compliance_outbox(
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ev_id uuid NOT NULL UNIQUE,
  kind smallint NOT NULL,
  room_id bigint NOT NULL,
  principal_id bigint NOT NULL,
  at_ms bigint NOT NULL,
  seq bigint,
  content text NOT NULL
)
-- statement
-- The hot counter, apart from the room's wide row: half-empty pages keep its updates on the page.
CREATE TABLE room_head(room_id bigint PRIMARY KEY REFERENCES room(id) ON DELETE CASCADE, last_seq bigint NOT NULL) WITH (fillfactor = 50)
-- statement
-- The words come from the node with ASCII's punctuation made blank, so that they are the same as FTS5's on SQLite: PostgreSQL's parser
-- would keep host names, paths and hyphenated words together, and its translate() takes longer than all the rest of a post.
CREATE TABLE message(
  room_id bigint NOT NULL,
  seq bigint NOT NULL,
  sender_id bigint NOT NULL,
  sent_ms bigint NOT NULL,
  client_key uuid NOT NULL,
  kind smallint NOT NULL,
  body text NOT NULL,
  title text NOT NULL,
  rtf text NOT NULL,
  words tsvector NOT NULL,
  PRIMARY KEY (room_id, seq)
)
-- statement
CREATE UNIQUE INDEX message_client ON message(room_id, sender_id, client_key)
-- statement
CREATE INDEX message_time ON message(room_id, sent_ms)
-- statement
CREATE INDEX message_words ON message USING gin(words) WITH (fastupdate = on)
-- statement
-- Appends a batch and answers for each item, by its place in the batch, what was stored; an item of an unknown room gets no answer.
-- The rooms' heads are locked in the order of their ids: nodes never wait for one another in a circle, numbers have no gaps, and their
-- order is the order of the commits. The lock also gives the transaction something to write, so that a retry that only finds its
-- messages waits for the mirror like everybody else and never acknowledges what the mirror lacks. Each statement of a function sees
-- what was committed before it began: a message that another node stored while this one waited for the lock is found.
-- A loop of small statements, whose plans are made once per connection: one large statement was planned anew at each call, which cost
-- more than everything else. The planner must not scan a table that it has seen small. o_us: microseconds since the call began, so
-- that the caller, whose statement is the whole transaction, can tell the work from the flush.
CREATE FUNCTION append_messages(
  p_room bigint[], p_sender bigint[], p_key uuid[], p_ms bigint[], p_kind smallint[], p_body text[], p_title text[], p_rtf text[],
  p_event uuid[], p_plain text[]
) RETURNS TABLE (o_place bigint, o_seq bigint, o_ms bigint, o_duplicate smallint, o_us bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  begun timestamptz := clock_timestamp();
BEGIN
  IF cardinality(p_room) > 1 THEN
    PERFORM 1 FROM room_head h WHERE h.room_id = ANY(p_room) ORDER BY h.room_id FOR UPDATE;
  END IF;
  FOR place IN 1 .. cardinality(p_room) LOOP
    o_place := place;
    o_duplicate := 0;
    o_ms := p_ms[place];
    -- Locks and writes the head whether or not the message is new.
    UPDATE room_head h SET last_seq = h.last_seq + 1 WHERE h.room_id = p_room[place] RETURNING h.last_seq INTO o_seq;
    CONTINUE WHEN NOT FOUND;
    INSERT INTO message(room_id, seq, sender_id, sent_ms, client_key, kind, body, title, rtf, words)
      VALUES (p_room[place], o_seq, p_sender[place], p_ms[place], p_key[place], p_kind[place], p_body[place], p_title[place],
              p_rtf[place], to_tsvector('simple', p_plain[place]))
      ON CONFLICT (room_id, sender_id, client_key) DO NOTHING;
    IF NOT FOUND THEN
      UPDATE room_head h SET last_seq = h.last_seq - 1 WHERE h.room_id = p_room[place];
      SELECT m.seq, m.sent_ms, 1 INTO o_seq, o_ms, o_duplicate FROM message m
        WHERE m.room_id = p_room[place] AND m.sender_id = p_sender[place] AND m.client_key = p_key[place];
    ELSIF p_event[place] IS NOT NULL THEN
      INSERT INTO compliance_outbox(ev_id, kind, room_id, principal_id, at_ms, seq, content)
        VALUES (p_event[place], 3, p_room[place], p_sender[place], p_ms[place], o_seq, '');
    END IF;
    o_us := extract(microseconds FROM clock_timestamp() - begun);
    RETURN NEXT;
  END LOOP;
END
$$
