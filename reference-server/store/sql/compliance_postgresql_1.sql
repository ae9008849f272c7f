-- Compliance database, version 1, PostgreSQL 15. One row per event, whatever the relay repeats: ev_id comes from the content database.
-- Names are those of the moment: the row stands for itself when the room or the person is renamed or gone.
CREATE TABLE compliance_event(
  ev_id uuid PRIMARY KEY,
  source_id bigint NOT NULL,
  kind smallint NOT NULL,
  at_ms bigint NOT NULL,
  room_guid uuid NOT NULL,
  room_name text NOT NULL,
  room_description text NOT NULL,
  user_id bigint NOT NULL,
  user_uri text NOT NULL,
  user_name text NOT NULL,
  user_email text NOT NULL,
  seq bigint,
  content text NOT NULL,
  exported_run bigint
)
-- statement
CREATE INDEX compliance_event_pending ON compliance_event(at_ms, source_id) WHERE exported_run IS NULL
-- statement
-- One row per run of the adapter. state: 1 its events are chosen and its files may be there in part, 2 its files are complete
CREATE TABLE compliance_run(
  id bigint PRIMARY KEY,
  started_ms bigint NOT NULL,
  finished_ms bigint,
  state smallint NOT NULL,
  events bigint NOT NULL,
  files bigint NOT NULL
)
-- statement
CREATE INDEX compliance_event_run ON compliance_event(exported_run)
