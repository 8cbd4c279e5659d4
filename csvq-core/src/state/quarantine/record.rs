//! Entries of quarantine: as they are put in, and as they are read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::state::audit::named;
use crate::state::time::Timestamp;

named! {
    /// How something that is in quarantine had come.
    QuarantineOrigin: "origin" {
        /// Someone wanted to install it.
        Install = "install",
        /// It was to take the place of an installed version.
        Update = "update",
        /// It lay in the folder of plugins.
        DropIn = "drop_in",
        /// It was installed.
        Installed = "installed",
    }
}

named! {
    /// Why something is in quarantine.
    QuarantineReason: "reason" {
        /// The scanner found something.
        Flagged = "flagged",
        /// Its signature is missing, does not hold, or is of nobody who is trusted.
        Signature = "signature",
        /// It, or a key that signed it, is revoked.
        Revoked = "revoked",
        /// Its files are not those that were installed.
        Modified = "modified",
        /// Someone wanted it.
        ByHand = "by_hand",
    }
}

named! {
    /// What became of something in quarantine.
    QuarantineStatus: "status in quarantine" {
        /// It is there.
        Held = "held",
        /// It was let out, and may be used.
        Released = "released",
        /// Its files are gone; the same bytes are refused.
        Deleted = "deleted",
    }
}

/// What is to be put into quarantine. Its time is that of the writing.
#[derive(Clone, Debug, PartialEq)]
pub struct QuarantineRecord {
    /// The name of its folder in `plugins/quarantine/`.
    pub name: String,
    /// The plugin's id, if it is known.
    pub plugin: Option<String>,
    /// The plugin's version, if it is known.
    pub version: Option<String>,
    /// The plugin's digest; where there is none, that of the bytes that came.
    pub digest: String,
    /// Further digests under which it must not come back, up to 1,000: of the package's bytes, of the files that were
    /// flagged. Of nothing that others hold, too, such as a licence.
    pub also: Vec<String>,
    /// How it had come.
    pub origin: QuarantineOrigin,
    /// The file, folder or address it came from; what is hidden in it is escaped.
    pub source_path: Option<String>,
    /// Who put it there.
    pub by: String,
    /// Why.
    pub reason: QuarantineReason,
    /// What was found, as JSON; kept up to 64,000 bytes, the rest is left out.
    pub findings: Value,
}

/// Something that is, or was, in quarantine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuarantineEntry {
    /// Its number.
    pub number: u64,
    /// The name of its folder in `plugins/quarantine/`. It comes from the database: check it before it leads to a path.
    pub name: String,
    /// The plugin's id, if it is known.
    pub plugin: Option<String>,
    /// The plugin's version, if it is known.
    pub version: Option<String>,
    /// The plugin's digest, or that of the bytes that came.
    pub digest: String,
    /// Further digests that it is known by.
    pub also: Vec<String>,
    /// The name of a [`QuarantineOrigin`]; a newer csvq may have written one that this one does not know.
    pub origin: String,
    /// The file, folder or address it came from.
    pub source_path: Option<String>,
    /// The name of a [`QuarantineReason`]; a newer csvq may have written one that this one does not know.
    pub reason: String,
    /// What was found.
    pub findings: Value,
    /// What became of it.
    pub status: QuarantineStatus,
    /// When it was put there.
    pub quarantined_at: Timestamp,
    /// Who put it there.
    pub quarantined_by: String,
    /// When it was released, or its files deleted.
    pub decided_at: Option<Timestamp>,
    /// Who did that.
    pub decided_by: Option<String>,
}
