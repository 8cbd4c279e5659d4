//! Typed tables: the columnar engine, the text engine with declared types and a plain comparison find the same, whichever
//! form the tables come in.

mod forms;
mod model;

use csvq_core::compare::{Comparator as _, Job, RowCompare};
use csvq_core::control::Control;
use csvq_core::report::{Comparison, DifferenceKind, Report};
use csvq_core::source::Source;
use csvq_core::spec::{By, CompareSpec, Scoped, Typing};
use csvq_tests::naive::{self, Answer, Difference, Pairing, Repeated, Rules, What};
use proptest::prelude::*;

use forms::{Form, source};
use model::{Pair, pair};

/// Nulls are written as empty cells in text, and so an empty text is null everywhere.
const RULES: Rules = Rules { trim: false, ignore_case: false, empty_is_null: true };

fn spec(pair: &Pair, threads: usize) -> CompareSpec {
    let mut spec =
        CompareSpec { empty_is_null: Scoped::for_all(true), threads: Some(threads), ..CompareSpec::default() };
    match pair.pairing {
        Pairing::Key(width) => spec.key = pair.names()[..width].iter().map(|name| name.parse().unwrap()).collect(),
        Pairing::Position => spec.by = By::Position,
        Pairing::Content => spec.by = By::Content,
    }
    spec.types.columns = pair.names().into_iter().zip(pair.kinds.iter().map(|kind| kind.column_type())).collect();
    spec
}

fn compare(left: Source, right: Source, spec: CompareSpec) -> Comparison {
    let job = Job { left, right, spec, parameters: serde_json::Map::new(), control: Control::new() };
    RowCompare.compare(job).unwrap()
}

/// A comparison in the plain one's form.
fn answer(comparison: &Comparison) -> Answer {
    let details = &comparison.report.details;
    let repeated = |keys: &[csvq_core::report::DuplicateKey]| -> Vec<Repeated> {
        keys.iter().map(|key| (key.key.clone(), key.rows.clone(), key.count)).collect()
    };
    let mut differences = Vec::new();
    let rows = comparison.rows.as_ref().unwrap();
    let cells =
        |cells: &[csvq_core::report::Cell<'_>]| cells.iter().map(|cell| cell.value().map(str::to_owned)).collect();
    let visited = rows.visit(&mut |row| {
        differences.push(Difference {
            what: match row.kind {
                DifferenceKind::Changed => What::Changed,
                DifferenceKind::Removed => What::Removed,
                DifferenceKind::Added => What::Added,
            },
            left_row: row.left_row,
            right_row: row.right_row,
            left: cells(row.left),
            right: cells(row.right),
            changed: row.changed.iter().map(|(index, _)| *index).collect(),
        });
        Ok(())
    });
    visited.unwrap();
    Answer {
        rows: [details.counts.left_rows, details.counts.right_rows],
        unchanged: details.counts.unchanged,
        changed: details.counts.changed,
        removed: details.counts.removed,
        added: details.counts.added,
        cells: details.columns.iter().map(|column| column.changed).collect(),
        repeated: [repeated(&details.duplicates.left), repeated(&details.duplicates.right)],
        differences,
    }
}

/// What a report says of the tables, and not of how they came.
fn findings(report: &Report) -> serde_json::Value {
    let details = &report.details;
    serde_json::json!({
        "is_equal": report.is_equal,
        "counts": details.counts,
        "columns": details.columns,
        "rows": details.rows,
        "duplicates": details.duplicates,
        "truncated": details.truncated,
        "highlights": report.highlights,
    })
}

proptest! {
    #![proptest_config(super::config())]

    #[test]
    fn every_engine_and_form_finds_the_same(pair in pair(), threads in 1_usize..4) {
        let expected = naive::compare(&pair.texts(0), &pair.texts(1), pair.kinds.len(), pair.pairing, RULES);
        let text = compare(source(&pair, 0, Form::Text), source(&pair, 1, Form::Text), spec(&pair, threads));
        prop_assert_eq!(text.report.metadata.engine.as_str(), "text");
        prop_assert_eq!(&answer(&text), &expected);
        for (left, right) in Form::combinations() {
            let found = compare(source(&pair, 0, left), source(&pair, 1, right), spec(&pair, threads));
            prop_assert_eq!(found.report.metadata.engine.as_str(), "columnar");
            prop_assert_eq!(&answer(&found), &expected, "{:?} against {:?}", left, right);
            prop_assert_eq!(findings(&found.report), findings(&text.report), "{:?} against {:?}", left, right);
        }
        // Without rules values are compared as they are, and not by their text.
        for (left, right) in Form::typed() {
            let plain = CompareSpec { empty_is_null: Scoped::default(), ..spec(&pair, threads) };
            let plain = CompareSpec { types: Typing::default(), ..plain };
            let found = compare(source(&pair, 0, left), source(&pair, 1, right), plain);
            prop_assert_eq!(&answer(&found), &expected, "{:?} against {:?} as they are", left, right);
            prop_assert_eq!(findings(&found.report), findings(&text.report), "{:?} against {:?}", left, right);
        }
    }
}
