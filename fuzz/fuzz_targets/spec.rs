//! Specs from JSON: any text, and text that is nearly right. What is read survives being written and read again.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use csvq_core::spec::CompareSpec;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

/// Texts that mean something to some setting.
const TEXTS: &[&str] = &[
    "",
    "id",
    "a,b",
    "a=b",
    "a=b=c",
    r"a\=b,c\,d",
    "*",
    "price_*",
    "[a-",
    "type:float",
    "type:x",
    "column:*",
    "re:^a",
    "key",
    "position",
    "content",
    "pair",
    "first",
    "error",
    "pad",
    "truncate",
    "text",
    "infer",
    "integer",
    "decimal",
    "float",
    "boolean",
    "date",
    "timestamp",
    ",",
    ";",
    "\t",
    "tab",
    "\\t",
    "none",
    "\"",
    "é",
    "utf-8",
    "utf-16le",
    "latin1",
    "nope",
    "all",
    "0",
    "1.5",
    "2s",
    "1h30m",
    "500ms",
    "-1s",
    "1e9s",
    "18446744073709551615ns",
    "18446744073709551616ns",
    "0.0000000001s",
    "16MiB",
    "2GiB",
    "1.5GB",
    "16777216TiB",
    "-1",
    "inf",
    "nan",
    "/tmp",
    "iso",
    "%Y-%m-%d",
    "%",
    "%Q",
    "%s%s",
];

#[derive(Debug)]
struct Case {
    text: String,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        if u.ratio(1, 4)? {
            return Ok(Self { text: String::from_utf8_lossy(u.bytes(u.len())?).into_owned() });
        }
        let mut fields = Map::new();
        for _ in 0..u.int_in_range(0..=6)? {
            fields.insert((*u.choose(CompareSpec::field_names())?).to_owned(), value(u, 0)?);
        }
        let mut text = Value::Object(fields).to_string();
        for _ in 0..u.int_in_range(0..=2)? {
            let Some((at, _)) = text.char_indices().nth(u.int_in_range(0..=text.len())?) else { continue };
            match u.int_in_range(0..=4)? {
                0 => text.truncate(at),
                1 => {
                    text.insert(at, *u.choose(&['"', '{', '[', ',', ':', '\\', '\0', '\n', '9', 'e', '-', '\u{feff}'])?)
                }
                2 => {
                    text.remove(at);
                }
                // Fields that stand there twice, and what follows the end.
                3 => text.push_str(&text.clone()),
                _ => {}
            }
        }
        Ok(Self { text })
    }
}

fn value(u: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    Ok(match u.int_in_range(0..=if depth < 3 { 15 } else { 11 })? {
        0..=5 => (*u.choose(TEXTS)?).into(),
        6 => u.arbitrary::<bool>()?.into(),
        7 => (*u.choose(&[0_u64, 1, 100, 1 << 24, 1 << 53, u64::MAX])?).into(),
        8 => u.arbitrary::<u64>()?.into(),
        9 => u.arbitrary::<i64>()?.into(),
        // NaN and infinities are null in JSON.
        10 => u.arbitrary::<f64>()?.into(),
        11 => Value::Null,
        12 | 13 => {
            let count = u.int_in_range(0..=3)?;
            (0..count).map(|_| value(u, depth + 1)).collect::<Result<Vec<_>>>()?.into()
        }
        _ => {
            let mut map = Map::new();
            for _ in 0..u.int_in_range(0..=3)? {
                map.insert((*u.choose(TEXTS)?).to_owned(), value(u, depth + 1)?);
            }
            map.into()
        }
    })
}

fuzz_target!(|case: Case| {
    let spec = match CompareSpec::from_json(&case.text) {
        Ok(spec) => spec,
        Err(error) => {
            assert!(!error.message().is_empty());
            return;
        }
    };
    let value: Value = serde_json::from_str(&case.text).expect("what a spec was read from is JSON");
    assert_eq!(CompareSpec::from_value(value).ok().as_ref(), Some(&spec), "text and value say the same");
    let written = serde_json::to_string(&spec).expect("a spec can be written");
    let again = CompareSpec::from_json(&written).expect("what was written can be read");
    assert_eq!(again, spec, "{written}");
    let [first, second] = [&spec, &again].map(|spec| spec.validate().map_err(|error| error.to_string()));
    assert_eq!(first, second);
});
