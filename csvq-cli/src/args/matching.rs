//! Flags about rows and columns: key, pairing, choice of columns, and what compares.

use clap::Args;
use csvq_core::spec::{By, ColumnPair, DuplicatePolicy};
use serde_json::Value;

use super::value::{self, List};

/// By what rows are paired, and which columns are compared.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Rows and columns")]
pub(crate) struct MatchingArgs {
    /// Pair rows by these columns; LEFT=RIGHT where names differ
    ///
    /// Give several at commas, or repeat the flag.
    #[arg(long, value_name = "COL[=RIGHT],…", value_parser = value::key)]
    pub(crate) key: Vec<List<ColumnPair>>,
    /// How rows find each other [default: key]
    #[arg(long, value_name = "HOW", value_parser = value::choice::<By>(BY))]
    pub(crate) by: Option<By>,
    /// Compare these columns alone (names and globs)
    #[arg(long, value_name = "COL,…", value_parser = value::patterns)]
    pub(crate) only: Vec<List<String>>,
    /// Leave these columns out (names and globs)
    #[arg(long, value_name = "COL,…", value_parser = value::patterns)]
    pub(crate) ignore: Vec<List<String>>,
    /// Compare the left column with a right one of another name
    #[arg(long, value_name = "LEFT=RIGHT", value_parser = value::map)]
    pub(crate) map: Vec<List<ColumnPair>>,
    /// What to do with keys that occur more than once [default: pair]
    #[arg(long, value_name = "WHAT", value_parser = value::choice::<DuplicatePolicy>(DUPLICATES))]
    pub(crate) duplicates: Option<DuplicatePolicy>,
    /// The comparison to run: row_compare, column_compare, hash_compare, schema_compare, or a plugin of the home
    #[arg(long, value_name = "NAME", default_value = "row_compare")]
    pub(crate) with: String,
    /// A parameter of the comparison; the value is JSON or else text
    #[arg(long, value_name = "NAME=VALUE", value_parser = value::parameter, hide_short_help = true)]
    pub(crate) param: Vec<(String, Value)>,
}

const BY: &[(&str, &str)] = &[
    ("key", "By the key columns"),
    ("position", "The first with the first, the second with the second, …"),
    ("content", "Equal rows with equal rows, in any order"),
];

const DUPLICATES: &[(&str, &str)] = &[
    ("pair", "Pair identical records first, the rest in order of occurrence; the surplus is added or removed"),
    ("first", "Take the first record with a key on each side, and leave the others out"),
    ("error", "Refuse them"),
];
