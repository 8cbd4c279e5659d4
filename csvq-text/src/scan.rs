//! Finding records in bytes: the exact scanner that defines them, and the wide one that is fast on ordinary text.
//!
//! [`exact`] reads one record at a time under every dialect. [`walk`] goes over many records at once, 64 bytes at a
//! step, leaves those with quotes or differences to [`one`], and stops before any record that it does not understand;
//! whoever drives it hands that record to [`exact`]. [`fields`] takes one ordinary record apart.

pub(crate) mod exact;
pub(crate) mod fields;
pub(crate) mod lanes;
mod one;
mod step;
pub(crate) mod walk;
