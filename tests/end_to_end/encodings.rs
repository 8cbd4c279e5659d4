//! Texts in other encodings are the same tables; bytes that are not of their encoding are refused.

use csvq_tests::Workplace;

use super::refusal::refused;
use super::{report, stderr};

const TEXT: &str = "id,name\r\n1,\"Größe, é\"\r\n2,日本語\n3,\n";
const LATIN: &str = "id,name\n1,Größe\n2,é€\n";

fn utf_16(text: &str, mark: bool, pair: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter().chain(text.encode_utf16()).flat_map(pair).collect()
}

/// Checks that bytes, read with some flags, are the same table as a text in UTF-8, on either side and by walk and join.
#[track_caller]
fn check(bytes: &[u8], flags: [&[&str]; 2], text: &str, encoding: &str) {
    let place = Workplace::with(&[("plain.csv", text)]).unwrap();
    place.write("other.csv", bytes).unwrap();
    for (pair, flags) in [["other.csv", "plain.csv"], ["plain.csv", "other.csv"]].iter().zip(flags) {
        for way in [&["--key", "id"][..], &["--by", "content", "--threads", "3"]] {
            let args = [&["compare"], &pair[..], flags, way, &["--format", "json"]].concat();
            let output = place.run(&args).unwrap();
            assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
            let metadata = report(&output).metadata;
            let input = if pair[0] == "other.csv" { metadata.left } else { metadata.right };
            assert_eq!(input.encoding, encoding, "{args:?}");
        }
    }
}

#[test]
fn encodings_are_given_or_marked() {
    let little = u16::to_le_bytes;
    let big = u16::to_be_bytes;
    let sides = |label: &'static str| [["--left-encoding", label], ["--right-encoding", label]];
    check(&utf_16(TEXT, true, little), [&[], &[]], TEXT, "UTF-16LE");
    check(&utf_16(TEXT, true, big), [&[], &[]], TEXT, "UTF-16BE");
    for (label, name, bytes) in [
        ("utf-16le", "UTF-16LE", utf_16(TEXT, false, little)),
        ("UTF-16LE", "UTF-16LE", utf_16(TEXT, true, little)),
        ("utf-16be", "UTF-16BE", utf_16(TEXT, false, big)),
        ("utf-16be", "UTF-16BE", utf_16(TEXT, true, big)),
        ("utf-8", "UTF-8", format!("\u{feff}{TEXT}").into_bytes()),
    ] {
        let [left, right] = sides(label);
        check(&bytes, [&left, &right], TEXT, name);
    }
    check(format!("\u{feff}{TEXT}").as_bytes(), [&[], &[]], TEXT, "UTF-8");
    let latin: Vec<u8> = LATIN.chars().map(|c| if c == '€' { 0x80 } else { c as u8 }).collect();
    for label in ["latin1", "windows-1252", "ISO-8859-1"] {
        let [left, right] = sides(label);
        check(&latin, [&left, &right], LATIN, "windows-1252");
    }
    let japanese = b"id,name\n1,\x93\xfa\x96\x7b\x8c\xea\n2,\xb1\n";
    let [left, right] = sides("shift_jis");
    check(japanese, [&left, &right], "id,name\n1,日本語\n2,ｱ\n", "Shift_JIS");
}

/// Checks that bytes are refused.
#[track_caller]
fn check_refused(bytes: &[u8], encoding: Option<&str>, says: &str) {
    let place = Workplace::with(&[("good.csv", "id,name\n1,a\n")]).unwrap();
    place.write("bad.csv", bytes).unwrap();
    let of_side = |side: &'static str| encoding.map_or_else(Vec::new, |label| vec![side, label]);
    let runs = [(["bad.csv", "good.csv"], "--left-encoding"), (["good.csv", "bad.csv"], "--right-encoding")];
    for (pair, side) in runs {
        for way in [["--key", "id"], ["--by", "content"]] {
            let message = refused(&place, &[&pair[..], &of_side(side), &way].concat());
            assert!(message.contains(says), "expected `{says}`: {message}");
        }
    }
}

#[test]
fn bytes_of_another_encoding() {
    let latin = b"id,name\n1,a\n2,Gr\xf6\xdfe\n";
    check_refused(latin, None, "bad.csv: line 3 (byte 16): the bytes here are not UTF-8; name the right encoding");
    check_refused(latin, Some("utf-8"), "bad.csv: line 3 (byte 16): the bytes here are not UTF-8");
    check_refused(
        b"id,name\n1,\x81\xff\n",
        Some("shift_jis"),
        "bad.csv: byte 10: the bytes after this are not Shift_JIS",
    );
    check_refused(&utf_16("id,name\n1,a\n", false, u16::to_le_bytes), None, "if this is UTF-16, say so by `encoding`");
    let mut cut = utf_16("id,name\n1,a\n", true, u16::to_le_bytes);
    cut.pop();
    check_refused(&cut, None, "bad.csv: byte 11: the bytes after this are not UTF-16LE");
    let alone = [&utf_16("id,name\n1,", true, u16::to_le_bytes)[..], b"\x00\xd8\x0a\x00"].concat();
    check_refused(&alone, None, "bad.csv: byte 10: the bytes after this are not UTF-16LE");
}

#[test]
fn labels_that_name_no_encoding() {
    check_refused(b"id,name\n1,a\n", Some("klingon"), "klingon");
}
