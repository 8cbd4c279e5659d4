//! What flags become.

use clap::{CommandFactory, Parser};
use csvq_core::spec::{By, ByteSize, ColumnPair, CompareSpec, DuplicatePolicy, Limit, RaggedPolicy, TypingDefault};
use csvq_core::types::ColumnType;
use serde_json::{Value, json};

use crate::args::{Cli, Command, CompareArgs};
use crate::convert;

fn parse(flags: &[&str]) -> Result<CompareArgs, clap::Error> {
    let args = ["csvq", "compare", "left.csv", "right.csv"].iter().chain(flags);
    match Cli::try_parse_from(args)?.command {
        Command::Compare(args) => Ok(*args),
        other => panic!("{other:?}"),
    }
}

fn spec_over(base: Value, flags: &[&str]) -> CompareSpec {
    convert::apply(&parse(flags).unwrap(), CompareSpec::from_value(base).unwrap()).unwrap()
}

/// The spec that flags become, against the same one in JSON.
fn check(flags: &[&str], expected: Value) {
    let spec = spec_over(json!({}), flags);
    assert_eq!(spec, CompareSpec::from_value(expected).unwrap(), "{flags:?}");
}

/// A part of the message with which flags are refused.
fn refused(flags: &[&str], part: &str) {
    let message = parse(flags).unwrap_err().to_string();
    assert!(message.contains(part), "{flags:?}: {message}");
}

#[test]
fn the_command_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn rows_and_columns() {
    check(&[], json!({}));
    check(&["--key", "id"], json!({"key": "id"}));
    check(&["--key", "a,b", "--key", "c=d"], json!({"key": ["a", "b", "c=d"]}));
    check(&["--key", r"a\,b"], json!({"key": ["a,b"]}));
    check(&["--by", "content"], json!({"by": "content"}));
    check(&["--only", "a,b*", "--only", "{c,d}"], json!({"only": ["a", "b*", "{c,d}"]}));
    check(&["--ignore", "a"], json!({"ignore": ["a"]}));
    check(&["--map", "a=b", "--map", "c=d"], json!({"map": ["a=b", "c=d"]}));
    check(&["--duplicates", "error"], json!({"duplicates": "error"}));
    refused(&["--by", "keys"], "possible values: key, position, content");
    refused(&["--map", "a"], "has no `=`");
    refused(&["--key", "a=b=c"], "more than one `=`");
    refused(&["--key", "a,"], "empty name");
}

#[test]
fn rules() {
    check(&["--abs-tol", "0.01"], json!({"abs_tol": 0.01}));
    check(
        &["--abs-tol", "price=0.01", "--abs-tol", "type:float=1e-6", "--abs-tol", "1"],
        json!({"abs_tol": {"price": 0.01, "type:float": 1e-6, "*": 1.0}}),
    );
    check(&["--abs-tol", r"a\=b=2"], json!({"abs_tol": {"a=b": 2.0}}));
    check(&["--abs-tol", "-1"], json!({"abs_tol": -1.0}));
    check(&["--rel-tol", "column:type:float=2"], json!({"rel_tol": {"column:type:float": 2.0}}));
    check(&["--time-tol", "at=2s"], json!({"time_tol": {"at": "2s"}}));
    check(&["--ignore-case"], json!({"ignore_case": true}));
    check(&["--trim=a,type:text", "--trim=b"], json!({"trim": {"a": true, "b": true, "type:text": true}}));
    check(&["--empty-is-null", "--as-number=n"], json!({"empty_is_null": true, "as_number": {"n": true}}));
    check(
        &["--null", "NA", "--null", "-", "--null", "a=", "--null", r"x\=y", "--null", "-99"],
        json!({"null": {"*": ["NA", "-", "x=y", "-99"], "a": [""]}}),
    );
    check(&["--as-time", "iso", "--as-time", "d=%d.%m.%Y"], json!({"as_time": {"*": "iso", "d": "%d.%m.%Y"}}));
    check(&["--types", "infer", "--types", "n=decimal"], json!({"types": {"*": "infer", "n": "decimal"}}));
    refused(&["--abs-tol", "price=cheap"], "`cheap` is no number");
    refused(&["--abs-tol", "nan"], "is no number");
    refused(&["--abs-tol", "type:real=1"], "unknown column type `real`");
    refused(&["--time-tol", "2"], "no time span");
    refused(&["--types", "n=number"], "unknown column type `number`");
    refused(&["--types", "number"], "write `text` or `infer`");
    refused(&["--trim="], "empty");
}

