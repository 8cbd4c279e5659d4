-- The audit log: a chain of lines, each with a hash over itself and the one before. Nothing is ever changed in it; lines
-- go from its beginning alone, after the anchor was moved up to the last of them. What writes past csvq meets the
-- triggers; who removes those is found out by the chain.

CREATE TABLE audit (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    time    INTEGER NOT NULL,
    caller  TEXT NOT NULL,
    action  TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('allowed', 'refused', 'failed')),
    subject TEXT NOT NULL,
    version TEXT,
    digest  TEXT,
    why     TEXT NOT NULL,
    details TEXT NOT NULL,
    hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX audit_by_subject ON audit (subject);

-- The last line that retention let go, and its hash, from which the chain goes on.
CREATE TABLE audit_anchor (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL CHECK (number >= 0),
    hash   BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

INSERT INTO audit_anchor (id, number, hash) VALUES (1, 0, zeroblob(32));

CREATE TRIGGER audit_follows BEFORE INSERT ON audit
WHEN NEW.number IS NOT 1 + coalesce((SELECT max(number) FROM audit), (SELECT number FROM audit_anchor))
BEGIN
    SELECT RAISE(ABORT, 'a line of the audit log follows the last one');
END;

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;

CREATE TRIGGER audit_goes BEFORE DELETE ON audit
WHEN OLD.number > (SELECT number FROM audit_anchor)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;

CREATE TRIGGER audit_anchor_is_one BEFORE INSERT ON audit_anchor
BEGIN
    SELECT RAISE(ABORT, 'the audit log has one anchor');
END;

CREATE TRIGGER audit_anchor_rises BEFORE UPDATE ON audit_anchor
WHEN NEW.id IS NOT 1 OR NEW.number <= OLD.number
    OR NEW.hash IS NOT (SELECT hash FROM audit WHERE number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'the anchor of the audit log moves to a line of it');
END;

CREATE TRIGGER audit_anchor_stays BEFORE DELETE ON audit_anchor
BEGIN
    SELECT RAISE(ABORT, 'the audit log has one anchor');
END;

-- What is, or was, in plugins/quarantine/. Rows stay after their files went, since the bytes must not come back.

CREATE TABLE quarantine (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,
    name           TEXT NOT NULL,
    plugin         TEXT,
    version        TEXT,
    digest         TEXT NOT NULL,
    origin         TEXT NOT NULL,
    source_path    TEXT,
    reason         TEXT NOT NULL,
    findings       TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('held', 'released', 'deleted')),
    quarantined_at INTEGER NOT NULL,
    quarantined_by TEXT NOT NULL,
    decided_at     INTEGER,
    decided_by     TEXT
) STRICT;

CREATE UNIQUE INDEX quarantine_by_name ON quarantine (name) WHERE status = 'held';

-- Every digest that an entry is known by, its own included.
CREATE TABLE quarantine_digests (
    digest     TEXT NOT NULL,
    quarantine INTEGER NOT NULL REFERENCES quarantine (number) DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (digest, quarantine)
) STRICT, WITHOUT ROWID;

CREATE INDEX quarantine_digests_by_entry ON quarantine_digests (quarantine);

-- The digest of the version that is trusted to run in csvq's own process: no other is.
ALTER TABLE plugins ADD COLUMN trusted_digest TEXT;
UPDATE plugins SET trusted_digest = (
    SELECT digest FROM versions WHERE versions.plugin = plugins.id AND versions.version = plugins.active_version
) WHERE in_process = 1;
ALTER TABLE plugins DROP COLUMN in_process;

-- What is remembered under names of csvq's own.
CREATE TABLE remembered (
    name TEXT PRIMARY KEY NOT NULL,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
