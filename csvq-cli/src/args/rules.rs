//! Flags about when two cells are equal.

use clap::Args;
use csvq_core::spec::{Scope, Span};

use super::value::{self, List, ScopedValue};

/// When two cells are equal. Scopes are a column's name or `type:NAME`.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct RuleArgs {
    /// Numbers are equal within this distance
    #[arg(long, value_name = "[COL=]NUMBER", value_parser = value::tolerance, allow_negative_numbers = true)]
    pub(crate) abs_tol: Vec<ScopedValue<f64>>,
    /// Numbers are equal within this part of the larger one (0.01: one percent)
    #[arg(long, value_name = "[COL=]NUMBER", value_parser = value::tolerance, allow_negative_numbers = true)]
    pub(crate) rel_tol: Vec<ScopedValue<f64>>,
    /// Times are equal within this span, such as 2s or 500ms
    #[arg(long, value_name = "[COL=]SPAN", value_parser = value::span)]
    pub(crate) time_tol: Vec<ScopedValue<Span>>,
    /// Letters are equal whatever their case
    #[arg(long, value_name = "COL,…", value_parser = value::scopes)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "*")]
    pub(crate) ignore_case: Vec<List<Scope>>,
    /// White space at both ends is left out
    #[arg(long, value_name = "COL,…", value_parser = value::scopes)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "*")]
    pub(crate) trim: Vec<List<Scope>>,
    /// An empty cell is null
    #[arg(long, value_name = "COL,…", value_parser = value::scopes)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "*")]
    pub(crate) empty_is_null: Vec<List<Scope>>,
    /// Cells with this text are null; repeat for more
    #[arg(long, value_name = "[COL=]TEXT", value_parser = value::text, allow_hyphen_values = true)]
    pub(crate) null: Vec<ScopedValue<String>>,
    /// Cells that are numbers on both sides are compared by value: 1.0 is 1
    #[arg(long, value_name = "COL,…", value_parser = value::scopes)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "*")]
    pub(crate) as_number: Vec<List<Scope>>,
    /// Cells that are times on both sides are compared as instants
    ///
    /// The format is strftime's, such as `%d.%m.%Y %H:%M`, or `iso`. Repeat the flag for more formats.
    #[arg(long, value_name = "[COL=]FORMAT", value_parser = value::text)]
    pub(crate) as_time: Vec<ScopedValue<String>>,
    /// What the text of cells stands for: text, infer, or COL=TYPE
    ///
    /// `text` (the default) takes text as text: 1.0 is not 1. `infer` finds a type for each column. COL=TYPE declares
    /// one: text, integer, decimal, float, boolean, date or timestamp.
    #[arg(long, value_name = "HOW|COL=TYPE", value_parser = value::typing)]
    pub(crate) types: Vec<ScopedValue<String>>,
}
