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
-- Appends one post: what append_messages does, in three statements that cost little to begin. At a low rate every batch is one post,
-- and the plan of a batch costs more than the rest of it. The head is locked, and written, whether or not the message is new.
CREATE FUNCTION append_message(
  p_room bigint, p_sender bigint, p_key uuid, p_ms bigint, p_kind smallint, p_body text, p_title text, p_rtf text, p_event uuid,
  p_plain text, OUT o_seq bigint, OUT o_ms bigint, OUT o_duplicate smallint
) LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  UPDATE room_head h SET last_seq = h.last_seq + 1 WHERE h.room_id = p_room RETURNING h.last_seq INTO o_seq;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  INSERT INTO message(room_id, seq, sender_id, sent_ms, client_key, kind, body, title, rtf, words)
    VALUES (p_room, o_seq, p_sender, p_ms, p_key, p_kind, p_body, p_title, p_rtf, to_tsvector('simple', p_plain))
    ON CONFLICT (room_id, sender_id, client_key) DO NOTHING;
  IF NOT FOUND THEN
    UPDATE room_head h SET last_seq = h.last_seq - 1 WHERE h.room_id = p_room;
    SELECT m.seq, m.sent_ms, 1 INTO o_seq, o_ms, o_duplicate FROM message m
      WHERE m.room_id = p_room AND m.sender_id = p_sender AND m.client_key = p_key;
    RETURN;
  END IF;
  o_ms := p_ms;
  o_duplicate := 0;
  IF p_event IS NOT NULL THEN
    INSERT INTO compliance_outbox(ev_id, kind, room_id, principal_id, at_ms, seq, content)
      VALUES (p_event, 3, p_room, p_sender, p_ms, o_seq, '');
  END IF;
END
$$
-- statement
-- Appends a batch and answers for each item, by its place in the batch, what was stored; an item of an unknown room gets no answer.
-- The rooms' heads are locked in the order of their ids: nodes never wait for one another in a circle, numbers have no gaps, and their
-- order is the order of the commits. The lock also gives the transaction something to write, so that a retry that only finds its
-- messages waits for the mirror like everybody else and never acknowledges what the mirror lacks. Each statement of a function sees
-- what was committed before it began: a message that another node stored while this one waited for the lock is found.
-- The planner must not scan the table when it has seen it small, and not plan anew for every batch: hence the settings.
CREATE FUNCTION append_messages(
  p_room bigint[], p_sender bigint[], p_key uuid[], p_ms bigint[], p_kind smallint[], p_body text[], p_title text[], p_rtf text[],
  p_event uuid[], p_plain text[]
) RETURNS TABLE (o_place bigint, o_seq bigint, o_ms bigint, o_duplicate smallint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM 1 FROM room_head h WHERE h.room_id = ANY(p_room) ORDER BY h.room_id FOR UPDATE;
  RETURN QUERY
  WITH item AS MATERIALIZED (
    SELECT * FROM unnest(p_room, p_sender, p_key, p_ms, p_kind, p_body, p_title, p_rtf, p_event, p_plain) WITH ORDINALITY
      AS t(room_id, sender_id, client_key, sent_ms, kind, body, title, rtf, event, plain, place)
  ), known AS MATERIALIZED (
    SELECT i.place, m.seq, m.sent_ms FROM item i
      JOIN message m ON m.room_id = i.room_id AND m.sender_id = i.sender_id AND m.client_key = i.client_key
  ), first AS MATERIALIZED (
    SELECT DISTINCT ON (i.room_id, i.sender_id, i.client_key) i.* FROM item i
      WHERE NOT EXISTS (SELECT 1 FROM known k WHERE k.place = i.place)
      ORDER BY i.room_id, i.sender_id, i.client_key, i.place
  ), numbered AS MATERIALIZED (
    SELECT f.*, h.last_seq + row_number() OVER (PARTITION BY f.room_id ORDER BY f.place) AS seq
      FROM first f JOIN room_head h ON h.room_id = f.room_id
  ), stored AS (
    INSERT INTO message(room_id, seq, sender_id, sent_ms, client_key, kind, body, title, rtf, words)
      SELECT n.room_id, n.seq, n.sender_id, n.sent_ms, n.client_key, n.kind, n.body, n.title, n.rtf, to_tsvector('simple', n.plain)
      FROM numbered n
  ), counted AS (
    UPDATE room_head h SET last_seq = c.last_seq
      FROM (SELECT n.room_id, max(n.seq) AS last_seq FROM numbered n GROUP BY n.room_id) c WHERE h.room_id = c.room_id
  ), told AS (
    INSERT INTO compliance_outbox(ev_id, kind, room_id, principal_id, at_ms, seq, content)
      SELECT n.event, 3, n.room_id, n.sender_id, n.sent_ms, n.seq, '' FROM numbered n WHERE n.event IS NOT NULL ORDER BY n.place
  )
  SELECT i.place, n.seq, n.sent_ms, CASE WHEN i.place = n.place THEN 0 ELSE 1 END::smallint
    FROM item i JOIN numbered n ON n.room_id = i.room_id AND n.sender_id = i.sender_id AND n.client_key = i.client_key
  UNION ALL
  SELECT k.place, k.seq, k.sent_ms, 1::smallint FROM known k;
END
$$
