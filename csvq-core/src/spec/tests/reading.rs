//! How names, units, scopes and whole specs are read.

use crate::ErrorKind;
use crate::spec::{ByteSize, ColumnPair, CompareSpec, Limit, Patterns, Scope, Span, split_patterns, suggest};
use crate::types::ColumnType;

#[test]
fn pairs_are_read_and_written() {
    let check = |text: &str, expected: Option<(&str, &str)>| {
        let read = ColumnPair::parse("key", text);
        let names = read.as_ref().ok().map(|pair| (pair.left.as_str(), pair.right.as_str()));
        assert_eq!(names, expected, "{text}");
        match read {
            Ok(pair) => assert_eq!(pair.to_string().parse::<ColumnPair>().unwrap(), pair),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::InvalidSpec);
                assert_eq!(error.context().field.as_deref(), Some("key"));
            }
        }
    };
    check("id", Some(("id", "id")));
    check("id=ident", Some(("id", "ident")));
    check(r"a\=b", Some(("a=b", "a=b")));
    check(r"a\=b=c\=d", Some(("a=b", "c=d")));
    check(r"a\,b", Some(("a,b", "a,b")));
    check(r"C:\data\x", Some((r"C:\data\x", r"C:\data\x")));
    check(r"end\\=x", Some((r"end\", "x")));
    check(" spaced name ", Some((" spaced name ", " spaced name ")));
    check("", None);
    check("=b", None);
    check("a=", None);
    check("a=b=c", None);
}

#[test]
fn keys_are_a_string_or_a_list() {
    let check = |json: &str, expected: &[&str]| {
        let spec = CompareSpec::from_json(&format!(r#"{{"key": {json}}}"#)).unwrap();
        assert_eq!(spec.key.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{json}");
    };
    check(r#""a""#, &["a"]);
    check(r#""a,b=c""#, &["a", "b=c"]);
    check(r#""a\\,b,c""#, &[r"a\,b", "c"]);
    check(r#"["a,b", "c=d"]"#, &[r"a\,b", "c=d"]);
    check("[]", &[]);
}

#[test]
fn maps_are_a_table_or_a_list() {
    let tables = CompareSpec::from_json(r#"{"map": {"a=b": "c", "d": "e"}}"#).unwrap();
    let list = CompareSpec::from_json(r#"{"map": ["a\\=b=c", "d=e"]}"#).unwrap();
    assert_eq!(tables, list);
    let error = CompareSpec::from_json(r#"{"map": ["a"]}"#).unwrap_err();
    assert_eq!(error.to_string(), "map: line 1: `a` has no `=`: write `left=right`");
}

#[test]
fn patterns_match_names_and_globs() {
    let check = |pattern: &str, name: &str, expected: bool| {
        let patterns = Patterns::new("only", &[pattern.to_owned()]).unwrap();
        assert_eq!(patterns.matches(name), expected, "{pattern} {name}");
        assert_eq!(patterns.unmatched(&[name]).is_empty(), expected, "{pattern} {name}");
    };
    check("price_*", "price_net", true);
    check("price_*", "PRICE_net", false);
    check("*", "a/b", true);
    check("{a,b}", "b", true);
    check("price [EUR]", "price [EUR]", true);
    check("price [EUR]", "price E", true);
    check(r"a\*", "a*", true);
    check(r"a\*", "ab", false);
    assert!(Patterns::new("only", &["[a".to_owned()]).is_err());
    assert!(Patterns::new("only", &[String::new()]).is_err());
    assert_eq!(split_patterns(r"a,{b,c}_*,d\,e"), ["a", "{b,c}_*", r"d\,e"]);
}

#[test]
fn sizes_have_units() {
    let check = |text: &str, expected: Option<u64>| {
        assert_eq!(text.parse::<ByteSize>().ok().map(|size| size.0), expected, "{text}");
    };
    check("0", Some(0));
    check("1048576", Some(1 << 20));
    check("256MiB", Some(256 << 20));
    check("2 GiB", Some(2 << 30));
    check("1gb", Some(1_000_000_000));
    check("1.5KiB", Some(1536));
    check("1.0001KiB", None);
    check("20000000TiB", None);
    check("99999999999999999999", None);
    check("", None);
    check("MiB", None);
    check("-1", None);
    check("1.MiB", None);
    check("1 2", None);
    check("2G", None);
}

#[test]
fn spans_have_units() {
    let check = |text: &str, expected: Option<u64>| {
        assert_eq!(text.parse::<Span>().ok().map(Span::nanoseconds), expected, "{text}");
    };
    check("10ns", Some(10));
    check("250us", Some(250_000));
    check("500ms", Some(500_000_000));
    check("2s", Some(2_000_000_000));
    check("1.5s", Some(1_500_000_000));
    check("1m", Some(60_000_000_000));
    check("1h30m", Some(5_400_000_000_000));
    check("1d", Some(86_400_000_000_000));
    check("0s", Some(0));
    check("2", None);
    check("", None);
    check("-2s", None);
    check("0.5ns", None);
    check("300000d", None);
    check("2 s", None);
    assert_eq!(Span::from_nanoseconds(90_000_000_001).to_string(), "1m30s1ns");
}

#[test]
fn limits_are_numbers_or_all() {
    assert_eq!("all".parse(), Ok(Limit::All));
    assert_eq!("0".parse(), Ok(Limit::Rows(0)));
    assert!("-1".parse::<Limit>().is_err());
    assert!("+1".parse::<Limit>().is_err());
    assert!("ALL".parse::<Limit>().is_err());
}

#[test]
fn scopes_win_in_order() {
    let spec = CompareSpec::from_json(
        r#"{
            "abs_tol": {"*": 1, "type:float": 2, "price": 3, "column:type:float": 4},
            "null": {"a": "NA", "b": ["", "-"]}
        }"#,
    )
    .unwrap();
    assert_eq!(spec.abs_tol.get("price", ColumnType::Float), Some(&3.0));
    assert_eq!(spec.abs_tol.get("other", ColumnType::Float), Some(&2.0));
    assert_eq!(spec.abs_tol.get("other", ColumnType::Text), Some(&1.0));
    assert_eq!(spec.abs_tol.get("type:float", ColumnType::Text), Some(&4.0));
    assert_eq!(spec.null.columns["a"], ["NA"]);
    assert_eq!(spec.null.columns["b"], ["", "-"]);
    assert_eq!(Scope::parse("column:*"), Ok(Scope::Column("*".to_owned())));
}

#[test]
fn errors_name_field_line_and_what_was_meant() {
    let check = |json: &str, expected: &str| {
        let error = CompareSpec::from_json(json).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSpec);
        assert_eq!(error.to_string(), expected, "{json}");
    };
    check("{\n\"ignore-case\": true}", "ignore-case: line 2: no such setting; did you mean `ignore_case`?");
    check(r#"{"by": "keys"}"#, "by: line 1: unknown variant `keys`, expected one of `key`, `position`, `content`");
    check(
        r#"{"time_tol": {"at": "2"}}"#,
        "time_tol: line 1: `2` is no time span: write a time span such as `2s`, `500ms` or `1h30m` \
         (units: d, h, m, s, ms, us, ns)",
    );
    check(
        r#"{"abs_tol": {"type:flaot": 1}}"#,
        "abs_tol: line 1: unknown column type `flaot`: \
         expected text, integer, decimal, float, boolean, date or timestamp",
    );
    check(r#"{"abs_tol": {"a": 1, "column:a": 2}}"#, "abs_tol: line 1: `column:a` is set twice");
    check(r#"{"limit": -1}"#, "limit: line 1: invalid value: integer `-1`, expected a number of rows, or `all`");
    check(r#"{"by": "key", "by": "key"}"#, "line 1: the spec is no valid JSON: duplicate field `by`");
    check("{\n", "line 2: the spec is no valid JSON: EOF while parsing an object");
    check("7", "line 1: a spec is a table of settings, such as {\"key\": \"id\"}");
    check("[]", "a spec is a table of settings, such as {\"key\": \"id\"}");
}

#[test]
fn suggestions_are_near() {
    let check = |name: &str, expected: Option<&str>| {
        assert_eq!(suggest(name, CompareSpec::field_names().iter().copied()), expected, "{name}");
    };
    check("kye", Some("key"));
    check("Threads", Some("threads"));
    check("left-delimeter", Some("left_delimiter"));
    check("tolerance", None);
    check("", None);
    check(&"k".repeat(100_000), None);
}
