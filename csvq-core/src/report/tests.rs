//! Tests of the renderers and exports over comparisons made by hand.

mod exports;
mod fixtures;
mod formats;
mod html;
mod laws;
mod schema;
mod tables;

use crate::report::Comparison;
use crate::report::render::{Format, RenderOptions, render};

fn rendered(comparison: &Comparison, format: Format, options: &RenderOptions) -> String {
    let mut out = Vec::new();
    render(comparison, format, options, &mut out).expect("writing to memory");
    String::from_utf8(out).expect("UTF-8")
}
