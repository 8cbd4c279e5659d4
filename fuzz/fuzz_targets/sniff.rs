//! Opening any bytes, in any encoding and under any dialect: an error or a table, never a panic.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use csvq_fuzz::{Text, dialects, open_as};
use csvq_text::{DialectOptions, Encoding, OpenOptions};
use libfuzzer_sys::fuzz_target;

#[derive(Debug)]
struct Case {
    options: DialectOptions,
    encoding: Option<&'static str>,
    text: Text,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let encodings =
            [None, None, None, Some("utf-8"), Some("utf-16le"), Some("utf-16be"), Some("latin1"), Some("shift_jis")];
        Ok(Self {
            options: dialects::any(u)?,
            encoding: *u.choose(&encodings)?,
            text: Text(u.bytes(u.len())?.to_vec()),
        })
    }
}

fuzz_target!(|case: Case| {
    let Case { options, encoding, text } = case;
    let encoding = encoding.map(|label| Encoding::for_label(label).expect("a label of the standard"));
    match open_as("input", &text.0, &options, &OpenOptions { encoding, ..OpenOptions::default() }) {
        Ok(table) => {
            let dialect = *table.dialect();
            assert!(dialect.validate().is_ok());
            assert!(options.delimiter.is_none_or(|delimiter| delimiter == dialect.delimiter));
            assert!(!table.columns().is_empty());
            assert!(table.columns().iter().all(|name| !name.is_empty()));
            let again = open_as(
                "input",
                &text.0,
                &dialects::given(&dialect),
                &OpenOptions { encoding, ..OpenOptions::default() },
            );
            let again = again.expect("the dialect that was found opens it too");
            assert_eq!(again.columns(), table.columns());
        }
        Err(error) => {
            assert!(!error.message().is_empty());
            assert!(error.input().is_none_or(|name| name == "input"));
        }
    }
});
