//! Rules on two cells: laws that hold whatever the rule.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use csvq_fuzz::{Text, rules};
use csvq_text::{Rule, Verdict};
use libfuzzer_sys::fuzz_target;

#[derive(Debug)]
struct Case {
    rule: Rule,
    left: Text,
    right: Text,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { rule: rules::any(u)?, left: Text(rules::cell(u)?), right: Text(rules::cell(u)?) })
    }
}

fuzz_target!(|case: Case| {
    let (rule, left, right) = (&case.rule, &case.left.0, &case.right.0);
    if std::str::from_utf8(left).is_err()
        || std::str::from_utf8(right).is_err()
        || [left, right].iter().any(|cell| cell.contains(&0))
    {
        // No cell that the engine lets through.
        return;
    }
    let verdict = rule.compare(left, right);
    assert_eq!(rule.compare(right, left), verdict, "the sides may be swapped");
    assert_eq!(rule.compare(left, left), Verdict::Equal, "a cell equals itself");
    let difference = rule.difference(left, right);
    assert!(difference.is_none_or(f64::is_finite));
    assert_eq!(rule.difference(right, left), difference.map(|difference| -difference));
    let same = rule.canonical(left) == rule.canonical(right);
    assert!(!same || verdict == Verdict::Equal, "cells with one canonical text are equal");
    let tolerant = rule.abs_tol.is_some() || rule.rel_tol.is_some() || rule.time_tol.is_some();
    // Digits may be read as seconds, and then are a number and a time: equal to either, with one canonical text.
    let ambiguous = rule.as_number && rule.as_time.iter().any(|format| format == "%s");
    assert!(
        tolerant || ambiguous || same == (verdict == Verdict::Equal),
        "without tolerance, equal cells have one canonical text"
    );
});
