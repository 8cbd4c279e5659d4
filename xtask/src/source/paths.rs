//! Finds the paths a Rust source uses, in `use` trees and in code, and the modules it declares.
//!
//! A path keeps the inline modules around it, so that `super::` can be followed. What a path
//! means is for the caller to say: names brought in by a `use` are not followed.

use super::tokens::{Token, tokens};

/// A path as written: `crate::error::Error`, `super::Table`, `polars::prelude::*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UsedPath {
    /// Its names; the last is `*` for a glob.
    pub(crate) segments: Vec<String>,
    /// The name it brings in, when it stands in a `use`.
    pub(crate) name: Option<String>,
    /// The inline modules around it, outermost first.
    pub(crate) inside: Vec<String>,
    /// The line it stands on, counted from 1.
    pub(crate) line: usize,
}

/// What a source says about modules.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// Every path of at least two names, and every leaf of a `use`.
    pub(crate) paths: Vec<UsedPath>,
    /// The modules declared at the top of the file, with the line.
    pub(crate) modules: Vec<(String, usize)>,
    /// Lines with a `#[path = ...]` attribute, which moves a module's file.
    pub(crate) moved: Vec<usize>,
    /// Lines from and to, both included, of modules with `#[cfg(test)]` whose body is here.
    pub(crate) test_modules: Vec<(usize, usize)>,
}

/// Reads a source.
pub(crate) fn outline(source: &str) -> Outline {
    let tokens = tokens(source);
    let mut reader =
        Reader { tokens: &tokens, at: 0, braces: Vec::new(), outline: Outline::default(), test_since: None };
    while reader.at < tokens.len() {
        reader.step();
    }
    reader.outline
}

/// An open brace, and what it belongs to.
struct Brace {
    /// The inline module it opens, if it opens one.
    module: Option<String>,
    /// The first line of the test module it opens, if it opens one.
    test_since: Option<usize>,
}

struct Reader<'t> {
    tokens: &'t [Token<'t>],
    at: usize,
    braces: Vec<Brace>,
    outline: Outline,
    /// The line of a `#[cfg(test)]` whose item has not begun yet.
    test_since: Option<usize>,
}

impl<'t> Reader<'t> {
    fn step(&mut self) {
        let line = self.tokens[self.at].line;
        match self.text(0) {
            "{" => self.open(None),
            "}" => self.close(line),
            ";" => {
                self.test_since = None;
                self.at += 1;
            }
            "use" if self.text(1) != "<" => self.use_item(),
            "extern" if self.text(1) == "crate" => {
                let name = self.text(2).to_owned();
                self.found(vec![name.clone()], Some(name), line);
                self.at += 3;
            }
            "mod" if self.text(2) == "{" || self.text(2) == ";" => self.module(line),
            "#" => self.attribute(line),
            _ if self.tokens[self.at].is_word() => self.path(),
            _ => self.at += 1,
        }
    }

