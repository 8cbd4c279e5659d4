//! What each rule says of pairs of cells.

use super::*;

#[track_caller]
fn check(rule: &Rule, left: &str, right: &str, expected: Verdict) {
    assert_eq!(rule.compare(left.as_bytes(), right.as_bytes()), expected, "{left} against {right}");
    assert_eq!(rule.compare(right.as_bytes(), left.as_bytes()), expected, "{right} against {left}");
    let exact = rule.abs_tol.is_none() && rule.rel_tol.is_none() && rule.time_tol.is_none();
    if exact {
        let same = rule.canonical(left.as_bytes()) == rule.canonical(right.as_bytes());
        assert_eq!(same, expected == Verdict::Equal, "canonical {left} against {right}");
    }
}

fn typed(column_type: ColumnType) -> Rule {
    Rule { column_type, declared: true, ..Rule::default() }
}

#[test]
fn text_is_text() {
    let rule = Rule::default();
    check(&rule, "1.0", "1", Verdict::Changed);
    check(&rule, "007", "7", Verdict::Changed);
    check(&rule, "", "", Verdict::Equal);
    assert!(rule.is_plain());
}

#[test]
fn case_white_space_and_null() {
    let rule = Rule { trim: true, ignore_case: true, ..Rule::default() };
    check(&rule, " Ab\u{a0}", "aB", Verdict::Equal);
    check(&rule, "STRASSE É", "strasse é", Verdict::Equal);
    let rule = Rule { empty_is_null: true, nulls: vec![b"NA".to_vec()], ..Rule::default() };
    check(&rule, "", "NA", Verdict::Equal);
    check(&rule, "", "na", Verdict::Changed);
    check(&rule, "", "DATACOMPY_NULL", Verdict::Changed);
}

#[test]
fn integers_are_exact() {
    let rule = typed(ColumnType::Integer);
    check(&rule, "9007199254740992", "9007199254740993", Verdict::Changed);
    check(&rule, "007", "7", Verdict::Equal);
    check(&rule, "+7", "7", Verdict::Equal);
    check(&rule, "-0", "0", Verdict::Equal);
    check(&rule, "1.0", "1", Verdict::Equal);
    check(&rule, "1.5", "1", Verdict::Unparsable);
    check(&rule, "x", "1", Verdict::Unparsable);
    check(
        &rule,
        "340282366920938463463374607431768211457",
        "340282366920938463463374607431768211456",
        Verdict::Changed,
    );
    let near = Rule { abs_tol: Some(0.5), ..rule };
    check(&near, "9007199254740992", "9007199254740993", Verdict::Changed);
    let one = Rule { abs_tol: Some(1.0), ..near.clone() };
    check(&one, "-170141183460469231731687303715884105729", "-170141183460469231731687303715884105728", Verdict::Equal);
    check(
        &one,
        "-170141183460469231731687303715884105730",
        "-170141183460469231731687303715884105728",
        Verdict::Changed,
    );
    check(
        &one,
        "1000000000000000000000000000000000000000000",
        "999999999999999999999999999999999999999999",
        Verdict::Equal,
    );
    check(
        &one,
        "1000000000000000000000000000000000000000000",
        "-1000000000000000000000000000000000000000000",
        Verdict::Changed,
    );
    // The binary number nearest to 1e39 has these digits.
    let far = Rule { abs_tol: Some(1e39), ..near.clone() };
    check(&far, "0", "999999999999999939709166371603178586112", Verdict::Equal);
    check(&far, "0", "-000999999999999999939709166371603178586112", Verdict::Equal);
    check(&far, "0", "999999999999999939709166371603178586113", Verdict::Changed);
    let nearer = Rule { abs_tol: Some(1.0), ..near };
    check(&nearer, "9007199254740992", "9007199254740993", Verdict::Equal);
}

#[test]
fn decimals_by_value() {
    let rule = Rule { as_number: true, ..Rule::default() };
    for (left, right) in [
        ("1.0", "1"),
        ("1e2", "100"),
        ("0.10", ".1"),
        ("-0.0", "0"),
        ("120", "1.2E+2"),
        ("1e-3", "0.001"),
        ("0.0e5", "0"),
    ] {
        check(&rule, left, right, Verdict::Equal);
    }
    for (left, right) in
        [("1.01", "1.1"), ("1", "-1"), ("10", "1"), ("0.1", "0.01"), ("1e", "1"), ("1", "x"), ("", "0"), (".", "0")]
    {
        check(&rule, left, right, Verdict::Changed);
    }
}

#[test]
fn floats() {
    let rule = typed(ColumnType::Float);
    check(&rule, "NaN", "nan", Verdict::Equal);
    check(&rule, "-0.0", "0.0", Verdict::Equal);
    check(&rule, "inf", "Infinity", Verdict::Equal);
    check(&rule, "inf", "-inf", Verdict::Changed);
    check(&rule, "0.1", "0.10000000000000000001", Verdict::Equal);
}

#[test]
fn tolerance_is_that_of_isclose() {
    let rule = Rule { abs_tol: Some(0.01), ..Rule::default() };
    check(&rule, "1.0", "1", Verdict::Equal);
    check(&rule, "1.005", "1.01", Verdict::Equal);
    check(&rule, "100.01", "100.00", Verdict::Changed);
    check(&rule, "a", "b", Verdict::Changed);
    check(&rule, "NaN", "nan", Verdict::Equal);
    check(&rule, "inf", "1e308", Verdict::Changed);
    let rule = Rule { rel_tol: Some(0.01), ..Rule::default() };
    check(&rule, "100", "101", Verdict::Equal);
    check(&rule, "100", "102", Verdict::Changed);
    check(&rule, "0", "0.0001", Verdict::Changed);
    check(&rule, "inf", "5", Verdict::Changed);
}

#[test]
fn times_are_instants() {
    let rule = typed(ColumnType::Timestamp);
    check(&rule, "2024-01-31T10:00:00", "2024-01-31 10:00", Verdict::Equal);
    check(&rule, "2024-01-31T10:00:00Z", "2024-01-31 11:00:00.000+01:00", Verdict::Equal);
    check(&rule, "2024-01-31T10:00:00Z", "2024-01-31T10:00:00", Verdict::Changed);
    check(&rule, "2024-01-31", "2024-01-31T00:00:00", Verdict::Equal);
    check(&rule, "2024-02-30", "2024-01-31", Verdict::Unparsable);
    let rule = Rule { time_tol: Some(2_000_000_000), ..Rule::default() };
    check(&rule, "2024-01-31T10:00:00", "2024-01-31T10:00:02", Verdict::Equal);
    check(&rule, "2024-01-31T10:00:00", "2024-01-31T10:00:02.000000001", Verdict::Changed);
    check(&rule, "1969-12-31T23:59:59", "1970-01-01", Verdict::Equal);
    let rule = Rule { as_time: vec!["%Y/%m/%d".into(), "iso".into()], ..Rule::default() };
    check(&rule, "2012/01/01", "2012-01-01", Verdict::Equal);
    let rule = typed(ColumnType::Date);
    check(&rule, "2012-01-01", "2012-01-01T00:00:00", Verdict::Unparsable);
}

#[test]
fn booleans() {
    let rule = typed(ColumnType::Boolean);
    check(&rule, "TRUE", "1", Verdict::Equal);
    check(&rule, "yes", "N", Verdict::Changed);
    check(&rule, "maybe", "yes", Verdict::Unparsable);
}
