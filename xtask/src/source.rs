//! Reading Rust sources just well enough for the checks: tokens, and the paths they use.
//!
//! This is no parser. It knows comments, literals, `use` trees, `::` paths and modules, which is
//! all that a rule about layers or sizes needs, and it keeps this program free of a large
//! dependency that would cost seconds of every build.

pub(crate) mod files;
pub(crate) mod paths;
pub(crate) mod tokens;
