//! What inputs can be besides files that lie still: compressed, directories, gone, or changing while they are read.

use std::fs::{self, File};
use std::io::{ErrorKind as IoErrorKind, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use csvq_core::compare::{Job, comparator};
use csvq_core::control::Control as CoreControl;
use csvq_core::report::export::{ExportOptions, export};
use csvq_core::source::Source;
use csvq_core::spec::CompareSpec;
use csvq_tests::Workplace;
use csvq_text::{By, Column, Control, DialectOptions, Error, ErrorKind, Input, OpenOptions, Outcome, Plan, Table};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::refusal::refused;
use super::report;

pub(crate) fn text(rows: usize) -> String {
    let rows: String = (0..rows).map(|row| format!("{row},name of {row}\n")).collect();
    format!("id,name\n{rows}")
}

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_inputs_are_what_they_hold() {
    for rows in [0, 3, 100_000] {
        let text = text(rows);
        let (first, second) = text.as_bytes().split_at(text.len() / 2);
        let place = Workplace::with(&[("plain.csv", &text)]).unwrap();
        let contents = [
            ("gzip", gzip(text.as_bytes())),
            ("gzip", [gzip(first), gzip(second), gzip(b"")].concat()),
            ("zstd", zstd(text.as_bytes())),
            ("zstd", [zstd(first), zstd(second)].concat()),
        ];
        for (compression, content) in contents {
            // The name says nothing; the content does. Little memory sends large texts to a temporary file.
            place.write("packed.csv", content).unwrap();
            let args = ["compare", "packed.csv", "plain.csv", "--key", "id", "--format", "json", "--memory", "16MiB"];
            let report = report(&place.run(&args).unwrap());
            assert!(report.is_equal);
            assert_eq!(report.details.counts.unchanged, rows as u64);
            let [left, right] = [report.metadata.left, report.metadata.right];
            assert_eq!((left.compression.as_str(), right.compression.as_str()), (compression, "none"));
            assert_eq!((left.bytes, right.bytes), (text.len() as u64, text.len() as u64));
        }
    }
}

#[test]
fn compressed_inputs_that_are_cut_short_or_lie() {
    let text = text(20_000);
    let place = Workplace::with(&[("plain.csv", &text)]).unwrap();
    let check = |what: &str, content: Vec<u8>| {
        place.write("packed.csv", content).unwrap();
        for pair in [["packed.csv", "plain.csv"], ["plain.csv", "packed.csv"]] {
            let message = refused(&place, &[&pair[..], &["--key", "id"]].concat());
            assert!(message.contains("packed.csv: "), "{what}: {message}");
            assert!(message.contains("cannot decompress"), "{what}: {message}");
        }
    };
    for (name, packed) in [("gzip", gzip(text.as_bytes())), ("zstd", zstd(text.as_bytes()))] {
        for kept in [5, 12, packed.len() / 2, packed.len() - 9, packed.len() - 4, packed.len() - 1] {
            check(&format!("{name} cut to {kept}"), packed[..kept].to_vec());
        }
        for lie in [packed.len() / 2, packed.len() - 2] {
            let mut lying = packed.clone();
            lying[lie] ^= 0x55;
            check(&format!("{name} with a wrong byte {lie}"), lying);
        }
    }
    let mut lying = gzip(text.as_bytes());
    let crc = lying.len() - 7;
    lying[crc] ^= 1;
    check("gzip with a wrong checksum", lying);
    check("gzip with something else behind it", [&gzip(text.as_bytes())[..], b"\x1f\x8bmore"].concat());
}

#[test]
fn errors_in_compressed_inputs_are_placed_in_their_text() {
    let text = text(9_000) + "9000,\"s3cret\n";
    let place = Workplace::with(&[("plain.csv", &self::text(9_000))]).unwrap();
    let byte = text.len() - "\"s3cret\n".len();
    for content in [gzip(text.as_bytes()), zstd(text.as_bytes())] {
        place.write("packed.csv", content).unwrap();
        let message = refused(&place, &["packed.csv", "plain.csv", "--key", "id"]);
        assert!(message.contains(&format!("packed.csv: line 9002 (byte {byte}): the quote")), "{message}");
    }
}

#[test]
fn what_is_no_file() {
    let place = Workplace::with(&[("good.csv", "id,v\n1,a\n")]).unwrap();
    fs::create_dir(place.path().join("folder.csv")).unwrap();
    for (name, says) in
        [("folder.csv", "this is a directory"), ("gone.csv", "cannot open"), ("good.csv/x", "cannot open")]
    {
        for pair in [[name, "good.csv"], ["good.csv", name]] {
            let message = refused(&place, &[&pair[..], &["--key", "id"]].concat());
            assert!(message.contains(&format!("{name}: {says}")), "{message}");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let place = Workplace::with(&[("good.csv", "id,v\n1,a\n"), ("closed.csv", "id,v\n1,a\n")]).unwrap();
    let closed = place.path().join("closed.csv");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
    match File::open(&closed) {
        Err(error) if error.kind() == IoErrorKind::PermissionDenied => {
            let message = refused(&place, &["good.csv", "closed.csv", "--key", "id"]);
            assert!(message.contains("closed.csv: cannot open: "), "{message}");
        }
        // Nothing is closed to the administrator.
        opened => assert!(opened.is_ok()),
    }
}

/// What is done to a file while it is compared.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Shorten,
    Empty,
    Lengthen,
    /// Other text of the same length.
    Rewrite,
    /// The name goes, the opened file stays.
    Remove,
    /// Another file takes the name.
    Replace,
}

impl Deed {
    pub(crate) const CHANGES: [Self; 4] = [Self::Shorten, Self::Empty, Self::Lengthen, Self::Rewrite];

    pub(crate) fn is_done_to(self, path: &Path) {
        let open = || File::options().write(true).open(path).unwrap();
        match self {
            Self::Shorten => open().set_len(fs::metadata(path).unwrap().len() - 3).unwrap(),
            Self::Empty => open().set_len(0).unwrap(),
            Self::Lengthen => File::options().append(true).open(path).unwrap().write_all(b"x,y\n").unwrap(),
            Self::Rewrite => {
                let text = fs::read_to_string(path).unwrap().replace("name", "eman");
                let mut file = open();
                file.write_all(text.as_bytes()).unwrap();
                // A clock that is coarser than this test must not hide it.
                file.set_modified(SystemTime::now() + Duration::from_secs(5)).unwrap();
            }
            Self::Remove => fs::remove_file(path).unwrap(),
            Self::Replace => {
                let other = path.with_extension("other");
                fs::write(&other, "other\n1\n").unwrap();
                fs::rename(other, path).unwrap();
            }
        }
    }
}

/// The rows of the right table: in the same order, so that the walk finds all, or in the opposite one, for the join.
pub(crate) fn right_text(rows: usize, turned: bool) -> String {
    let text = text(rows).replace("of 7\n", "of seven\n");
    let (header, rows) = text.split_once('\n').unwrap();
    if !turned {
        return text;
    }
    let rows: Vec<_> = rows.lines().rev().collect();
    format!("{header}\n{}\n", rows.join("\n"))
}

fn open(path: &Path) -> Table {
    let input = Input::open(path, &OpenOptions::default()).unwrap();
    Table::open(input, &DialectOptions::default()).unwrap()
}

fn compare([left, right]: [Table; 2], threads: usize) -> Result<Outcome, Error> {
    let column = |index| Column { left: index, right: index, ..Column::default() };
    let plan = Plan { by: By::Key(vec![column(0)]), columns: vec![column(1)], threads, ..Plan::default() };
    csvq_text::compare(left, right, plan, &Control::new())
}

/// Every case of a file that something is done to: which one, its rows, the other's order, threads.
fn cases() -> impl Iterator<Item = (usize, usize, bool, usize)> {
    let sizes = [(20, 1), (20, 3), (60_000, 1), (60_000, 3)];
    sizes.into_iter().flat_map(|(rows, threads)| {
        [(0, false), (1, false), (0, true), (1, true)].map(move |(side, turned)| (side, rows, turned, threads))
    })
}

fn files(place: &Workplace, rows: usize, turned: bool) -> [std::path::PathBuf; 2] {
    [place.write("left.csv", text(rows)).unwrap(), place.write("right.csv", right_text(rows, turned)).unwrap()]
}

#[test]
fn a_file_that_changes_before_it_is_compared_is_an_error() {
    let place = Workplace::with(&[]).unwrap();
    for deed in Deed::CHANGES {
        for (side, rows, turned, threads) in cases() {
            let paths = files(&place, rows, turned);
            let tables = paths.each_ref().map(|path| open(path));
            deed.is_done_to(&paths[side]);
            let error = compare(tables, threads).unwrap_err();
            let case = format!("{deed:?} {side} {rows} {turned} {threads}: {error}");
            assert_eq!(error.kind(), ErrorKind::Changed, "{case}");
            assert_eq!(error.input(), paths[side].to_str(), "{case}");
        }
    }
}

#[test]
fn a_file_that_changes_before_its_rows_are_shown_is_an_error() {
    let place = Workplace::with(&[]).unwrap();
    for deed in Deed::CHANGES {
        for (side, rows, turned, threads) in cases() {
            let paths = files(&place, rows, turned);
            let outcome = compare(paths.each_ref().map(|path| open(path)), threads).unwrap();
            assert_eq!(outcome.changed, 1);
            deed.is_done_to(&paths[side]);
            let error = outcome.differences.visit(9, &Control::new(), |_| Ok::<_, Error>(())).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Changed, "{deed:?} {side} {rows} {turned} {threads}: {error}");
        }
    }
}

#[test]
fn a_file_that_goes_or_is_replaced_was_opened_and_stays_what_it_was() {
    let place = Workplace::with(&[]).unwrap();
    for deed in [Deed::Remove, Deed::Replace] {
        for (side, rows, turned, threads) in cases() {
            let paths = files(&place, rows, turned);
            let tables = paths.each_ref().map(|path| open(path));
            deed.is_done_to(&paths[side]);
            let outcome = compare(tables, threads).unwrap();
            assert_eq!((outcome.unchanged, outcome.changed), (rows as u64 - 1, 1), "{deed:?}");
            outcome.differences.visit(9, &Control::new(), |_| Ok::<_, Error>(())).unwrap();
        }
    }
}

#[test]
fn an_export_of_a_changed_file_leaves_nothing() {
    let place = Workplace::with(&[]).unwrap();
    let paths = files(&place, 3_000, true);
    let [left, right] = paths.each_ref().map(|path| Source::Path(path.clone()));
    let spec = CompareSpec { key: vec!["id".parse().unwrap()], ..CompareSpec::default() };
    let job = Job { left, right, spec, parameters: serde_json::Map::new(), control: CoreControl::new() };
    let comparison = comparator("row_compare").unwrap().compare(job).unwrap();
    Deed::Shorten.is_done_to(&paths[1]);
    let folder = place.path().join("differences");
    let error = export(&comparison, &folder, &ExportOptions::default()).unwrap_err();
    assert_eq!(error.kind(), csvq_core::ErrorKind::InputChanged);
    assert!(!folder.exists());
}