    /// The text of a token ahead; empty past the end.
    fn text(&self, ahead: usize) -> &'t str {
        self.tokens.get(self.at + ahead).map_or("", |token| token.text)
    }

    fn open(&mut self, module: Option<String>) {
        let test_since = match module {
            Some(_) => self.test_since,
            None => None,
        };
        self.test_since = None;
        self.braces.push(Brace { module, test_since });
        self.at += 1;
    }

    fn close(&mut self, line: usize) {
        if let Some(Brace { test_since: Some(since), .. }) = self.braces.pop() {
            self.outline.test_modules.push((since, line));
        }
        self.at += 1;
    }

    fn module(&mut self, line: usize) {
        let name = plain(self.text(1));
        if self.braces.is_empty() {
            self.outline.modules.push((name.clone(), line));
        }
        self.at += 2;
        if self.text(0) == "{" {
            self.open(Some(name));
        }
    }

    fn attribute(&mut self, line: usize) {
        let ahead: [&str; 6] = std::array::from_fn(|ahead| self.text(ahead + 1));
        if ahead == ["[", "cfg", "(", "test", ")", "]"] {
            self.test_since.get_or_insert(line);
        }
        if ahead[..3] == ["[", "path", "="] {
            self.outline.moved.push(line);
        }
        self.at += 1;
    }

    fn use_item(&mut self) {
        self.at += 1;
        self.use_tree(&[]);
    }

    /// One tree of a `use`, up to the `,`, `}` or `;` behind it.
    fn use_tree(&mut self, prefix: &[String]) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let mut segments = prefix.to_vec();
        loop {
            match self.text(0) {
                "{" => {
                    self.at += 1;
                    while !matches!(self.text(0), "}" | ";" | "") {
                        self.use_tree(&segments);
                        if self.text(0) == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "::" => self.at += 1,
                "," | "}" | ";" | "" => break,
                "as" => {
                    let name = plain(self.text(1));
                    self.at += 2;
                    self.leaf(segments, Some(name), line);
                    return;
                }
                name => {
                    segments.push(plain(name));
                    self.at += 1;
                }
            }
        }
        self.leaf(segments, None, line);
    }

    /// `a::{self}` brings in `a`.
    fn leaf(&mut self, mut segments: Vec<String>, name: Option<String>, line: usize) {
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let name = name.or_else(|| segments.last().cloned());
        if !segments.is_empty() {
            self.found(segments, name, line);
        }
    }

    /// A word in code, with all that hangs on it by `::`.
    fn path(&mut self) {
        let line = self.tokens[self.at].line;
        let mut segments = vec![plain(self.text(0))];
        self.at += 1;
        while self.text(0) == "::" && self.tokens.get(self.at + 1).is_some_and(Token::is_word) {
            segments.push(plain(self.text(1)));
            self.at += 2;
        }
        if segments.len() > 1 {
            self.found(segments, None, line);
        }
    }

    fn found(&mut self, segments: Vec<String>, name: Option<String>, line: usize) {
        let inside = self.braces.iter().filter_map(|brace| brace.module.clone()).collect();
        self.outline.paths.push(UsedPath { segments, name, inside, line });
    }
}

/// An identifier without the `r#` that makes it raw.
fn plain(identifier: &str) -> String {
    identifier.strip_prefix("r#").unwrap_or(identifier).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        let found: Vec<String> = outline(source).paths.iter().map(|path| path.segments.join("::")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn use_trees_are_flattened() {
        check("use crate::a::B;", &["crate::a::B"]);
        check(
            "pub use crate::{a::{self, B as C, d::*}, e};",
            &["crate::a", "crate::a::B", "crate::a::d::*", "crate::e"],
        );
        check("use {crate::a, ::b::c};", &["crate::a", "b::c"]);
        check("use crate::r#type::X;", &["crate::type::X"]);
        check("extern crate polars as p;", &["polars"]);
    }

    #[test]
    fn paths_in_code_are_found() {
        check(
            "fn f(a: crate::a::B) -> Vec::<super::C> { $crate::d!(self::e::f()) }",
            &["crate::a::B", "super::C", "crate::d", "self::e::f"],
        );
        check("fn f() -> impl Fn() + use<'_> { g::h }", &["g::h"]);
    }

    #[test]
    fn names_and_surroundings_are_kept() {
        let outline = outline("mod a { mod b { use super::C as D; } }\nmod e;");
        assert_eq!(outline.paths[0].name.as_deref(), Some("D"));
        assert_eq!(outline.paths[0].inside, ["a", "b"]);
        assert_eq!(outline.modules, [("a".to_owned(), 1), ("e".to_owned(), 2)]);
    }

    #[test]
    fn test_modules_are_measured() {
        let source = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}\n#[cfg(test)]\nmod c;\n\
                      mod d {\n}\n";
        assert_eq!(outline(source).test_modules, [(2, 5)]);
        for other in ["#[cfg(test)]\nfn a() {}\nmod b {}", "#[cfg(test)] use a::b; mod c {}"] {
            assert_eq!(outline(other).test_modules, []);
        }
    }
}
