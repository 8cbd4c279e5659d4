//! Tests of the renderers and exports over comparisons made by hand.

mod exports;
mod fixtures;
mod formats;
mod laws;
mod schema;
