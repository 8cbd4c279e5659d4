//! Plugins, good ones and bad ones, as the test kit sees them: through their tables of C functions.

#![cfg(feature = "testing")]

mod bad;
mod good;
