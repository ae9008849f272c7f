-- Compliance database, version 1, SQLite 3.37 or newer. One row per event, whatever the relay repeats: ev_id comes from the content database.
-- Names are those of the moment: the row stands for itself when the room or the person is renamed or gone.
CREATE TABLE compliance_event(
  ev_id TEXT PRIMARY KEY,
  source_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  room_guid TEXT NOT NULL,
  room_name text NOT NULL,
  room_description text NOT NULL,
  user_id INTEGER NOT NULL,
  user_uri text NOT NULL,
  user_name text NOT NULL,
  user_email text NOT NULL,
  seq INTEGER,
  content text NOT NULL,
  exported_run INTEGER
) STRICT
-- statement
CREATE INDEX compliance_event_pending ON compliance_event(at_ms, source_id) WHERE exported_run IS NULL
-- statement
-- One row per run of the adapter. state: 1 its events are chosen and its files may be there in part, 2 its files are complete
CREATE TABLE compliance_run(
  id INTEGER PRIMARY KEY,
  started_ms INTEGER NOT NULL,
  finished_ms INTEGER,
  state INTEGER NOT NULL,
  events INTEGER NOT NULL,
  files INTEGER NOT NULL
) STRICT
-- statement
CREATE INDEX compliance_event_run ON compliance_event(exported_run)
