//! Whether a plugin is to be trusted: what the policy says, whose signature it carries, and what a scan finds in it.
//!
//! [`Judge`] holds the policy in force with its keys and rules, and answers; whoever installs, loads or runs plugins asks.
//! None of this is a boundary: what holds a plugin back once it runs is the sandbox. `docs/security.md` tells it to people.

mod judge;
pub mod scan;
pub mod signature;

pub use self::judge::Judge;
