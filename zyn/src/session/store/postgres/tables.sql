CREATE TABLE IF NOT EXISTS zyn_schema (
  part    TEXT PRIMARY KEY,
  version BIGINT NOT NULL
);

CREATE TABLE zyn_sessions (
  id         TEXT COLLATE "C" PRIMARY KEY,
  version    BIGINT NOT NULL,
  oldest     BIGINT NOT NULL,            -- the oldest version that can be loaded
  updated_at TIMESTAMPTZ NOT NULL,
  deleted    BOOLEAN NOT NULL
);

CREATE TABLE zyn_messages (
  session_id TEXT COLLATE "C" NOT NULL,
  seq        BIGINT NOT NULL,            -- the place in the conversation, from 0
  born       BIGINT NOT NULL,            -- the version that brought it
  died       BIGINT,                     -- the version that took it away; NULL while it is part of the conversation
  role       TEXT NOT NULL,
  message    JSON NOT NULL,
  PRIMARY KEY (session_id, seq, born)
);

CREATE UNIQUE INDEX zyn_messages_head ON zyn_messages (session_id, seq) WHERE died IS NULL;

CREATE TABLE zyn_commits (
  session_id TEXT COLLATE "C" NOT NULL,
  version    BIGINT NOT NULL,            -- the version that it made
  commit_id  TEXT,                       -- NULL for a deletion
  usage      JSON,                       -- what the session has cost so far
  last_usage JSON,                       -- what its last turn has cost
  at         TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (session_id, version),
  UNIQUE (session_id, commit_id)
);

INSERT INTO zyn_schema (part, version) VALUES ('sessions', 1);
