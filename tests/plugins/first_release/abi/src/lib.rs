//! The binary interface between csvq and its plugins, version 1: frozen.
//!
//! A plugin is a library that hands out one table of C functions, [`PluginTableV1`]. What passes through them is
//! fixed-width numbers, UTF-8 text with its length, and tables as Arrow C streams: nothing whose layout a compiler, or a
//! release of any crate, could change. A plugin that was built against 1.0.0 is loaded by every later csvq.
//!
//! Authors do not use this crate: in Rust they write the trait of `csvq-plugin-api`, in C and C++ they include
//! `csvq_plugin.h`, which says the same. Hosts and other languages do.
//!
//! # How it stays the same
//!
//! Structs that may grow ([`PluginTableV1`], [`HostV1`], [`JobV1`], [`ResultV1`]) begin with their own size, and grow at
//! their end alone. Whoever reads one takes the smaller of the size that it finds and the size that it knows, and holds
//! what lies beyond for absent: [`SizePrefixed::read`]. All other structs never change. A new major version would be
//! another symbol, beside this one. `tests/layout.txt` has every size and offset, and a test that compares.
//!
//! # How a plugin is found
//!
//! The table is exported as data under the name [`TABLE_SYMBOL`]. A Rust plugin exports the abi_stable root module
//! [`PluginRootV1`] too, which carries nothing but a pointer to that table: a host that knows abi_stable checks its
//! layout, and one that does not takes the symbol. [`export_table!`] makes both.
//!
//! # Rules for both sides
//!
//! - Nothing unwinds through a function of the tables, nor through a callback of a stream.
//! - Functions return one of the codes of [`code`]; a code that the reader does not know is a failure.
//! - What a function fills in ("out") is written on success alone, an error's message on failure alone. The caller
//!   passes memory that is empty; whoever was handed an [`OwnedTextV1`] or an Arrow struct releases it.
//! - Pointers that are passed are valid during the call, and no longer. None of them is null, unless it says so.

mod arrow;
mod export;
mod host;
mod job;
mod root;
mod sized;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub use arrow::{ArrowArray, ArrowArrayStream, ArrowSchema, FLAG_NULLABLE};
#[doc(hidden)]
pub use export::__private;
pub use host::{HostV1, level};
pub use job::{JobV1, ResultV1};
pub use root::{PluginRootV1, PluginRootV1Prefix, PluginRootV1Ref};
pub use sized::SizePrefixed;
pub use table::{ABI_MAJOR, ABI_MINOR, PluginTableV1, TABLE_SYMBOL, code};
pub use text::{OwnedTextV1, TextV1};
