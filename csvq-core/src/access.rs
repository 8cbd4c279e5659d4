//! Who acts.

/// Whoever asks the engine for something. There is one kind so far, who may do everything.
///
/// ```
/// let caller = csvq_core::access::Caller::local();
/// assert!(caller.is_administrator());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    name: String,
}

impl Caller {
    /// The administrator of an engine that is part of a program: who can write the home is one in fact.
    #[must_use]
    pub fn local() -> Self {
        Self { name: "local".to_owned() }
    }

    /// The name by which the caller is known.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the caller may do everything.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        true
    }
}