#[test]
fn reading_and_limits() {
    check(&["--delimiter", ";", "--left-quote", "none"], json!({"delimiter": ";", "left_quote": "none"}));
    check(&["--comment", "-", "--escape", r"\"], json!({"comment": "-", "escape": "\\"}));
    check(&["--no-header"], json!({"header": false}));
    check(&["--right-no-header"], json!({"right_header": false}));
    check(&["--ragged", "pad", "--encoding", "latin1"], json!({"ragged": "pad", "encoding": "latin1"}));
    check(
        &["--limit", "all", "--stop-after", "5", "--memory", "1GiB", "--spill-dir", "/tmp", "--threads", "2"],
        json!({"limit": "all", "stop_after": 5, "memory": "1GiB", "spill_dir": "/tmp", "threads": 2}),
    );
    refused(&["--limit", "some"], "a number of rows, or `all`");
    refused(&["--memory", "2G"], "a size such as `256MiB`");
    refused(&["--quiet", "--verbose"], "cannot be used with");
}

#[test]
fn parameters_are_json_or_text() {
    let args =
        parse(&["--param", "n=1", "--param", "s=one", "--param", r#"o={"a": [true]}"#, "--param", "e="]).unwrap();
    let expected = [("n", json!(1)), ("s", json!("one")), ("o", json!({"a": [true]})), ("e", json!(""))];
    assert_eq!(args.matching.param, expected.map(|(name, value)| (name.to_owned(), value)));
    refused(&["--param", "n"], "NAME=VALUE");
}

#[test]
fn flags_win_over_the_file() {
    let file = json!({
        "key": ["a"], "only": "x", "abs_tol": {"*": 1, "price": 2}, "null": {"*": "NA", "c": "-"},
        "types": {"*": "infer", "n": "integer"}, "delimiter": ";", "limit": 5, "memory": "1GiB", "threads": 4,
        "duplicates": "error", "ragged": "pad", "header": true,
    });
    let flags = [
        "--key",
        "b",
        "--abs-tol",
        "price=3",
        "--null",
        "none",
        "--null",
        "nil",
        "--types",
        "n=decimal",
        "--delimiter",
        ",",
        "--limit",
        "all",
        "--threads",
        "1",
        "--duplicates",
        "first",
        "--ragged",
        "truncate",
        "--no-header",
    ];
    let spec = spec_over(file, &flags);
    assert_eq!(spec.key, [ColumnPair::same("b")]);
    assert_eq!(spec.only, ["x"]);
    assert_eq!((spec.abs_tol.all, spec.abs_tol.columns["price"]), (Some(1.0), 3.0));
    assert_eq!(spec.null.all.unwrap(), ["none", "nil"]);
    assert_eq!(spec.null.columns["c"], ["-"]);
    assert_eq!((spec.types.default, spec.types.columns["n"]), (TypingDefault::Infer, ColumnType::Decimal));
    assert_eq!(spec.delimiter.as_deref(), Some(","));
    assert_eq!((spec.limit, spec.memory, spec.threads), (Some(Limit::All), Some(ByteSize(1 << 30)), Some(1)));
    assert_eq!((spec.duplicates, spec.ragged), (DuplicatePolicy::First, RaggedPolicy::Truncate));
    assert_eq!(spec.header, Some(false));
}

#[test]
fn a_flag_for_key_or_by_ends_the_files_other() {
    assert_eq!(spec_over(json!({"key": "a"}), &["--by", "position"]).key, []);
    assert_eq!(spec_over(json!({"by": "position"}), &["--key", "a"]).by, By::Key);
    let both = spec_over(json!({}), &["--key", "a", "--by", "position"]);
    assert!(both.validate().is_err());
}

#[test]
fn every_setting_has_a_flag_and_every_flag_a_setting() {
    const OF_THE_PROGRAM: &[&str] = &[
        "spec",
        "with",
        "param",
        "format",
        "output",
        "export",
        "export-format",
        "escape-formulas",
        "exit-zero",
        "profile",
        "quiet",
        "verbose",
        "no-progress",
        "color",
    ];
    let command = Cli::command();
    let compare = command.find_subcommand("compare").unwrap();
    let mut flags: Vec<String> =
        compare.get_arguments().filter_map(|flag| flag.get_long()).map(str::to_owned).collect();
    let settings = CompareSpec::field_names().iter().map(|field| match *field {
        // Headers are the rule, so that the flag is about their absence.
        "header" => "no-header".to_owned(),
        "left_header" => "left-no-header".to_owned(),
        "right_header" => "right-no-header".to_owned(),
        field => field.replace('_', "-"),
    });
    let mut expected: Vec<String> = settings.chain(OF_THE_PROGRAM.iter().map(|&flag| flag.to_owned())).collect();
    flags.sort();
    expected.sort();
    assert_eq!(flags, expected);
}
