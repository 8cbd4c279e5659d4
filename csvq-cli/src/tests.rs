//! Tests of the command line: what flags become, what wins, and that no setting lacks a flag.

mod flags;
mod help;
mod home;
mod spec_file;
