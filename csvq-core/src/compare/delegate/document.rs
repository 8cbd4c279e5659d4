//! What is told of the tables besides their columns.

use serde_json::{Value, json};

use crate::compare::columns::Columns;
use crate::report::InputReport;
use crate::spec::{CompareSpec, Limit};

/// The job document: names, how rows are paired, the paired columns, and the spec as it was given.
pub(super) fn document(spec: &CompareSpec, columns: &Columns, inputs: &[InputReport; 2]) -> Value {
    let pairs = |pairs: &[(usize, usize)]| -> Vec<Value> {
        let pair = |&(left, right): &(usize, usize)| json!({ "left": columns.names[0][left], "right": columns.names[1][right] });
        pairs.iter().map(pair).collect()
    };
    let limit = match spec.limit {
        Some(Limit::Rows(rows)) => Some(rows),
        Some(Limit::All) | None => None,
    };
    json!({
        "left_name": inputs[0].name,
        "right_name": inputs[1].name,
        "by": spec.by,
        "key": pairs(&columns.key),
        "columns": pairs(&columns.compared),
        // A number or nothing: that is what the first plugins knew.
        "limit": limit,
        "spec": spec,
    })
}
