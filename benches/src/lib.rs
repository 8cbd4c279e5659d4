//! Tables generated for the benches.
