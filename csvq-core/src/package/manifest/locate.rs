//! Where in a JSON text a value stands, for errors that are found after it was read.

use std::fmt;

/// One step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

/// The way from the whole document to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct JsonPath(pub(super) Vec<Step>);

impl JsonPath {
    /// The path of a field of the document.
    pub(super) fn of(name: &str) -> Self {
        Self(vec![Step::Name(name.to_owned())])
    }

    /// The path of a field of the value here.
    pub(super) fn name(mut self, name: &str) -> Self {
        self.0.push(Step::Name(name.to_owned()));
        self
    }

    /// The path of an element of the list here.
    pub(super) fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index));
        self
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if at == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The line, from 1, where the value of a path begins: or, where it is missing, the last value on the way to it. The
/// text must be valid JSON.
pub(super) fn line(text: &str, path: &JsonPath) -> Option<u64> {
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    scan.skip_space();
    for step in &path.0 {
        let here = scan.at;
        let found = match step {
            Step::Name(name) => scan.enter_object(name),
            Step::Index(index) => scan.enter_list(*index),
        };
        if found.is_none() {
            scan.at = here;
            break;
        }
    }
    let before = text.as_bytes().get(..scan.at)?;
    u64::try_from(before.iter().filter(|byte| **byte == b'\n').count()).ok().map(|count| count + 1)
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    /// Goes to the value of a name, where the value here is an object that has it.
    fn enter_object(&mut self, name: &str) -> Option<()> {
        self.take(b'{')?;
        while self.peek()? != b'}' {
            let start = self.at;
            self.skip_string()?;
            let found: String = serde_json::from_slice(self.bytes.get(start..self.at)?).ok()?;
            self.skip_space();
            self.take(b':')?;
            if found == name {
                return Some(());
            }
            self.skip_value()?;
            self.skip_comma();
        }
        None
    }

    /// Goes to an element, where the value here is a list that has it.
    fn enter_list(&mut self, index: usize) -> Option<()> {
        self.take(b'[')?;
        for _ in 0..index {
            self.skip_value()?;
            self.skip_comma();
        }
        (self.peek()? != b']').then_some(())
    }

    /// Goes past a value and the space after it.
    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0usize;
        loop {
            match self.peek()? {
                b'"' => self.skip_string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b':' | b',' if depth > 0 => self.at += 1,
                _ => {
                    while !matches!(self.peek(), None | Some(b',' | b':' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'))
                    {
                        self.at += 1;
                    }
                }
            }
            self.skip_space();
            if depth == 0 {
                return Some(());
            }
        }
    }

    fn skip_string(&mut self) -> Option<()> {
        self.take_here(b'"')?;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    fn skip_comma(&mut self) {
        if self.peek() == Some(b',') {
            self.at += 1;
            self.skip_space();
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.take_here(byte)?;
        self.skip_space();
        Some(())
    }

    fn take_here(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found() {
        let text = "{\n \"a\\\"\": [1,\n {\"b\": \"}\",\n  \"c\" : {\"d\":\n null}}\n], \"e\": -1.5e3,\n\"f\": []}\n";
        let step = |name: &str| Step::Name(name.to_owned());
        let cases: &[(&[Step], u64)] = &[
            (&[], 1),
            (&[step("a\"")], 2),
            (&[step("a\""), Step::Index(0)], 2),
            (&[step("a\""), Step::Index(1)], 3),
            (&[step("a\""), Step::Index(1), step("c")], 4),
            (&[step("a\""), Step::Index(1), step("c"), step("d")], 5),
            (&[step("a\""), Step::Index(2)], 2),
            (&[step("e")], 6),
            (&[step("f")], 7),
            (&[step("f"), Step::Index(0)], 7),
            (&[step("missing")], 1),
        ];
        for (path, expected) in cases {
            assert_eq!(line(text, &JsonPath(path.to_vec())), Some(*expected), "{path:?}");
        }
    }

    #[test]
    fn text_that_is_no_json_is_no_trouble() {
        for text in ["", "{", "{\"a", "{\"a\\", "[[[", "}", "{\"a\":}", "{:"] {
            line(text, &JsonPath::of("a").name("b"));
            line(text, &JsonPath::default().index(3));
        }
    }
}
