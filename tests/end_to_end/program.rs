//! The program from outside: statuses, streams, files and flags.

use std::process::Output;

use csvq_tests::Workplace;
use serde_json::Value;

use super::{stderr, stdout};

const LEFT: &str = "id,name,price\n1,pear,1.00\n2,plum,2.00\n3,fig,3.00\n";
const RIGHT: &str = "id,name,price\n1,pear,1.00\n2,plum,2.50\n4,nut,4.00\n";

fn workplace() -> Workplace {
    Workplace::with(&[
        ("left.csv", LEFT),
        ("same.csv", LEFT),
        ("right.csv", RIGHT),
        ("broken.csv", "id,name,price\n1,\"secret,1.00\n"),
        ("ragged.csv", "id,name,price\n1,secret\n"),
    ])
    .unwrap()
}

/// Runs `csvq compare` with flags given as one text, and checks the status.
fn compare(place: &Workplace, flags: &str, status: i32) -> Output {
    let args: Vec<&str> = ["compare"].into_iter().chain(flags.split(' ')).collect();
    let output = place.run(&args).unwrap();
    assert_eq!(output.status.code(), Some(status), "{flags}: {}", stderr(&output));
    output
}

#[test]
fn statuses() {
    let place = workplace();
    compare(&place, "left.csv same.csv --key id", 0);
    compare(&place, "left.csv right.csv --key id", 1);
    compare(&place, "left.csv right.csv --key id --exit-zero", 0);
    compare(&place, "left.csv right.csv --key id --stop-after 1", 1);
    compare(&place, "left.csv right.csv --by position", 1);
    compare(&place, "left.csv same.csv --by content", 0);
    compare(&place, "left.csv missing.csv --key id", 2);
    compare(&place, "left.csv . --key id", 2);
    compare(&place, "left.csv broken.csv --key id", 2);
    compare(&place, "left.csv ragged.csv --key id", 2);
    compare(&place, "left.csv right.csv", 2);
    compare(&place, "left.csv right.csv --key nothing", 2);
    compare(&place, "left.csv", 2);
    compare(&place, "missing.csv right.csv --key id --exit-zero", 2);
}

#[test]
fn results_and_messages_have_streams_of_their_own() {
    let place = workplace();
    let different = compare(&place, "left.csv right.csv --key id", 1);
    assert!(!different.stdout.is_empty());
    assert_eq!(stderr(&different), "");
    let failed = compare(&place, "left.csv missing.csv --key id", 2);
    assert_eq!(stdout(&failed), "");
    assert!(stderr(&failed).starts_with("csvq: error: "), "{}", stderr(&failed));
    assert!(stderr(&failed).contains("missing.csv"), "{}", stderr(&failed));
    let told = compare(&place, "left.csv right.csv --key id --format json -v --profile", 1);
    assert!(serde_json::from_slice::<Value>(&told.stdout).is_ok());
    assert!(stderr(&told).contains("DEBUG") && stderr(&told).contains("peak memory"), "{}", stderr(&told));
}

