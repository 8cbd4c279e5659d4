//! Laws of editing, over any JSON that is written in any way.

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::super::SettingPath;
use super::super::document::Documents;
use super::super::editor::change::{Change, apply};
use super::super::path::Step;

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-c\"\\\\é\n]{0,3}", inner, 0..4)
                .prop_map(|entries| Value::from(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

const SPACES: &[&str] = &["", "", "", " ", "  ", "\n", "\n  ", "\r\n\t", "\n\n", "\t"];

/// The same value, with spaces between its tokens as they come.
fn written(value: &Value, spaces: &mut impl FnMut() -> &'static str) -> String {
    let joined = |open: char, items: Vec<String>, close: char| format!("{open}{}{close}", items.join(","));
    match value {
        Value::Array(items) if !items.is_empty() => {
            let items = items.iter().map(|item| format!("{}{}{}", spaces(), written(item, spaces), spaces()));
            joined('[', items.collect(), ']')
        }
        Value::Object(entries) if !entries.is_empty() => {
            let entries = entries.iter().map(|(name, value)| {
                let name = Value::from(name.as_str());
                format!("{}{name}{}:{}{}{}", spaces(), spaces(), spaces(), written(value, spaces), spaces())
            });
            joined('{', entries.collect(), '}')
        }
        Value::Array(_) => format!("[{}]", spaces()),
        Value::Object(_) => format!("{{{}}}", spaces()),
        other => other.to_string(),
    }
}

/// A way to some value, or to a place beside one; and whether the value is there.
fn way(value: &Value, turns: &[usize]) -> (SettingPath, bool) {
    let mut path = SettingPath::default();
    let mut here = value;
    for turn in turns {
        match here {
            Value::Object(entries) if !entries.is_empty() && turn % 4 != 0 => {
                let (name, inner) = entries.iter().nth(turn % entries.len()).unwrap();
                path = path.name(name);
                here = inner;
            }
            Value::Array(items) if !items.is_empty() && turn % 4 != 0 => {
                path = path.index(turn % items.len());
                here = &items[turn % items.len()];
            }
            Value::Object(_) => return (path.name(&format!("new {turn}")), false),
            Value::Array(items) => return (path.index(items.len()), false),
            _ => break,
        }
    }
    (path, true)
}

fn read(text: &str) -> Value {
    Documents::default().parse("x.json".as_ref(), text.to_owned()).unwrap().value()
}

fn inner<'a>(value: &'a Value, path: &SettingPath) -> Option<&'a Value> {
    path.0.iter().try_fold(value, |value, step| match step {
        Step::Name(name) => value.get(name),
        Step::Index(index) => value.get(index),
    })
}

/// The text without the spaces between tokens.
fn tokens(text: &str) -> String {
    let mut within = false;
    let mut escaped = false;
    let keep = |character: &char| {
        let space = !within && character.is_ascii_whitespace();
        within ^= *character == '"' && !escaped;
        escaped = *character == '\\' && !escaped;
        !space
    };
    text.chars().filter(keep).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_set_is_there_and_the_rest_stays(
        document in json(),
        spaces in proptest::collection::vec(0..SPACES.len(), 1..40),
        turns in proptest::collection::vec(0usize..100, 1..6),
        value in json(),
    ) {
        let mut spaces = spaces.iter().cycle().map(|space| SPACES[*space]);
        let text = written(&document, &mut || spaces.next().unwrap());
        prop_assert_eq!(&read(&text), &document);
        let (path, there) = way(&document, &turns);
        let edited = apply("x.json".as_ref(), &text, &[Change::set(path.clone(), value.clone())]).unwrap();
        let after = read(&edited);
        prop_assert_eq!(inner(&after, &path), Some(&value));
        if there {
            // All that stands before and behind the value is as it was, to the last space.
            let old = inner(&document, &path).unwrap();
            let is_old = |part: &str| serde_json::from_str::<Value>(part).is_ok_and(|part| part == *old);
            let kept = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|start| {
                edited.starts_with(&text[..start])
                    && (start..=text.len())
                        .filter(|at| text.is_char_boundary(*at))
                        .any(|end| edited[start..].ends_with(&text[end..]) && is_old(&text[start..end]))
            });
            prop_assert!(kept, "{}\n->\n{}", text, edited);
        }
    }

    #[test]
    fn what_is_removed_is_gone_and_the_rest_stays(
        document in json(),
        spaces in proptest::collection::vec(0..SPACES.len(), 1..40),
        turns in proptest::collection::vec(0usize..100, 1..6),
    ) {
        let mut spaces = spaces.iter().cycle().map(|space| SPACES[*space]);
        let text = written(&document, &mut || spaces.next().unwrap());
        let (path, there) = way(&document, &turns);
        let edited = apply("x.json".as_ref(), &text, &[Change::remove(path.clone())]).unwrap();
        if !there || path.0.is_empty() {
            prop_assert_eq!(edited, text);
        } else if let (Some(Step::Name(_)), left) = (path.0.last(), read(&edited)) {
            prop_assert_eq!(inner(&left, &path), None);
            // Put in again, it is the same document, in which only its place has changed.
            let again = apply("x.json".as_ref(), &edited, &[Change::set(path.clone(), inner(&document, &path).unwrap().clone())]);
            prop_assert_eq!(read(&again.unwrap()), document);
            prop_assert!(tokens(&edited).len() < tokens(&text).len());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[{}\\[\\]\",:a1.e\\\\ \n-]{0,40}") {
        let _ = super::read(&text);
    }
}
