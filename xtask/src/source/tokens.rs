//! Cuts a Rust source into tokens: identifiers, `::`, single characters, and literals.
//!
//! Comments vanish, so that a link in a doc comment is no dependency, and every literal becomes
//! the token `"`, so that a path in a string is none either. The source is taken to compile;
//! on anything else the tokens may be wrong, but reading always ends.

/// One token and the line it starts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'s> {
    /// The identifier, `::`, a single character, or `"` for any text or character literal.
    pub(crate) text: &'s str,
    /// Counted from 1.
    pub(crate) line: usize,
}

impl Token<'_> {
    /// Whether this is an identifier, a keyword or a number.
    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(is_word_char)
    }
}

/// The tokens of a source, in order.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut reader = Reader { source, at: 0, line: 1 };
    let mut tokens = Vec::new();
    while let Some(token) = reader.next_token() {
        tokens.push(token);
    }
    tokens
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
    line: usize,
}

impl<'s> Reader<'s> {
    fn next_token(&mut self) -> Option<Token<'s>> {
        self.skip_blanks_and_comments();
        let line = self.line;
        let rest = self.rest();
        let first = rest.chars().next()?;
        let text = match first {
            '"' => self.text_literal(),
            '\'' => self.quote(),
            _ if is_word_char(first) => self.word(),
            _ if rest.starts_with("::") => self.take(2),
            _ => self.take(first.len_utf8()),
        };
        Some(Token { text, line })
    }

    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    /// Moves on by so many bytes, and hands them back.
    fn take(&mut self, bytes: usize) -> &'s str {
        let taken = &self.rest()[..bytes];
        self.line += taken.matches('\n').count();
        self.at += bytes;
        taken
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start().len();
            if blanks > 0 {
                self.take(blanks);
            } else if rest.starts_with("//") {
                self.take(rest.find('\n').unwrap_or(rest.len()));
            } else if rest.starts_with("/*") {
                self.block_comment();
            } else {
                return;
            }
        }
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.take(2);
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.take(2);
            } else if let Some(first) = rest.chars().next() {
                self.take(first.len_utf8());
            }
            if depth == 0 || self.rest().is_empty() {
                return;
            }
        }
    }

    /// A word, or a raw literal or raw identifier, which begin like one.
    fn word(&mut self) -> &'s str {
        let rest = self.rest();
        let length = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        let after = &rest[length..];
        if matches!(&rest[..length], "r" | "br" | "cr") {
            let hashes = after.len() - after.trim_start_matches('#').len();
            if after[hashes..].starts_with('"') {
                return self.raw_literal(length + hashes + 1, hashes);
            }
            if hashes == 1 {
                let name = &after[1..];
                let name = name.find(|c| !is_word_char(c)).unwrap_or(name.len());
                return self.take(length + 1 + name);
            }
        }
        self.take(length)
    }

    fn raw_literal(&mut self, opening: usize, hashes: usize) -> &'s str {
        let end = format!("\"{}", "#".repeat(hashes));
        let body = &self.rest()[opening..];
        let length = body.find(&end).map_or(body.len(), |found| found + end.len());
        self.take(opening + length);
        "\""
    }

    fn text_literal(&mut self) -> &'s str {
        self.take(1);
        self.skip_to_closing('"')
    }

    /// A character literal or a lifetime: `'a'` and `'\n'` are literals, `'a` is none.
    fn quote(&mut self) -> &'s str {
        self.take(1);
        let mut rest = self.rest().chars();
        let first = rest.next();
        if first == Some('\\') || rest.next() == Some('\'') {
            return self.skip_to_closing('\'');
        }
        "'"
    }

    fn skip_to_closing(&mut self, quote: char) -> &'s str {
        while let Some(first) = self.rest().chars().next() {
            self.take(first.len_utf8());
            if first == quote {
                break;
            }
            if first == '\\' {
                let escaped = self.rest().chars().next();
                self.take(escaped.map_or(0, char::len_utf8));
            }
        }
        "\""
    }
}

fn is_word_char(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let found: Vec<&str> = tokens(source).iter().map(|token| token.text).collect();
        assert_eq!(found.join(" "), expected);
    }

    #[test]
    fn comments_and_literals_are_not_code() {
        check("a // crate::b\nc", "a c");
        check("a /* x /* crate::b */ y */ c", "a c");
        check(r#"a("crate::\"b", 'x', '\'', b'"', "c")"#, r#"a ( " , " , " , b " , " )"#);
        check("r\"crate::a\" r#\"say \"crate::b\" \"# br##\"\"# crate::c\"## d", "\" \" \" d");
        check("fn a<'b>(c: &'b str)", "fn a < ' b > ( c : & ' b str )");
        check("r#use::r#type", "r#use :: r#type");
    }

    #[test]
    fn lines_are_counted_through_comments_and_literals() {
        let tokens = tokens("/*\n\n*/ a \"\n\" b\nc");
        let lines: Vec<usize> = tokens.iter().map(|token| token.line).collect();
        assert_eq!(lines, [3, 3, 4, 5]);
    }

    #[test]
    fn an_unfinished_source_ends() {
        for source in ["/* a", "\"a", "\"a\\", "r#\"a", "'\\", "'", "r#", "b'"] {
            tokens(source);
        }
    }
}
