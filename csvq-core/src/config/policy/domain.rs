//! Names of hosts, as a policy allows and blocks them.

use std::fmt;
use std::net::IpAddr;

use serde::{Serialize, Serializer};

/// The longest name that DNS has.
const LONGEST: usize = 253;

/// A host's name in the form in which names are compared: lower case, other scripts as punycode, without a dot at the
/// end. `*.` in front stands for every name below it.
///
/// ```
/// use csvq_core::config::Domain;
/// let domain = Domain::parse("*.example.org")?;
/// assert_eq!(domain.as_str(), "*.example.org");
/// assert!(Domain::parse("https://example.org/").unwrap_err().contains("scheme"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(String);

impl Domain {
    /// Reads a name.
    ///
    /// # Errors
    /// What is wrong with it, and what to write; the text itself is not part of that.
    pub fn parse(text: &str) -> Result<Self, String> {
        let name = text.strip_prefix("*.").unwrap_or(text);
        if let Some(fault) = fault(name) {
            return Err(fault.to_owned());
        }
        if name.len() != text.len() && !name.contains('.') {
            return Err("`*.` can't stand before a single label: write more of the name".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a host is allowed by this entry: the very name, or any below it where `*.` is in front.
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        match self.0.strip_prefix("*.") {
            Some(name) => is_below(host, name),
            None => host == self.0,
        }
    }

    /// Whether a host is blocked by this entry: as [`allows`](Self::allows), and any below a name without `*.`, too.
    #[must_use]
    pub fn blocks(&self, host: &str) -> bool {
        self.allows(host) || is_below(host, &self.0)
    }
}

/// Whether entries let a host through: one of these allows it, where there are any, and none of those blocks it.
/// A host that is not written in the one form is never let through.
pub(super) fn permits(allowed: Option<&[Domain]>, blocked: &[Domain], host: &str) -> bool {
    if fault(host).is_some() {
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        // No entry can name an address.
        return allowed.is_none() && bare.parse::<IpAddr>().is_ok();
    }
    allowed.is_none_or(|allowed| allowed.iter().any(|entry| entry.allows(host)))
        && !blocked.iter().any(|entry| entry.blocks(host))
}

/// Whether a name lies below another, at a dot.
fn is_below(host: &str, name: &str) -> bool {
    host.strip_suffix(name).is_some_and(|front| front.len() > 1 && front.ends_with('.'))
}

/// What is wrong with a name.
fn fault(name: &str) -> Option<&'static str> {
    let label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    // As browsers have it: such a name is an address, however it is written.
    let number = |label: &str| {
        let hexadecimal = label.strip_prefix("0x");
        match hexadecimal {
            Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
            None => label.bytes().all(|byte| byte.is_ascii_digit()),
        }
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    match name {
        _ if name.contains("://") => Some("this has a scheme: write the host's name alone"),
        _ if name.contains(['/', '?', '#', '\\', '@']) => Some("this is more than a host's name: write the name alone"),
        _ if name.contains(':') => {
            Some("a host's name has no port, and addresses can't be listed: write the name alone")
        }
        _ if name.contains('*') => Some("`*` can only stand for all names below one, as in `*.example.org`"),
        _ if !name.is_ascii() => Some("write other scripts as punycode: labels that begin with `xn--`"),
        _ if name.bytes().any(|byte| byte.is_ascii_uppercase()) => Some("write the host's name in lower case"),
        _ if name.ends_with('.') => Some("write the host's name without a dot at its end"),
        _ if name.len() > LONGEST || !name.split('.').all(label) => {
            Some("this is no host's name: labels of `a` to `z`, `0` to `9` and `-`, with dots between them")
        }
        _ if number(last) => Some("this is an address, or would be taken for one: only names can be listed"),
        _ => None,
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Domain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
