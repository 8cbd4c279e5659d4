//! The fragment for notebooks: what it looks like, and that nothing from outside is more than text in it.

use proptest::prelude::*;

use super::fixtures::{Fixture, equal, many, nasty, ordinary, record};
use super::formats::check_text;
use super::laws;
use crate::error::{Error, ErrorKind};
use crate::report::render::{RenderOptions, html};
use crate::report::{
    ChunkDigest, ChunkDigests, ColumnDigest, ColumnStatistics, Comparison, Concentration, DifferenceKind, DigestPair,
    Digests, Distribution, DuplicateKey, NullabilityChange, RenameEvidence, RenamedColumn, Report, SchemaMode,
    SideStatistics, TypeChange, summarise,
};
use crate::types::TypeRelation;

/// Every tag that there is.
const TAGS: [&str; 31] = [
    "div class=\"csvq\"",
    "div class=\"tex2jax_ignore mathjax_ignore\"",
    "/div",
    "style",
    "/style",
    "p",
    "/p",
    "strong",
    "/strong",
    "table",
    "table class=\"removed\"",
    "table class=\"added\"",
    "/table",
    "caption",
    "/caption",
    "thead",
    "/thead",
    "tbody",
    "/tbody",
    "tr",
    "/tr",
    "th scope=\"col\"",
    "th scope=\"col\" class=\"number\"",
    "th scope=\"row\"",
    "/th",
    "td",
    "td class=\"number\"",
    "td class=\"equal\"",
    "/td",
    "span class=\"null\"",
    "/span",
];

/// Elements within cells.
const INLINE: [&str; 4] = ["code", "b", "del", "ins"];

fn rendered(comparison: &Comparison, sample: usize) -> String {
    let mut out = Vec::new();
    html(comparison, &RenderOptions { sample, ..RenderOptions::default() }, &mut out).expect("writing to memory");
    String::from_utf8(out).expect("UTF-8")
}

/// The fragment, after checks that every tag in it is one of ours and is closed, and that between them is text.
#[track_caller]
fn checked(comparison: &Comparison, sample: usize) -> String {
    let fragment = rendered(comparison, sample);
    let mut open: Vec<&str> = Vec::new();
    let mut pieces = fragment.split('<');
    assert_eq!(pieces.next(), Some(""));
    for piece in pieces {
        let (tag, text) = piece.split_once('>').expect("the end of a tag");
        let name = tag.trim_start_matches('/');
        assert!(TAGS.contains(&tag) || INLINE.contains(&name), "<{tag}>");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
        } else {
            open.push(tag.split(' ').next().unwrap_or(tag));
        }
        assert!(!text.contains(['"', '\'', '>']), "{text:?}");
        assert!(!text.contains(|character: char| character.is_control() && character != '\n'), "{text:?}");
        for reference in text.split('&').skip(1) {
            let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
            assert!(known.iter().any(|known| reference.starts_with(known)), "&{reference}");
        }
    }
    assert_eq!(open, [""; 0]);
    fragment
}

/// The fragment without its style, which would be the same in each snapshot.
#[track_caller]
fn check(name: &str, comparison: &Comparison, sample: usize) {
    let fragment = checked(comparison, sample);
    let (before, rest) = fragment.split_once("<style>").expect("a style");
    let (style, after) = rest.split_once("</style>").expect("the end of the style");
    assert!(style.lines().filter(|line| !line.is_empty()).all(|line| line.starts_with(".csvq")), "{style}");
    assert!(!style.contains("url(") && !style.contains('@'), "{style}");
    check_text(&format!("{name}.html"), &format!("{before}{after}"));
}

fn pair(left: &str, right: &str) -> DigestPair {
    DigestPair { left: Some(left.to_owned()), right: Some(right.to_owned()) }
}

fn by_column() -> Comparison {
    let mut comparison = ordinary();
    let details = &mut comparison.report.details;
    let side = |nulls, min: Option<&str>, mean| SideStatistics {
        nulls,
        distinct: 12,
        min: min.map(str::to_owned),
        max: Some("<x>".to_owned()),
        mean,
    };
    let difference = Distribution { count: 3, mean_shift: 0.4, mean: 1.1, median: 1.0, p95: 1.9, max: 2.0 };
    for column in &mut details.columns {
        column.statistics = Some(ColumnStatistics {
            left: side(0, Some("a & b"), Some(1.5)),
            right: side(1, None, Some(1.5)),
            difference: (column.name == "price").then_some(difference),
        });
    }
    details.concentrations = vec![Concentration {
        kind: DifferenceKind::Changed,
        column: None,
        by: "city".to_owned(),
        value: Some("<Graz>".to_owned()),
        rows: 2,
        of: 3,
        share: 0.67,
        overall_share: 0.1,
        lift: 6.7,
    }];
    comparison
}

