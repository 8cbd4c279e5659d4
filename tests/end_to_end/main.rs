//! End-to-end tests: the program as its users run it.

mod program;
