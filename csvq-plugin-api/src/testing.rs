//! The test kit: a host for tests, which checks a plugin against what csvq expects of it.
//!
//! It drives the very table of C functions that the plugin exports, so it serves plugins in any language. In the
//! `Cargo.toml` of a Rust plugin:
//!
//! ```toml
//! [dev-dependencies]
//! csvq-plugin-api = { version = "0.1", features = ["testing"] }
//! ```
//!
//! and in its tests:
//!
//! ```
//! # use csvq_plugin_api::{Comparator, Error, Host, Job, Outcome, PluginInfo, export_plugin};
//! # #[derive(Default)]
//! # struct IgnoreCase;
//! # impl Comparator for IgnoreCase {
//! #     fn info(&self) -> PluginInfo { PluginInfo::new("ignore_case", "Ignore case", "1.0.0").deterministic(true) }
//! #     fn compare(&self, job: Job<'_>, host: &Host) -> Result<Outcome, Error> {
//! #         job.compare_cells(host, |cell| match (cell.left, cell.right) {
//! #             (Some(left), Some(right)) => left.to_lowercase() == right.to_lowercase(),
//! #             _ => false,
//! #         })
//! #     }
//! # }
//! # export_plugin!(IgnoreCase);
//! use csvq_plugin_api::exported_plugin;
//! use csvq_plugin_api::testing::{Call, Check, Sample};
//!
//! # fn main() {
//! let plugin = exported_plugin!();
//! // Everything that csvq expects of any plugin.
//! Check::new(&plugin).run().assert();
//!
//! // And what this one is for.
//! let left = Sample::csv("id,name\n1,Tea\n2,Milk\n");
//! let right = Sample::csv("id,name\n1,TEA\n2,Silk\n");
//! let answer = plugin.compare(&Call::new(&left, &right).key(&["id"])).unwrap();
//! assert!(!answer.is_equal());
//! assert_eq!(answer.lines.len(), 1);
//! assert_eq!(answer.lines[0].right.as_deref(), Some("Silk"));
//! # }
//! ```
//!
//! A library that is built already, whatever it was written in, is checked by [`Plugin::load`]; the example
//! `check_plugin` of this crate is a program for that.

mod answer;
mod call;
mod check;
mod host;
mod plugin;
mod sample;

pub use answer::{Answer, Line};
pub use call::Call;
pub use check::{Check, Finding, Findings};
pub use plugin::{Failure, Instance, Plugin};
pub use sample::Sample;
