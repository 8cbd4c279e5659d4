-- Times are milliseconds since 1970 UTC.

CREATE TABLE plugins (
    id                 TEXT PRIMARY KEY NOT NULL,
    display_name       TEXT NOT NULL,
    status             TEXT NOT NULL
        CHECK (status IN ('active', 'deprecated', 'disabled', 'quarantined', 'pending_removal')),
    status_before      TEXT
        CHECK (status_before IN ('active', 'deprecated', 'disabled', 'quarantined', 'pending_removal')),
    reason             TEXT,
    deprecation_reason TEXT,
    active_version     TEXT,
    previous_version   TEXT,
    in_process         INTEGER NOT NULL DEFAULT 0 CHECK (in_process IN (0, 1)),
    installed_at       INTEGER NOT NULL,
    deprecated_at      INTEGER,
    removal_at         INTEGER,
    last_used          INTEGER,
    usage_count        INTEGER NOT NULL DEFAULT 0 CHECK (usage_count >= 0),
    FOREIGN KEY (id, active_version) REFERENCES versions (plugin, version) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (id, previous_version) REFERENCES versions (plugin, version) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE versions (
    number       INTEGER PRIMARY KEY,
    plugin       TEXT NOT NULL REFERENCES plugins (id) DEFERRABLE INITIALLY DEFERRED,
    version      TEXT NOT NULL,
    display_name TEXT NOT NULL,
    kind         TEXT NOT NULL,
    digest       TEXT NOT NULL,
    manifest     TEXT NOT NULL,
    source       TEXT NOT NULL,
    source_path  TEXT,
    source_stamp TEXT,
    installed_at INTEGER NOT NULL,
    UNIQUE (plugin, version)
) STRICT;

-- Runs outlive their plugin, and built-in plugins have runs without being installed: no foreign key.
CREATE TABLE runs (
    number            INTEGER PRIMARY KEY,
    plugin            TEXT NOT NULL,
    version           TEXT NOT NULL,
    started           INTEGER NOT NULL,
    wall_ms           REAL NOT NULL,
    cpu_ms            REAL,
    peak_memory_bytes INTEGER,
    rows              INTEGER NOT NULL,
    bytes             INTEGER NOT NULL,
    success           INTEGER NOT NULL CHECK (success IN (0, 1)),
    error_kind        TEXT,
    cached            INTEGER NOT NULL CHECK (cached IN (0, 1))
) STRICT;

CREATE INDEX runs_by_time ON runs (started);
CREATE INDEX runs_by_duration ON runs (plugin, cached, wall_ms);

CREATE TABLE counters (
    name  TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL CHECK (value >= 0)
) STRICT, WITHOUT ROWID;

-- Paths are bytes: not every path is text. Numbers rise, so the lowest is what was remembered longest ago.
CREATE TABLE digests (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    path   BLOB NOT NULL UNIQUE,
    stamp  TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT;