fn by_digest() -> Comparison {
    let mut comparison = Fixture::new(&["id", "<a>"], &["id", "<a>"], &["id"]).build();
    let details = &mut comparison.report.details;
    (details.counts.left_rows, details.counts.right_rows) = (20, 20);
    comparison.report.is_equal = false;
    details.digests = Some(Digests {
        algorithm: "sha256".to_owned(),
        chunk_size: 10,
        table: Some(pair("00ff", "11ee")),
        rows: None,
        bytes: Some(pair("aa", "aa")),
        columns: vec![
            ColumnDigest { column: "id".to_owned(), ordered: Some(pair("01", "01")), ..ColumnDigest::default() },
            ColumnDigest { column: "<a>".to_owned(), ordered: Some(pair("02", "03")), ..ColumnDigest::default() },
        ],
        chunks: Some(ChunkDigests {
            left: 2,
            right: 2,
            differing: 2,
            shown: vec![ChunkDigest {
                chunk: 1,
                first_row: 1,
                last_row: 10,
                digests: pair("04", "05"),
                columns: vec!["<a>".to_owned()],
            }],
        }),
    });
    comparison
}

fn by_schema() -> Comparison {
    let mut comparison = Fixture::new(&["id", "<a>"], &["id", "b&c"], &["id"]).build();
    let schema = &mut comparison.report.details.schema;
    schema.mode = Some(SchemaMode::Strict);
    schema.type_changes = vec![TypeChange {
        column: "id".to_owned(),
        left: "int32".to_owned(),
        right: "list<int64>".to_owned(),
        change: TypeRelation::Incompatible,
    }];
    schema.nullability_changes = vec![NullabilityChange { column: "id".to_owned(), left: true, right: false }];
    schema.renamed = vec![RenamedColumn {
        left: "<a>".to_owned(),
        right: "b&c".to_owned(),
        evidence: RenameEvidence::Key,
        rows: 10,
        share: 0.9999,
        distinct: 9,
    }];
    comparison.report.is_equal = false;
    comparison.report.details.summary = summarise(&comparison.report);
    comparison
}

#[test]
fn what_it_looks_like() {
    check("ordinary", &ordinary(), 10);
    check("equal", &equal(), 10);
    check("many", &many(), 2);
    check("column_compare", &by_column(), 10);
    check("hash_compare", &by_digest(), 10);
    check("schema_compare", &by_schema(), 10);
    let error = Error::new(ErrorKind::Malformed, "<left>.csv: \"it\" has 3 fields & 'the header' 4");
    let report = Report::failed("row_compare", &error);
    check("failed", &Comparison { report, rows: None, differences: None, profile: Vec::new() }, 10);
}

#[test]
fn cells_names_and_inputs_are_text() {
    let mut comparison = nasty();
    comparison.report.metadata.left.name = "</style><script>\"&'\u{1b}.csv".to_owned();
    comparison.report.details.duplicates.left =
        vec![DuplicateKey { key: record(&["<i onclick='x'>", "∅"]), rows: (1..=10).collect(), count: 12 }];
    comparison.report.details.summary = "<b>".to_owned();
    check("nasty", &comparison, 10);
    assert_eq!(checked(&comparison, 10).matches("style").count(), 3);
}

#[test]
fn a_sample_of_rows_says_how_many_more_there_are() {
    let fragment = checked(&ordinary(), 1);
    for words in ["Changed rows (1 of 3)", "Added rows (1 of 3)", "And 2 more."] {
        assert!(fragment.contains(words), "{words}");
    }
    assert!(fragment.contains("<caption>Removed rows</caption>"));
    assert!(!checked(&ordinary(), 0).contains("rows ("));
}

#[test]
fn columns_that_are_left_out_are_counted() {
    let names: Vec<String> = (1..=25).map(|number| format!("column_{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (left, mut few) = (["a"; 25], ["a"; 25]);
    few[23] = "b";
    let comparison = Fixture::new(&names, &names, &[])
        .changed((1, 1), &left, &["b"; 25])
        .changed((2, 2), &left, &few)
        .removed(3, &left)
        .build();
    let fragment = checked(&comparison, 10);
    // The column that differs in both rows is shown; of the others, those that come first.
    assert!(fragment.contains("<code>column_19</code></th><th scope=\"col\"><code>column_24</code></th>"));
    assert!(fragment.contains("<th scope=\"col\">… 5 more</th>"));
    assert!(fragment.contains("<td>5 more</td></tr>\n"));
    assert!(fragment.contains("<td>a</td><td>…</td></tr>"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_more_than_text(fixture in laws::comparison(), sample in 0..4_usize) {
        checked(&fixture.build(), sample);
    }
}
