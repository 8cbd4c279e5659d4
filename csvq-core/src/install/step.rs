//! The steps of a transaction, for progress.

use std::fmt;

/// A step that was just taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The policy allows it.
    Allowed,
    /// There is a folder to work in.
    Begun,
    /// The package lies there, and its files are those that it lists.
    Staged,
    /// Its signature is as the policy wants it.
    SignatureChecked,
    /// The scan is done.
    Scanned,
    /// It was loaded in a worker, and is what it says it is.
    Loaded,
    /// Its files are still those that it lists.
    Verified,
    /// Its files are on disk.
    Synced,
    /// No other transaction is under way.
    Locked,
    /// What is about to be moved is written down, on disk.
    Journaled,
    /// What was there before is moved away.
    MovedAway,
    /// The files are where they belong.
    Placed,
    /// The state knows of it: from here on it is done.
    Recorded,
    /// What was left over is gone.
    Cleaned,
}

impl Step {
    /// Every step, in the order in which they are taken. A first installation moves nothing away; a removal starts at
    /// [`Begun`](Self::Begun), goes on with [`Locked`](Self::Locked), and places nothing.
    pub const ALL: &'static [Self] = &[
        Self::Allowed,
        Self::Begun,
        Self::Staged,
        Self::SignatureChecked,
        Self::Scanned,
        Self::Loaded,
        Self::Verified,
        Self::Synced,
        Self::Locked,
        Self::Journaled,
        Self::MovedAway,
        Self::Placed,
        Self::Recorded,
        Self::Cleaned,
    ];

    /// Its name, such as `signature_checked`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Begun => "begun",
            Self::Staged => "staged",
            Self::SignatureChecked => "signature_checked",
            Self::Scanned => "scanned",
            Self::Loaded => "loaded",
            Self::Verified => "verified",
            Self::Synced => "synced",
            Self::Locked => "locked",
            Self::Journaled => "journaled",
            Self::MovedAway => "moved_away",
            Self::Placed => "placed",
            Self::Recorded => "recorded",
            Self::Cleaned => "cleaned",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
