//! How a plugin behaves: cancellation, progress, failing tables, wrong parameters, other hosts, several at once.

use std::thread;

use arrow_schema::Schema;
use csvq_plugin_abi::code;
use serde_json::{Value, json};

use super::{Check, Findings};
use crate::testing::answer::Answer;
use crate::testing::call::HostForm;
use crate::testing::sample::Sample;

/// Enough rows for a plugin to ask whether it should go on.
const MANY: usize = 20_000;

/// Checks all of it.
pub(super) fn check(check: &Check<'_>, findings: &mut Findings) {
    hosts(check, findings);
    instances(check, findings);
    failing_tables(check, findings);
    parameters(check, findings);
    output_schema(check, findings);
    cancellation(check, findings);
}

/// Checks what an answer tells of its progress.
pub(super) fn check_progress(name: &str, answer: &Answer, findings: &mut Findings) {
    if answer.progress.iter().any(|(done, total)| *total > 0 && done > total) {
        findings.add(name, "its progress is more than there is to do");
    }
    if answer.log.iter().any(|(level, _)| !(1..=5).contains(level)) {
        findings.add(name, "it wrote to the log at a level that there is not");
    }
}

fn hosts(check: &Check<'_>, findings: &mut Findings) {
    let (left, right, key) = check.main_tables();
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let call = check.call(&left, &right).key(&key);
    for (name, form) in [
        ("a host without a log", HostForm::Older),
        ("a host of a later release", HostForm::Newer),
        ("a host without callbacks", HostForm::Bare),
    ] {
        check.compared(name, &call.clone().form(form), |_| false, findings);
    }
}

/// Two comparisons of one instance, and two instances at once, have the answer of one.
fn instances(check: &Check<'_>, findings: &mut Findings) {
    let (left, right, key) = check.main_tables();
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let call = check.call(&left, &right).key(&key);
    let compare = || -> Result<Vec<Answer>, String> {
        let instance = check.plugin.open().map_err(|failure| failure.to_string())?;
        let compare = || instance.compare(&call).map_err(|failure| failure.to_string());
        Ok(vec![compare()?, compare()?])
    };
    let name = "several comparisons";
    let results = thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(compare)).collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    let mut answers = Vec::new();
    for result in results {
        match result {
            Ok(Ok(more)) => answers.extend(more),
            Ok(Err(problem)) => return findings.add(name, problem),
            Err(_) => return findings.add(name, "it unwound out of a function"),
        }
    }
    if answers.iter().any(|answer| Some(answer.is_equal()) != answers.first().map(Answer::is_equal)) {
        findings.add(name, "the same tables were called equal once, and different another time");
    }
}

fn failing_tables(check: &Check<'_>, findings: &mut Findings) {
    let (left, right, key) = check.main_tables();
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let left = left.in_batches_of(1);
    let failing = left.clone().failing_after(1);
    for (name, left, right) in
        [("a left table that can't be read", &failing, &right), ("a right table that can't be read", &left, &failing)]
    {
        let call = check.call(left, right).key(&key);
        if check.compared(name, &call, |failure| failure.code != code::PANICKED, findings).is_some() {
            findings.add(name, "it gave an answer, although it did not see the whole table");
        }
    }
}

/// The host checks parameters against the schema; a plugin that is called otherwise says so, and does not panic.
fn parameters(check: &Check<'_>, findings: &mut Findings) {
    let (left, right, key) = check.main_tables();
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let described = check.plugin.describe().unwrap_or_default();
    let properties = described.pointer("/parameters/properties").and_then(Value::as_object);
    for parameter in properties.into_iter().flat_map(|properties| properties.keys()) {
        for wrong in [Value::Null, json!({ "no": "sense" }), json!(-1e300), json!("no sense"), json!([])] {
            let call = check.call(&left, &right).key(&key).parameter(parameter, wrong.clone());
            let name = format!("parameter `{parameter}` as {wrong}");
            check.compared(&name, &call, |failure| failure.code == code::BAD_PARAMETERS, findings);
        }
    }
}

/// What `output_schema` says comes true.
fn output_schema(check: &Check<'_>, findings: &mut Findings) {
    let name = "output_schema";
    let (left, right, key) = check.main_tables();
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let parameters = Value::Object(check.parameters.clone());
    let Ok(instance) = check.plugin.open() else { return };
    let told = match instance.output_schema(&parameters, &left, &right) {
        Ok(Some(told)) => told,
        Ok(None) => return,
        Err(failure) if failure.code == code::UNSUPPORTED => return,
        Err(failure) => return findings.add(name, failure.to_string()),
    };
    let mut told = told.into_raw();
    // SAFETY: both types are Arrow's `struct ArrowSchema`; it is moved, once.
    let told = unsafe { arrow_schema::ffi::FFI_ArrowSchema::from_raw((&raw mut told).cast()) };
    let told = match Schema::try_from(&told) {
        Ok(told) => told,
        Err(error) => return findings.add(name, format!("it is no type of a table: {error}")),
    };
    let answer = instance.compare(&check.call(&left, &right).key(&key));
    if let Some(schema) = answer.ok().and_then(|answer| answer.schema)
        && schema.fields() != told.fields()
    {
        findings.add(name, "the differences have other columns than it says");
    }
}

fn cancellation(check: &Check<'_>, findings: &mut Findings) {
    let name = "cancellation";
    let (left, right, key) = match &check.tables {
        Some(own) => own.clone(),
        None => (Sample::many(MANY, 1), Sample::many(MANY, 2), vec!["id".to_owned()]),
    };
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    let call = check.call(&left, &right).key(&key).cancelled_after(0);
    let is_cancelled = |failure: &crate::testing::Failure| failure.code == code::CANCELLED;
    if check.compared(name, &call, is_cancelled, findings).is_some() {
        findings.add(name, "it was cancelled from the start, and went on to the end");
    }
}
