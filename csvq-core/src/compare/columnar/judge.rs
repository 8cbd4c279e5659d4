//! Whether values that are not the same are equal all the same: the rules of a column, applied to typed values.

use csvq_text::{Rule, Verdict};

use super::column::{Column, Values};
use super::format;
use crate::types::DataType;

/// The rules of one pair of columns.
pub(super) struct Judge<'a> {
    columns: [&'a Column; 2],
    rule: &'a Rule,
    way: Way,
    texts: [Vec<u8>; 2],
}

/// What it takes to judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// What is not the same is changed.
    Plain,
    /// Floats within a tolerance.
    Floats,
    /// The rules for text, on the values' text.
    Text,
}

impl<'a> Judge<'a> {
    /// A judge of values that a kernel found different, or that no kernel can compare.
    pub(super) fn new(columns: [&'a Column; 2], rule: &'a Rule, has_kernel: bool) -> Self {
        let has_tolerance = rule.abs_tol.is_some() || rule.rel_tol.is_some();
        let natural = natural(&columns[0].data_type, &columns[1].data_type) == Some(rule.column_type.name());
        let speaks_of_text = rule.trim || rule.ignore_case || rule.as_number || !rule.as_time.is_empty();
        let is_text = columns.iter().any(|column| column.data_type.is_text());
        let way = if !has_kernel
            || rule.empty_is_null
            || !rule.nulls.is_empty()
            || rule.time_tol.is_some()
            || (is_text && speaks_of_text)
            || !(natural || is_alike(columns))
        {
            Way::Text
        } else if !has_tolerance {
            Way::Plain
        } else if matches!((&columns[0].values, &columns[1].values), (Values::Double(_), Values::Double(_))) {
            Way::Floats
        } else {
            Way::Text
        };
        Self { columns, rule, way, texts: Default::default() }
    }

    /// Judges values that are not the same.
    pub(super) fn judge(&mut self, left: usize, right: usize) -> Verdict {
        match self.way {
            Way::Plain => Verdict::Changed,
            Way::Floats => match (&self.columns[0].values, &self.columns[1].values) {
                (Values::Double(one), Values::Double(other)) if self.are_valid(left, right) => {
                    if self.rule.is_near(one[left], other[right]) { Verdict::Equal } else { Verdict::Changed }
                }
                _ => Verdict::Changed,
            },
            Way::Text => {
                let valid = self.write(left, right);
                let text = |side: usize| valid[side].then_some(&*self.texts[side]);
                self.rule.compare_values(text(0), text(1))
            }
        }
    }

    /// By how much the right of two changed values is more than the left one, where both are finite numbers.
    pub(super) fn difference(&mut self, left: usize, right: usize) -> Option<f64> {
        if !self.are_valid(left, right) {
            return None;
        }
        let difference = match (&self.columns[0].values, &self.columns[1].values) {
            (Values::Double(one), Values::Double(other)) => other[right] - one[left],
            (Values::Signed(one), Values::Signed(other)) => {
                if !self.columns.iter().all(|column| matches!(column.data_type, DataType::Integer { .. })) {
                    return None;
                }
                (i128::from(other[right]) - i128::from(one[left])) as f64
            }
            _ => {
                self.write(left, right);
                return self.rule.difference(&self.texts[0], &self.texts[1]);
            }
        };
        difference.is_finite().then_some(difference)
    }

    fn are_valid(&self, left: usize, right: usize) -> bool {
        self.columns[0].is_valid(left) && self.columns[1].is_valid(right)
    }

    /// Writes the texts of both values, and says which of them are not null.
    fn write(&mut self, left: usize, right: usize) -> [bool; 2] {
        let rows = [left, right];
        [0, 1].map(|side| {
            let (column, text) = (self.columns[side], &mut self.texts[side]);
            text.clear();
            let valid = column.is_valid(rows[side]);
            if valid {
                format::write(column, rows[side], text);
            }
            valid
        })
    }
}

/// The type that values of two types are compared as; `None` where that is none that text can be read as.
pub(super) fn natural(left: &DataType, right: &DataType) -> Option<&'static str> {
    let (left, right) = (left.family(), right.family());
    match (left, right) {
        ("null", other) | (other, "null") => Some(other),
        ("integer" | "float" | "decimal", "integer" | "float" | "decimal") if left != right => Some("decimal"),
        ("date" | "timestamp", "date" | "timestamp") if left != right => Some("timestamp"),
        _ => (left == right).then_some(left),
    }
}

/// Whether both hold what text can't be read as, such as spans.
fn is_alike(columns: [&Column; 2]) -> bool {
    let family = columns[0].data_type.family();
    family == columns[1].data_type.family()
        && matches!(family, "time" | "duration" | "binary" | "list" | "struct" | "null")
}
