//! What each subcommand does.

pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod inspect;
pub(crate) mod man;
mod places;
