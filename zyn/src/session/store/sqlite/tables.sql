CREATE TABLE IF NOT EXISTS zyn_schema (
  part    TEXT PRIMARY KEY,
  version INTEGER NOT NULL
);

CREATE TABLE zyn_sessions (
  id         TEXT PRIMARY KEY,
  version    INTEGER NOT NULL,
  oldest     INTEGER NOT NULL,           -- the oldest version that can be loaded
  updated_at TEXT NOT NULL,
  deleted    INTEGER NOT NULL
);

CREATE TABLE zyn_messages (
  session_id TEXT NOT NULL,
  seq        INTEGER NOT NULL,           -- the place in the conversation, from 0
  born       INTEGER NOT NULL,           -- the version that brought it
  died       INTEGER,                    -- the version that took it away; NULL while it is part of the conversation
  role       TEXT NOT NULL,
  message    TEXT NOT NULL,              -- JSON
  PRIMARY KEY (session_id, seq, born)
);

CREATE UNIQUE INDEX zyn_messages_head ON zyn_messages (session_id, seq) WHERE died IS NULL;

CREATE TABLE zyn_commits (
  session_id TEXT NOT NULL,
  version    INTEGER NOT NULL,           -- the version that it made
  commit_id  TEXT,                       -- NULL for a deletion
  usage      TEXT,                       -- JSON: what the session has cost so far
  last_usage TEXT,                       -- JSON: what its last turn has cost
  at         TEXT NOT NULL,
  PRIMARY KEY (session_id, version),
  UNIQUE (session_id, commit_id)
);

INSERT INTO zyn_schema (part, version) VALUES ('sessions', 1);
