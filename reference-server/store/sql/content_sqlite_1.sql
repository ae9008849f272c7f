-- Content database, version 1, SQLite 3.37 or newer, in WAL mode. Statements are separated by lines of two dashes and the word "statement".
CREATE TABLE meta(name text PRIMARY KEY, value text NOT NULL) STRICT
-- statement
CREATE TABLE directory_state(id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL) STRICT
-- statement
INSERT INTO directory_state(id, revision) VALUES (1, 0)
-- statement
-- what: 1 principal, 2 category, 3 room, 4 server (id 0: read them all), 5 a room that is gone
CREATE TABLE directory_change(revision INTEGER NOT NULL, what INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (revision, what, id)) STRICT
-- statement
CREATE TABLE principal(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,
  uri text NOT NULL UNIQUE,
  display_name text NOT NULL,
  email text NOT NULL,
  disabled INTEGER NOT NULL,
  administrator INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT
-- statement
CREATE TABLE group_member(
  group_id INTEGER NOT NULL REFERENCES principal(id),
  member_id INTEGER NOT NULL REFERENCES principal(id),
  PRIMARY KEY (group_id, member_id)
) STRICT
-- statement
CREATE TABLE verifier(
  user_id INTEGER NOT NULL REFERENCES principal(id),
  kind INTEGER NOT NULL,
  realm text NOT NULL,
  key_id text NOT NULL,
  sealed text NOT NULL,
  PRIMARY KEY (user_id, kind)
) STRICT
-- statement
CREATE TABLE category(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  parent_id INTEGER REFERENCES category(id),
  name text NOT NULL,
  description text NOT NULL,
  invitations INTEGER NOT NULL,
  file_upload INTEGER NOT NULL,
  history INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT
-- statement
CREATE UNIQUE INDEX category_name ON category(coalesce(parent_id, 0), name)
-- statement
-- role: 1 allowed, 2 denied, 4 creator; bits
CREATE TABLE category_principal(
  category_id INTEGER NOT NULL REFERENCES category(id),
  principal_id INTEGER NOT NULL REFERENCES principal(id),
  role INTEGER NOT NULL,
  PRIMARY KEY (category_id, principal_id)
) STRICT
-- statement
CREATE TABLE room(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guid TEXT NOT NULL UNIQUE,
  category_id INTEGER NOT NULL REFERENCES category(id),
  name text NOT NULL,
  name_key text NOT NULL UNIQUE,
  description text NOT NULL,
  topic text NOT NULL,
  kind INTEGER NOT NULL,
  privacy INTEGER NOT NULL,
  disabled INTEGER NOT NULL,
  invitations INTEGER NOT NULL,
  addin text NOT NULL,
  created_ms INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT
-- statement
CREATE TABLE membership(
  room_id INTEGER NOT NULL REFERENCES room(id) ON DELETE CASCADE,
  principal_id INTEGER NOT NULL REFERENCES principal(id),
  role INTEGER NOT NULL,
  PRIMARY KEY (room_id, principal_id)
) STRICT
-- statement
CREATE TABLE server(name text PRIMARY KEY, active INTEGER NOT NULL, version INTEGER NOT NULL) STRICT
-- statement
CREATE TABLE preference(
  user_id INTEGER NOT NULL REFERENCES principal(id),
  label text NOT NULL,
  content text NOT NULL,
  seqid INTEGER NOT NULL,
  PRIMARY KEY (user_id, label)
) STRICT
-- statement
CREATE TABLE invitation(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  room_id INTEGER NOT NULL REFERENCES room(id) ON DELETE CASCADE,
  user_id INTEGER NOT NULL REFERENCES principal(id),
  by_id INTEGER NOT NULL,
  sent_ms INTEGER NOT NULL,
  UNIQUE (user_id, room_id)
) STRICT
-- statement
CREATE TABLE file_token(
  token TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL,
  room_id INTEGER NOT NULL REFERENCES room(id) ON DELETE CASCADE,
  file text NOT NULL,
  direction INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT
-- statement
CREATE INDEX file_token_expires ON file_token(expires_ms)
-- statement
-- rooms: ids with commas between them
CREATE TABLE endpoint(
  user_id INTEGER NOT NULL,
  epid text NOT NULL,
  rooms text NOT NULL,
  updated_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, epid)
) STRICT
-- statement
-- The outbox: filled in the same commit as the message; the relay moves it to the compliance database and deletes it afterwards.
-- seq: of the message that a chat event is about; its text is read from there.
CREATE TABLE compliance_outbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ev_id TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  room_id INTEGER NOT NULL,
  principal_id INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  seq INTEGER,
  content text NOT NULL
) STRICT
-- statement
-- The hot counter, apart from the room's wide row. STRICT tables know INTEGER and TEXT only.
CREATE TABLE room_head(room_id INTEGER PRIMARY KEY REFERENCES room(id) ON DELETE CASCADE, last_seq INTEGER NOT NULL) STRICT
-- statement
CREATE TABLE message(
  id INTEGER PRIMARY KEY,
  room_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  sender_id INTEGER NOT NULL,
  sent_ms INTEGER NOT NULL,
  client_key TEXT NOT NULL,
  kind INTEGER NOT NULL,
  body TEXT NOT NULL,
  title TEXT NOT NULL,
  rtf TEXT NOT NULL,
  UNIQUE (room_id, seq),
  UNIQUE (room_id, sender_id, client_key)
) STRICT
-- statement
CREATE INDEX message_time ON message(room_id, sent_ms)
-- statement
-- Diacritics count, as they do for PostgreSQL's 'simple' configuration.
CREATE VIRTUAL TABLE message_fts USING fts5(body, content='message', content_rowid='id', tokenize='unicode61 remove_diacritics 0')
-- statement
CREATE TRIGGER message_inserted AFTER INSERT ON message BEGIN
  INSERT INTO message_fts(rowid, body) VALUES (new.id, new.body);
END
-- statement
CREATE TRIGGER message_deleted AFTER DELETE ON message BEGIN
  INSERT INTO message_fts(message_fts, rowid, body) VALUES ('delete', old.id, old.body);
END
