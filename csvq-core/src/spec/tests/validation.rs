//! What a spec is refused for before any data is read.

use crate::spec::{CompareSpec, Side};

/// Reads and validates; the field that is blamed and the message, or nothing.
fn check(json: &str, blamed: Option<(&str, &str)>) {
    let spec = CompareSpec::from_json(json).unwrap();
    match (spec.validate(), blamed) {
        (Ok(()), None) => {}
        (Err(error), Some((field, part))) => {
            assert_eq!(error.context().field.as_deref(), Some(field), "{json}: {error}");
            assert!(error.message().contains(part), "{json}: {error}");
        }
        (result, _) => panic!("{json}: {result:?}"),
    }
}

#[test]
fn matching() {
    check("{}", None);
    check(r#"{"key": "a,b"}"#, None);
    check(r#"{"by": "position"}"#, None);
    check(r#"{"key": "a", "by": "position"}"#, Some(("key", "by position have no key")));
    check(r#"{"key": "a", "by": "content"}"#, Some(("key", "by content have no key")));
    check(r#"{"duplicates": "error", "by": "content"}"#, Some(("duplicates", "leave out")));
    check(r#"{"key": "a,a"}"#, Some(("key", "`a` stands there twice for the left side")));
    check(r#"{"key": "a=c,b=c"}"#, Some(("key", "`c` stands there twice for the right side")));
    check(r#"{"map": ["a=b", "a=c"]}"#, Some(("map", "left side")));
    check(r#"{"map": ["a=c", "b=c"]}"#, Some(("map", "right side")));
    check(r#"{"key": "a=b", "map": ["a=c"]}"#, Some(("map", "contradicts the key")));
    check(r#"{"key": "a=b", "map": ["a=b"]}"#, None);
    check(r#"{"key": "a", "map": ["b=c"]}"#, None);
}

#[test]
fn patterns() {
    check(r#"{"only": ["a*", "{b,c}"], "ignore": "d,e"}"#, None);
    check(r#"{"only": "[a"}"#, Some(("only", "no valid pattern")));
    check(r#"{"ignore": [""]}"#, Some(("ignore", "empty")));
}

#[test]
fn rules() {
    check(r#"{"abs_tol": 0, "rel_tol": {"a": 0.5}, "time_tol": "2s"}"#, None);
    check(r#"{"abs_tol": -1}"#, Some(("abs_tol", "finite number, 0 or greater")));
    check(r#"{"rel_tol": {"type:float": -1}}"#, Some(("rel_tol", "finite number, 0 or greater")));
    check(r#"{"key": "id", "abs_tol": {"id": 1}}"#, Some(("abs_tol", "`id` is a key column")));
    check(r#"{"key": "id", "time_tol": {"id": "1s"}}"#, Some(("time_tol", "`id` is a key column")));
    check(r#"{"key": "id", "abs_tol": 1}"#, None);
    check(r#"{"by": "content", "rel_tol": 1}"#, Some(("rel_tol", "by content")));
    check(r#"{"trim": {"": true}}"#, Some(("trim", "empty")));
    check(r#"{"types": {"": "text"}}"#, Some(("types", "empty")));
    check(r#"{"types": {"a": "boolean"}, "abs_tol": {"a": 1}}"#, Some(("abs_tol", "`a` is declared boolean")));
    check(r#"{"types": {"a": "date"}, "rel_tol": {"a": 1}}"#, Some(("rel_tol", "`a` is declared date")));
    check(r#"{"types": {"a": "float"}, "time_tol": {"a": "1s"}}"#, Some(("time_tol", "`a` is declared float")));
    check(r#"{"types": {"a": "date", "b": "decimal"}, "time_tol": {"a": "1d"}, "abs_tol": {"b": 1}}"#, None);
    check(r#"{"types": {"a": "boolean"}, "abs_tol": 1, "time_tol": "1s"}"#, None);
    let infinite = CompareSpec { abs_tol: crate::spec::Scoped::for_all(f64::INFINITY), ..CompareSpec::default() };
    assert_eq!(infinite.validate().unwrap_err().context().field.as_deref(), Some("abs_tol"));
}

#[test]
fn time_formats() {
    check(r#"{"as_time": ["iso", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S%.3f%:z", "%-d %B %y", "100%% %s"]}"#, None);
    check(r#"{"as_time": "yyyy-mm-dd"}"#, Some(("as_time", "no time format")));
    check(r#"{"as_time": {"a": "%Y-%Q"}}"#, Some(("as_time", "unknown code `%Q`")));
    check(r#"{"as_time": "%Y%"}"#, Some(("as_time", "unknown code `%`")));
    check(r#"{"as_time": "%%"}"#, Some(("as_time", "no time format")));
    check(r#"{"as_time": ""}"#, Some(("as_time", "no time format")));
    check(r#"{"as_time": "%33f"}"#, Some(("as_time", "unknown code `%3`")));
    for complete in [
        "%s",
        "%c",
        "%+",
        "%Y-%j",
        "%G-W%V-%u",
        "%D %I:%M %p",
        "%F %T%z",
        "%F %T%:z",
        "%F %T%::z",
        "%F %T%:::z",
        "%F %T%#z",
        "%F %T %Z",
        "%F %T.%f",
        "%F %T%.f",
        "%F %T%.3f",
        "%F %T%.6f",
        "%F %T%.9f",
        "%F %T%9f",
        "%-d %B %y",
        "%e %b %Y %l:%M:%S %P",
        "%v %R",
        "%x %X",
        "%A %F %k:%M",
        "100%% %F",
    ] {
        check(&format!(r#"{{"as_time": "{complete}"}}"#), None);
    }
    for incomplete in ["%H:%M", "%Y-%m", "%d.%m.", "%Y-%m-%d %M", "%z", "%Y-%m-%d %H", "%-d%-m%Y"] {
        check(&format!(r#"{{"as_time": "{incomplete}"}}"#), Some(("as_time", "can't be read back")));
    }
    check(r#"{"as_time": "%é"}"#, Some(("as_time", "unknown code `%é`")));
}

#[test]
fn dialects() {
    check(r##"{"delimiter": "\t", "quote": "'", "escape": "\\", "comment": "#"}"##, None);
    check(r#"{"delimiter": "tab", "quote": "none", "escape": "none", "comment": "none"}"#, None);
    check(r#"{"delimiter": "\u0000"}"#, Some(("delimiter", "is not one ASCII character")));
    check(r#"{"delimiter": ";;"}"#, Some(("delimiter", "`;;` is not one ASCII character")));
    check(r#"{"delimiter": "§"}"#, Some(("delimiter", "write one ASCII character, `tab`")));
    check(r#"{"left_delimiter": ""}"#, Some(("left_delimiter", "it is empty")));
    check(r#"{"delimiter": "none"}"#, Some(("delimiter", "no text without a delimiter")));
    check(r#"{"right_quote": "\n"}"#, Some(("right_quote", "line break")));
    check(r#"{"delimiter": "\""}"#, Some(("delimiter", "same character as quote: give the other one too")));
    check(r#"{"delimiter": "\"", "quote": "none"}"#, None);
    check(r#"{"delimiter": ";", "quote": ";"}"#, Some(("quote", "two different characters")));
    check(r#"{"escape": "\""}"#, Some(("escape", "a doubled quote")));
    check(r#"{"left_comment": "|", "delimiter": "|"}"#, Some(("left_comment", "same character as delimiter")));
    check(r#"{"right_comment": "|", "left_delimiter": "|"}"#, None);
}

#[test]
fn a_side_wins_over_both() {
    let spec =
        CompareSpec::from_json(r#"{"delimiter": ";", "right_delimiter": "tab", "left_header": false, "header": true}"#)
            .unwrap();
    let (left, right) = (spec.dialect(Side::Left).unwrap(), spec.dialect(Side::Right).unwrap());
    assert_eq!((left.delimiter, right.delimiter), (Some(b';'), Some(b'\t')));
    assert_eq!((left.header, right.header), (false, true));
    assert_eq!((left.quote, left.escape, left.comment), (Some(b'"'), None, None));
}

#[test]
fn limits() {
    check(r#"{"limit": "all", "stop_after": 1, "memory": "16MiB", "spill_dir": "/tmp", "threads": 1}"#, None);
    check(r#"{"limit": 0}"#, None);
    check(r#"{"stop_after": 0}"#, Some(("stop_after", "1 or more")));
    check(r#"{"memory": "1MiB"}"#, Some(("memory", "1MiB is too little: write 16MiB or more")));
    check(r#"{"threads": 0}"#, Some(("threads", "1 to 1024")));
    check(r#"{"threads": 1025}"#, Some(("threads", "1 to 1024")));
    check(r#"{"spill_dir": ""}"#, Some(("spill_dir", "folder's path")));
}