#[test]
fn errors_say_what_helps_and_show_no_cell() {
    let place = workplace();
    let without_key = stderr(&compare(&place, "left.csv right.csv", 2));
    assert!(without_key.contains("hint: ") && without_key.contains("--key"), "{without_key}");
    for flags in ["left.csv broken.csv --key id", "left.csv ragged.csv --key id"] {
        let message = stderr(&compare(&place, flags, 2));
        assert!(message.contains(".csv") && message.contains("line 2"), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
    let unknown = stderr(&compare(&place, "left.csv right.csv --key id --abs-tl 1", 2));
    assert!(unknown.contains("--abs-tol"), "{unknown}");
    let wrong = stderr(&compare(&place, "left.csv right.csv --key id --abs-tol -1", 2));
    assert!(wrong.starts_with("csvq: error: --abs-tol: "), "{wrong}");
    let comparison = stderr(&compare(&place, "left.csv right.csv --key id --with row_compar", 2));
    assert!(comparison.contains("did you mean `row_compare`?"), "{comparison}");
}

#[test]
fn formats() {
    let place = workplace();
    let json: Value =
        serde_json::from_slice(&compare(&place, "left.csv right.csv --key id --format json", 1).stdout).unwrap();
    assert_eq!(json["is_equal"], false);
    let counts = &json["details"]["counts"];
    let numbers = ["changed", "added", "removed", "unchanged"].map(|name| counts[name].as_u64());
    assert_eq!(numbers, [Some(1); 4]);
    let lines = stdout(&compare(&place, "left.csv right.csv --key id --format jsonl", 1));
    assert_eq!(lines.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 3);
    for format in ["text", "csv", "markdown"] {
        let text = stdout(&compare(&place, &format!("left.csv right.csv --key id --format {format}"), 1));
        assert!(text.contains("price"), "{format}: {text}");
        assert!(!text.contains('\u{1b}'), "{format}: {text}");
    }
    let coloured = stdout(&compare(&place, "left.csv right.csv --key id --color always", 1));
    assert!(coloured.contains('\u{1b}'));
}

#[test]
fn one_side_can_be_standard_input() {
    let place = workplace();
    let output = place.run_with_input(&["compare", "-", "same.csv", "--key", "id"], LEFT).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = place.run_with_input(&["compare", "left.csv", "-", "--key", "id"], RIGHT).unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let both = stderr(&compare(&place, "- - --key id", 2));
    assert!(both.contains("standard input"), "{both}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    use std::io::Write;
    let place = workplace();
    let mut child = place.command(&["compare", "left.csv", "-", "--key", "id", "--format", "json"]).spawn().unwrap();
    // The reader is gone before the input ends, so that the result always meets a closed pipe.
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(RIGHT.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "");
}

#[test]
fn an_output_file_appears_whole_or_not_at_all() {
    let place = workplace();
    let before = place.names().unwrap();
    let output = compare(&place, "left.csv right.csv --key id --format json --output result.json", 1);
    assert_eq!(stdout(&output), "");
    let dash = compare(&place, "left.csv right.csv --key id --format json --output -", 1);
    assert!(serde_json::from_slice::<Value>(&dash.stdout).is_ok());
    let result = place.read("result.json").unwrap();
    assert!(serde_json::from_str::<Value>(&result).is_ok());

    compare(&place, "left.csv broken.csv --key id --format json --output result.json", 2);
    assert_eq!(place.read("result.json").unwrap(), result);
    compare(&place, "left.csv broken.csv --key id --output other.txt", 2);
    compare(&place, "left.csv right.csv --key id --output missing/other.txt", 2);
    let mut expected = before;
    expected.push("result.json".to_owned());
    expected.sort();
    assert_eq!(place.names().unwrap(), expected);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let place = workplace();
    let output = compare(&place, "left.csv right.csv --key id --output /dev/full", 2);
    assert!(stderr(&output).contains("/dev/full: can't write the result"), "{}", stderr(&output));
}

#[test]
fn an_output_file_never_replaces_an_input() {
    let place = workplace();
    let message = stderr(&compare(&place, "left.csv right.csv --key id --output ./left.csv", 2));
    assert!(message.contains("left.csv is an input"), "{message}");
    std::fs::copy(place.path().join("left.csv"), place.path().join("added.csv")).unwrap();
    let message = stderr(&compare(&place, "added.csv right.csv --key id --export .", 2));
    assert!(message.contains("added.csv is an input"), "{message}");
    assert_eq!(place.read("left.csv").unwrap(), LEFT);
}

#[test]
fn rows_are_exported() {
    let place = workplace();
    let output = compare(&place, "left.csv right.csv --key id --export differences", 1);
    assert!(stderr(&output).contains("added.csv (1), removed.csv (1), changed.csv (1)"), "{}", stderr(&output));
    assert_eq!(place.read("differences/added.csv").unwrap(), "id,name,price\n4,nut,4.00\n");
    assert_eq!(place.read("differences/removed.csv").unwrap(), "id,name,price\n3,fig,3.00\n");
    assert!(place.read("differences/changed.csv").unwrap().contains("price"));
    let quiet = compare(&place, "left.csv right.csv --key id --export differences -q", 1);
    assert_eq!(stderr(&quiet), "");
}

#[test]
fn flags_win_over_the_spec_file() {
    let place = workplace();
    for (name, text) in [
        ("spec.toml", "key = \"id\"\n[abs_tol]\nprice = 0.1\n"),
        ("spec.json", r#"{"key": "id", "abs_tol": {"price": 0.1}}"#),
        ("wrong.toml", "kye = \"id\"\n"),
    ] {
        std::fs::write(place.path().join(name), text).unwrap();
    }
    let changed = |flags: &str| {
        let output = compare(&place, &format!("left.csv right.csv --format json {flags}"), 1);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["details"]["counts"]["changed"].as_u64().unwrap()
    };
    assert_eq!(changed("--spec spec.toml"), 1);
    assert_eq!(changed("--spec spec.json"), 1);
    assert_eq!(changed("--spec spec.toml --abs-tol price=1"), 0);
    assert_eq!(changed("--spec spec.toml --by position"), 2);
    let wrong = stderr(&compare(&place, "left.csv right.csv --spec wrong.toml", 2));
    assert_eq!(wrong, "csvq: error: kye: wrong.toml: line 1: no such setting; did you mean `key`?\n");
}

#[test]
fn help_version_completions_and_manual() {
    let place = workplace();
    let check = |args: &[&str], status: i32, part: &str| {
        let output = place.run(args).unwrap();
        assert_eq!(output.status.code(), Some(status), "{args:?}");
        let (told, silent) =
            if status == 0 { (&output.stdout, &output.stderr) } else { (&output.stderr, &output.stdout) };
        assert!(silent.is_empty(), "{args:?}");
        let told = String::from_utf8_lossy(told);
        assert!(told.contains(part), "{args:?}: {told}");
    };
    check(&["--version"], 0, concat!("csvq ", env!("CARGO_PKG_VERSION"), "\n"));
    check(&["--help"], 0, "CSVQ_LOG");
    check(&["compare", "-h"], 0, "--abs-tol");
    check(&["compare", "--help"], 0, "Examples:");
    check(&["man"], 0, ".TH csvq 1");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        check(&["completions", shell], 0, "abs-tol");
    }
    check(&["completions", "tcl"], 2, "possible values");
    check(&[], 2, "Usage: csvq");
    check(&["compaer"], 2, "compare");
    check(&["compare", "left.csv", "right.csv", "--by", "keys"], 2, "possible values: key, position, content");
}

#[test]
fn log_filters_come_from_the_environment() {
    let place = workplace();
    let args = ["compare", "left.csv", "same.csv", "--key", "id"];
    let logged = place.command(&args).env("CSVQ_LOG", "debug").output().unwrap();
    assert_eq!(logged.status.code(), Some(0));
    assert!(stderr(&logged).contains("DEBUG"));
    let refused = place.command(&args).env("CSVQ_LOG", "a=b=c").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("CSVQ_LOG"));
}
