//! Plugins, good ones and bad ones, as the test kit sees them: through their tables of C functions.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them, in its helpers too")]
#![cfg(feature = "testing")]

mod bad;
mod good;
