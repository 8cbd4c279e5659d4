//! What each format looks like.

use std::io::{self, Write};

use super::fixtures::{Fixture, equal, many, nasty, ordinary};
use super::rendered;
use crate::error::{Context, Error, ErrorKind};
use crate::report::render::{Format, RenderError, RenderOptions, render};
use crate::report::{Comparison, Report};

#[track_caller]
fn check(name: &str, comparison: &Comparison, format: Format, options: &RenderOptions) {
    check_text(&format!("{name}.{format}"), &rendered(comparison, format, options));
}

/// Holds a text against a snapshot, which is named for what it shows and not for the test.
#[track_caller]
pub(super) fn check_text(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_format_of_an_ordinary_comparison() {
    for format in Format::ALL {
        check("ordinary", &ordinary(), *format, &RenderOptions::default());
    }
}

#[test]
fn cells_can_do_nothing_in_any_format() {
    let options = RenderOptions { escape_formulas: true, ..RenderOptions::default() };
    for format in Format::ALL {
        let text = rendered(&nasty(), *format, &options);
        if *format != Format::Csv {
            let acts = |character: char| character.is_control() && character != '\n';
            assert!(!text.contains(acts), "{format}");
        }
        if matches!(format, Format::Json | Format::Jsonl | Format::Markdown) {
            assert!(!text.contains("<script") && !text.contains("</script") && !text.contains("<b>"), "{format}");
        }
        if *format == Format::Csv {
            // The snapshots know neither CR nor the other control characters.
            let shown = |character: char| match character {
                '\n' => "\n".to_owned(),
                other if other.is_control() => other.escape_default().to_string(),
                other => other.to_string(),
            };
            let shortened: String = text.replace(&"x".repeat(9_990), "…").chars().map(shown).collect();
            check_text("nasty.csv", &shortened);
        } else if matches!(format, Format::Text | Format::Markdown) {
            check("nasty", &nasty(), *format, &options);
        }
    }
}

#[test]
fn text_in_other_circumstances() {
    let text = |name: &str, comparison: &Comparison, options: RenderOptions| {
        check(name, comparison, Format::Text, &options);
    };
    text("equal", &equal(), RenderOptions::default());
    text("many", &many(), RenderOptions { sample: 3, ..RenderOptions::default() });
    let without = RenderOptions { sample: 3, flags: false, ..RenderOptions::default() };
    assert!(!rendered(&many(), Format::Text, &without).contains("--export"));
    text("coloured", &ordinary(), RenderOptions { colour: true, ..RenderOptions::default() });
    text("narrow", &ordinary(), RenderOptions { width: 44, ..RenderOptions::default() });
    let mut schema_only = Fixture::new(&["id", "a"], &["id", "b", "c"], &["id"]);
    schema_only.unchanged = 3;
    text("schema", &schema_only.build(), RenderOptions::default());
    check("equal", &equal(), Format::Markdown, &RenderOptions::default());
    check("equal", &equal(), Format::Csv, &RenderOptions::default());
}

#[test]
fn a_failure_says_why() {
    let context = Context { input: Some("data/<left>.csv".to_owned()), line: Some(7), ..Context::default() };
    let error =
        Error::new(ErrorKind::Malformed, "the record has 3 fields, the header 4; see --ragged").with_context(context);
    let comparison = Comparison {
        report: Report::failed("row_compare", &error),
        rows: None,
        differences: None,
        profile: Vec::new(),
    };
    for format in [Format::Text, Format::Json, Format::Markdown] {
        check("failed", &comparison, format, &RenderOptions::default());
    }
}

#[test]
fn summaries_are_sentences() {
    let of_ordinary = "Different: 3 changed, 3 added, 1 removed of 2,000 / 2,002 rows; 3 columns on one side alone. \
        7 cells changed: price (3), name (1), city (1) and 2 more. On the left alone: note. \
        On the right alone: origin and grade. In another order: price and stock. \
        Keys that occur more than once: 1 on the left.";
    let of_many = "Different: 40 changed of 1,000,040 rows. \
        530 cells changed: column_1 (40), column_2 (39), column_3 (37) and 27 more.";
    let without_a_pair = Fixture::new(&["id"], &["id"], &["id"]).removed(1, &["1"]).added(1, &["01"]).build();
    let of_strangers = "Different: 1 added, 1 removed of 1 row. \
        No row has a partner on the other side: look at what rows are matched by, and at how each side writes it.";
    for (comparison, expected) in [
        (ordinary(), of_ordinary),
        (equal(), "Equal: 1,000 rows, 2 columns compared."),
        (many(), of_many),
        (without_a_pair, of_strangers),
    ] {
        assert_eq!(comparison.report.details.summary, expected);
    }
}

#[test]
fn line_formats_give_every_row_or_as_many_as_asked() {
    let lines = |comparison: &Comparison, format, limit| {
        rendered(comparison, format, &RenderOptions { limit, ..RenderOptions::default() }).lines().count()
    };
    let whole = many();
    let reported = Comparison { rows: None, ..many() };
    assert_eq!(lines(&whole, Format::Jsonl, None), 40);
    assert_eq!(lines(&whole, Format::Jsonl, Some(7)), 7);
    assert_eq!(lines(&whole, Format::Jsonl, Some(0)), 0);
    assert_eq!(lines(&reported, Format::Jsonl, None), 5);
    assert_eq!(lines(&reported, Format::Jsonl, Some(2)), 2);
    assert_eq!(lines(&whole, Format::Csv, Some(1)), 1 + 2);
    let csv = |comparison| rendered(&comparison, Format::Csv, &RenderOptions::default());
    assert_eq!(csv(ordinary()), csv(Comparison { rows: None, ..ordinary() }));
}

#[test]
fn rows_of_the_key_alone_are_not_lost() {
    let comparison = Fixture::new(&["kind", "id"], &["kind", "id"], &["kind", "id"]).removed(3, &["a", "7"]).build();
    let text = rendered(&comparison, Format::Csv, &RenderOptions::default());
    assert_eq!(text, "kind,key.kind,id,left_row,right_row,column,left,right\nremoved,a,7,3,,,,\n");
}

/// Takes so many bytes, then is a pipe that nobody reads.
struct Pipe(usize);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_broken_pipe_is_told_from_rows_that_cannot_be_read() {
    for format in Format::ALL {
        for room in [0, 1, 50, 150] {
            let result = render(&many(), *format, &RenderOptions::default(), &mut Pipe(room));
            let broken = matches!(&result, Err(RenderError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe);
            assert!(broken, "{format} into {room} bytes: {result:?}");
        }
    }
    let mut fixture = Fixture::new(&["id", "a"], &["id", "a"], &["id"]).removed(1, &["1", "x"]).removed(2, &["2", "y"]);
    fixture.fails_after = Some(1);
    let comparison = fixture.build();
    for format in [Format::Jsonl, Format::Csv] {
        let result = render(&comparison, format, &RenderOptions::default(), &mut Vec::new());
        assert!(
            matches!(&result, Err(RenderError::Rows(error)) if error.kind() == ErrorKind::InputChanged),
            "{result:?}"
        );
    }
}

#[test]
fn formats_have_names() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse::<Format>().expect("its own name"), *format);
    }
    let error = "xml".parse::<Format>().expect_err("no such format");
    assert_eq!(error.to_string(), "unknown format; the formats are text, json, jsonl, csv, markdown");
}
