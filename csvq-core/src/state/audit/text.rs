//! Text of others, before it is kept: nothing in it acts on a terminal, hides, or begins a line of its own, and it is
//! no longer than there is room.

use serde_json::{Map, Value};

use crate::report::escape_controls;

/// How many bytes a text may have, escaped.
pub(in crate::state) const MOST_TEXT: usize = 2_000;

/// How many bytes a name, a version or a digest may have, escaped.
pub(in crate::state) const MOST_NAME: usize = 200;

/// How deep lists and objects may lie in one another.
const MOST_LEVELS: usize = 16;

/// Where something was cut.
const CUT: &str = "…";

/// Room for saying that something was cut.
const CUT_ROOM: usize = 24;

/// A text with control characters, line separators and what sets a direction escaped, in at most so many bytes. What
/// is clean stays as it is.
pub(in crate::state) fn clean(text: &str, most: usize) -> String {
    let without = without_credentials(text);
    let text = without.as_deref().unwrap_or(text);
    if text.len() <= most {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return text.to_owned();
        }
        let escaped = escape_controls(text);
        if escaped.len() <= most {
            return escaped;
        }
    }
    let mut cut = String::with_capacity(most);
    let mut rest = text.chars();
    let mut buffer = [0; 4];
    for character in rest.by_ref() {
        let escaped = escape_controls(character.encode_utf8(&mut buffer));
        if cut.len() + escaped.len() + CUT.len() > most {
            break;
        }
        cut.push_str(&escaped);
    }
    cut + CUT
}

/// A text without the names and passwords in the addresses in it; none where there are none.
fn without_credentials(text: &str) -> Option<String> {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let end = after.find(|one: char| one == '/' || one.is_whitespace()).unwrap_or(after.len());
        let (authority, more) = after.split_at(end);
        kept.push_str(before);
        kept.push_str("://");
        kept.push_str(authority.rsplit_once('@').map_or(authority, |(_, host)| host));
        rest = more;
    }
    (kept.len() + rest.len() < text.len()).then(|| kept + rest)
}

/// Clean JSON whose text has at most so many bytes: what is too much is left out, and a mark of that put in.
pub(in crate::state) fn clean_json(value: &Value, most: usize) -> Value {
    let mut room = Room { left: most.saturating_sub(CUT_ROOM), is_cut: false };
    let mut cleaned = room.value(value, MOST_LEVELS).unwrap_or(Value::Null);
    if room.is_cut {
        match &mut cleaned {
            Value::Object(entries) => {
                entries.insert("truncated".to_owned(), Value::Bool(true));
            }
            Value::Array(items) => items.push(Value::String(CUT.to_owned())),
            other => *other = Value::String(CUT.to_owned()),
        }
    }
    cleaned
}

/// As [`clean_json`], of an object, as text.
pub(in crate::state) fn clean_details(details: &Map<String, Value>, most: usize) -> String {
    clean_json(&Value::Object(details.clone()), most).to_string()
}

/// What is left of the bytes that JSON may take.
struct Room {
    left: usize,
    is_cut: bool,
}

impl Room {
    fn value(&mut self, value: &Value, levels: usize) -> Option<Value> {
        Some(match value {
            Value::String(text) => Value::String(self.text(text)?),
            Value::Array(_) | Value::Object(_) if levels == 0 => {
                self.is_cut = true;
                return None;
            }
            Value::Array(items) => {
                self.take(3)?;
                Value::Array(items.iter().map_while(|item| self.value(item, levels - 1)).collect())
            }
            Value::Object(entries) => {
                self.take(3)?;
                let entry = |(name, value): (&String, &Value)| Some((self.text(name)?, self.value(value, levels - 1)?));
                Value::Object(entries.iter().map_while(entry).collect())
            }
            plain => {
                self.take(plain.to_string().len() + 1)?;
                plain.clone()
            }
        })
    }

    /// A text that is escaped, with its quotes and what follows it.
    fn text(&mut self, text: &str) -> Option<String> {
        let text = clean(text, MOST_TEXT);
        self.take(Value::from(text.as_str()).to_string().len() + 1)?;
        Some(text)
    }

    fn take(&mut self, bytes: usize) -> Option<()> {
        let left = self.left.checked_sub(bytes);
        self.is_cut |= left.is_none();
        // Nothing smaller comes after what had no room: what is kept is a beginning.
        self.left = left.unwrap_or(0);
        left.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{MOST_LEVELS, clean, clean_json};

    #[test]
    fn what_could_forge_a_line_is_escaped() {
        let check = |text: &str, expected: &str| assert_eq!(clean(text, 40), expected, "{text:?}");
        check("plain ü 表 C:\\new", "plain ü 表 C:\\new");
        check("a\r\nb\tc", "a\\r\\nb\\tc");
        check("\u{1b}[2J\u{9b}31m\0\u{7f}\u{85}", "\\u{1b}[2J\\u{9b}31m\\u{0}\\u{7f}\\u{85}");
        check("a\u{2028}b\u{2029}c", "a\\u{2028}b\\u{2029}c");
        check("safe\u{202e}txt.exe", "safe\\u{202e}txt.exe");
        check("a\u{2066}b\u{200f}\u{feff}", "a\\u{2066}b\\u{200f}\\u{feff}");
        check("get https://ann:secret@host/x.zip or ftp://b@c", "get https://host/x.zip or ftp://c");
        check("no://one: a@b", "no://one: a@b");
        check(&"x".repeat(40), &"x".repeat(40));
        check(&"x".repeat(41), &format!("{}…", "x".repeat(37)));
        check(&"ü".repeat(30), &format!("{}…", "ü".repeat(18)));
        check(&"\n".repeat(30), &format!("{}…", "\\n".repeat(18)));
    }

    #[test]
    fn json_is_cut_at_its_end_and_says_so() {
        let check = |value: Value, most: usize, expected: Value| assert_eq!(clean_json(&value, most), expected);
        check(
            json!({"a\n": ["b\u{202e}", 1, null, {"c": true}]}),
            100,
            json!({"a\\n": ["b\\u{202e}", 1, null, {"c": true}]}),
        );
        check(json!({"a": 1, "b": "x".repeat(100), "c": 2}), 60, json!({"a": 1, "truncated": true}));
        check(json!(["x", "y".repeat(100), "z"]), 60, json!(["x", "…"]));
        check(json!("x".repeat(100)), 60, json!("…"));
        let deep = (0..MOST_LEVELS + 5).fold(json!(1), |inner, _| json!([inner]));
        let cleaned = clean_json(&deep, 1_000).to_string();
        assert_eq!(cleaned, format!("{}{},\"…\"]", "[".repeat(MOST_LEVELS), "]".repeat(MOST_LEVELS - 1)));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), ".{0,40}".prop_map(Value::from)];
        leaf.prop_recursive(4, 60, 8, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                proptest::collection::btree_map(".{0,8}", inner, 0..8).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_comes_is_bounded_and_stays_as_it_is_the_second_time(text in any::<String>(), most in 10_usize..60) {
            let cleaned = clean(&text, most);
            prop_assert!(cleaned.len() <= most);
            let harmful = cleaned.find(|one: char| one.is_control() || matches!(one, '\u{2028}'..='\u{202e}'));
            prop_assert_eq!(harmful, None);
            prop_assert_eq!(clean(&cleaned, most), cleaned);
        }

        #[test]
        fn json_is_bounded(value in any_json(), most in 40_usize..400) {
            prop_assert!(clean_json(&value, most).to_string().len() <= most);
        }
    }
}
