//! Which of two values of a setting is the stricter one: for all settings of a policy that are single values.

use std::cmp::Ordering;

use serde_json::Value;

use super::{FileSystemAccess, Severity};

/// What makes a value of a setting stricter than another.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scale {
    /// Less is stricter, and null is no limit.
    Less,
    /// More is.
    More,
    /// True is.
    True,
    /// False is.
    False,
    /// What a plugin sees of files.
    Access,
    /// From which severity on packages are flagged.
    FlaggedFrom,
    /// Neither is.
    Neutral,
}

/// A setting that is a single value.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) path: &'static [&'static str],
    pub(super) scale: Scale,
    /// Whether it can be tightened for one plugin.
    pub(super) per_plugin: bool,
}

impl Setting {
    const fn new(path: &'static [&'static str], scale: Scale, per_plugin: bool) -> Self {
        Self { path, scale, per_plugin }
    }

    /// The last name of its path, which is the whole of it in a plugin's entry.
    pub(super) fn name(&self) -> &'static str {
        self.path.last().copied().unwrap_or_default()
    }

    /// Its value in a whole policy.
    pub(super) fn of<'a>(&self, policy: &'a Value) -> &'a Value {
        self.path.iter().fold(policy, |value, name| value.get(name).unwrap_or(&Value::Null))
    }
}

/// Every one of them.
pub(super) const SETTINGS: &[Setting] = &[
    Setting::new(&["plugin_security", "allow_external_plugins"], Scale::False, false),
    Setting::new(&["plugin_security", "require_signature_verification"], Scale::True, true),
    Setting::new(&["plugin_security", "max_plugin_size_mb"], Scale::Less, true),
    Setting::new(&["plugin_security", "scan_for_malicious_code"], Scale::True, true),
    Setting::new(&["plugin_security", "quarantine_suspicious_plugins"], Scale::True, true),
    Setting::new(&["plugin_security", "signature_threshold"], Scale::More, true),
    Setting::new(&["plugin_security", "warn_before_expiry_days"], Scale::Neutral, false),
    Setting::new(&["plugin_security", "scanner", "flag_at"], Scale::FlaggedFrom, false),
    Setting::new(&["execution_limits", "max_memory_mb"], Scale::Less, true),
    Setting::new(&["execution_limits", "max_execution_time_seconds"], Scale::Less, true),
    Setting::new(&["execution_limits", "allow_network_access"], Scale::False, true),
    Setting::new(&["execution_limits", "allow_file_system_access"], Scale::Access, true),
    Setting::new(&["execution_limits", "sandbox"], Scale::True, true),
    Setting::new(&["execution_limits", "strict"], Scale::True, true),
    Setting::new(&["execution_limits", "max_scratch_mb"], Scale::Less, true),
    Setting::new(&["execution_limits", "max_result_mb"], Scale::Less, true),
    Setting::new(&["execution_limits", "max_threads"], Scale::Less, true),
];

impl Scale {
    /// How strict one value is beside another: less is stricter.
    pub(super) fn compare(self, one: &Value, other: &Value) -> Ordering {
        self.looseness(one).total_cmp(&self.looseness(other))
    }

    /// A number that is the larger, the looser a value is.
    fn looseness(self, value: &Value) -> f64 {
        let place = |place: Option<usize>| place.map_or(f64::INFINITY, |place| place as f64);
        let is_it = |name: &str| value.as_str() == Some(name);
        // Bounds are far below the numbers that are not exact.
        let number = || value.as_f64().unwrap_or(f64::INFINITY);
        match self {
            Self::Less => number(),
            Self::More => -value.as_f64().unwrap_or_default(),
            Self::True => f64::from(u8::from(value != &Value::Bool(true))),
            Self::False => f64::from(u8::from(value != &Value::Bool(false))),
            Self::Access => place(FileSystemAccess::NAMES.iter().position(|(name, _)| is_it(name))),
            Self::FlaggedFrom => place(Severity::NAMES.iter().position(|(name, _)| is_it(name))),
            Self::Neutral => 0.0,
        }
    }
}
