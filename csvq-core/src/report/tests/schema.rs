//! The JSON Schema and the model say the same.

use serde_json::{Value, json};

use super::fixtures::{equal, many, nasty, ordinary};
use super::rendered;
use crate::error::{Error, ErrorKind};
use crate::report::render::{Format, RenderOptions};
use crate::report::{Comparison, JSON_SCHEMA, Report, Status};

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(JSON_SCHEMA).expect("the schema is JSON");
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    jsonschema::draft202012::new(&schema).expect("the schema is one")
}

fn json_of(comparison: &Comparison) -> Value {
    serde_json::from_str(&rendered(comparison, Format::Json, &RenderOptions::default())).expect("JSON")
}

fn failed(kind: ErrorKind) -> Report {
    Report::failed("row_compare", &Error::new(kind, "no result"))
}

#[test]
fn reports_fit_the_schema_and_read_back() {
    let validator = validator();
    let failures = ErrorKind::ALL.iter().map(|kind| Comparison {
        report: failed(*kind),
        rows: None,
        differences: None,
        profile: Vec::new(),
    });
    for comparison in [ordinary(), nasty(), equal(), many()].into_iter().chain(failures) {
        let value = json_of(&comparison);
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(serde_json::from_value::<Report>(value).expect("a report"), comparison.report);
    }
}

#[test]
fn failures_have_the_status_of_their_kind() {
    for kind in ErrorKind::ALL {
        let expected = match kind {
            ErrorKind::Cancelled => Status::Cancelled,
            ErrorKind::TimedOut => Status::TimedOut,
            _ => Status::Error,
        };
        let report = failed(*kind);
        assert_eq!((report.metadata.status, report.is_equal), (expected, false));
        assert_eq!(report.details.errors, ["no result"]);
    }
}

#[test]
fn broken_reports_are_refused() {
    let validator = validator();
    let breaks: [(&str, Value); 9] = [
        ("/schema_version", json!("2.0")),
        ("/is_equal", json!("no")),
        ("/details/counts/changed", json!(-1)),
        ("/details/counts/added", json!(1.5)),
        ("/details/rows/0/kind", json!("renamed")),
        ("/details/rows/0/left_row", json!(0)),
        ("/details/rows/0/cells/0/left", json!(12.5)),
        ("/details/columns/0", json!({ "name": "id" })),
        ("/metadata/status", json!("fine")),
    ];
    for (place, wrong) in breaks {
        let mut value = json_of(&ordinary());
        *value.pointer_mut(place).expect("a place in the report") = wrong;
        assert!(!validator.is_valid(&value), "{place}");
    }
    for place in ["", "/details", "/details/counts", "/details/rows/0", "/metadata", "/highlights"] {
        let mut value = json_of(&ordinary());
        value.pointer_mut(place).and_then(Value::as_object_mut).expect("an object").insert("more".into(), json!(1));
        assert!(!validator.is_valid(&value), "{place} with a field more");
        let mut value = json_of(&ordinary());
        let object = value.pointer_mut(place).and_then(Value::as_object_mut).expect("an object");
        let first = object.keys().next().cloned().expect("a field");
        object.remove(&first);
        assert!(!validator.is_valid(&value), "{place} without {first}");
    }
}
