//! Tests of the spec: what is read, what is refused, and what survives being written and read again.

mod reading;
mod round_trip;
mod schema;
mod validation;
