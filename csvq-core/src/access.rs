//! Who acts.

/// Whoever asks the engine for something. There is one kind so far, who may do everything.
///
/// ```
/// let caller = csvq_core::access::Caller::local();
/// let engine = csvq_core::engine::Engine::built_in();
/// assert_eq!(engine.plugins(&caller)?.len(), 4);
/// # Ok::<(), csvq_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller(());

impl Caller {
    /// The administrator of an engine that is part of a program: who can write the home is one in fact.
    #[must_use]
    pub fn local() -> Self {
        Self(())
    }
}
