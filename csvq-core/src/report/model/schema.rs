//! Where two layouts differ.

use serde::{Deserialize, Serialize};

use crate::types::TypeRelation;

/// Where the two layouts differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SchemaReport {
    /// Columns on the left alone.
    pub only_left: Vec<String>,
    /// Columns on the right alone.
    pub only_right: Vec<String>,
    /// Columns whose types differ.
    pub type_changes: Vec<TypeChange>,
    /// Shared columns that stand in another order, by left name.
    pub reordered: Vec<String>,
    /// Columns that stand on one side alone and hold the same as one of the other side's: probably they were renamed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<RenamedColumn>,
    /// Columns that may be null on one side alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nullability_changes: Vec<NullabilityChange>,
    /// What `schema_compare` calls equal; missing from other comparisons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<SchemaMode>,
}

/// Which layouts `schema_compare` calls equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaMode {
    /// Those with the same columns in the same order, of the same types and nullability.
    Strict,
    /// Those with the same columns, where the right ones can hold all that the left ones can.
    Compatible,
}

impl SchemaMode {
    /// The mode as reports write it: `strict`, `compatible`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Compatible => "compatible",
        }
    }
}

/// A column whose type differs between the sides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeChange {
    /// The column's name.
    pub column: String,
    /// Its type on the left.
    pub left: String,
    /// Its type on the right.
    pub right: String,
    /// What that means for values.
    #[serde(default)]
    pub change: TypeRelation,
}

/// A column that may be null on one side alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NullabilityChange {
    /// The column's name.
    pub column: String,
    /// Whether it may be null on the left.
    pub left: bool,
    /// Whether it may be null on the right.
    pub right: bool,
}

/// Two columns of different name that hold the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RenamedColumn {
    /// The name on the left.
    pub left: String,
    /// The name on the right.
    pub right: String,
    /// How that was found.
    pub evidence: RenameEvidence,
    /// Rows that were looked at: matched ones, or those of the longer table.
    pub rows: u64,
    /// The part of them in which both columns hold the same, 0 to 1.
    pub share: f64,
    /// Distinct values of the left column; where there are more than 65,536, about.
    pub distinct: u64,
}

/// How two columns were found to hold the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenameEvidence {
    /// Row by row, rows being matched by the key.
    Key,
    /// By the values that both have, each as often as it occurs, in any order.
    #[default]
    Values,
}
