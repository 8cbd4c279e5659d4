//! The statuses of a plugin's lifecycle, and which may follow which.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a plugin stands in its lifecycle.
///
/// | from \ to        | active       | deprecated | disabled | quarantined | pending removal |
/// |------------------|--------------|------------|----------|-------------|-----------------|
/// | active           |              | yes        | yes      | yes         | yes             |
/// | deprecated       | yes          |            | yes      | yes         | yes             |
/// | disabled         | yes          | yes        |          | yes         | yes             |
/// | quarantined      | release only | no         | yes      |             | yes             |
/// | pending removal  | yes          | yes        | yes      | yes         |                 |
///
/// A quarantined plugin becomes active by [`State::release`](super::State::release) alone, so that enabling a plugin
/// never lets one out of quarantine. Every status may be set again, which renews its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PluginStatus {
    /// It may be used.
    Active,
    /// It may be used, and goes at some day.
    Deprecated,
    /// It is installed and may not be used.
    Disabled,
    /// It is suspected of doing harm, and may not be used.
    Quarantined,
    /// It may not be used, and goes with the next clean-up.
    PendingRemoval,
}

impl PluginStatus {
    /// Every status.
    pub const ALL: &'static [Self] =
        &[Self::Active, Self::Deprecated, Self::Disabled, Self::Quarantined, Self::PendingRemoval];

    /// Whether [`State::set_status`](super::State::set_status) takes a plugin from this status to the other.
    #[must_use]
    pub fn may_become(self, other: Self) -> bool {
        self != Self::Quarantined || matches!(other, Self::Quarantined | Self::Disabled | Self::PendingRemoval)
    }

    /// Whether a plugin of this status may be used.
    #[must_use]
    pub fn is_usable(self) -> bool {
        matches!(self, Self::Active | Self::Deprecated)
    }

    /// Its name, such as `pending_removal`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deprecated => "deprecated",
            Self::Disabled => "disabled",
            Self::Quarantined => "quarantined",
            Self::PendingRemoval => "pending_removal",
        }
    }

    /// The statuses that may follow this one, for messages.
    pub(super) fn followers(self) -> String {
        let names: Vec<&str> = Self::ALL
            .iter()
            .filter(|other| **other != self && self.may_become(**other))
            .map(|other| other.name())
            .collect();
        names.join(", ")
    }
}

impl fmt::Display for PluginStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PluginStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|status| status.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|status| status.name()).collect();
            format!("`{text}` is no status; there are: {}", names.join(", "))
        })
    }
}
