//! The tokens of a file: how deep its tree will be, before it is made, and how its names are written.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_python_parser::{Mode, lexer};
use unicode_normalization::UnicodeNormalization;

use super::super::found::Found;
use super::super::rules::Kind;
use super::Lines;

/// A tree that is deeper would need more stack than there is. No source that a person writes comes near it.
const DEEPEST: usize = 2_000;

/// Checks how deep the tree will be.
///
/// # Errors
/// Where it would be too deep. What is no Python at all is left to the parser to say.
pub(super) fn check_depth(text: &str) -> Result<(), String> {
    let mut depth = Depth { levels: vec![0], sum: 0, after_text: false };
    let mut lexer = lexer::lex(text, Mode::Module);
    loop {
        let kind = lexer.next_token();
        if kind == TokenKind::EndOfFile {
            return Ok(());
        }
        depth.count(kind);
        if depth.sum > DEEPEST {
            return Err("it is nested too deep, or one expression in it is too long".to_owned());
        }
    }
}

/// Looks at how names are written.
pub(super) fn look_at_names(text: &str, tokens: &Tokens, lines: &Lines, found: &mut Found<'_>) {
    for token in tokens.iter().filter(|token| token.kind() == TokenKind::Name) {
        let (_, range) = token.as_tuple();
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        let name = text.get(start..end).unwrap_or_default();
        if !name.is_ascii() {
            look_at_name(name, lines.line(start), found);
        }
    }
}

/// An upper bound of the depth: between one bracket or block and the next, every token since the last comma or the
/// beginning of the statement may be one level deeper.
struct Depth {
    levels: Vec<usize>,
    sum: usize,
    after_text: bool,
}

impl Depth {
    fn count(&mut self, kind: TokenKind) {
        use TokenKind::{
            Comma, Comment, Dedent, FStringEnd, FStringStart, Indent, Lbrace, Lpar, Lsqb, Newline, NonLogicalNewline,
            Rbrace, Rpar, Rsqb, Semi, String, TStringEnd, TStringStart,
        };
        match kind {
            Lpar | Lsqb | Lbrace | FStringStart | TStringStart | Indent => {
                self.levels.push(1);
                self.sum += 1;
            }
            Rpar | Rsqb | Rbrace | FStringEnd | TStringEnd | Dedent => {
                if self.levels.len() > 1 {
                    self.sum -= self.levels.pop().unwrap_or(0);
                }
                if kind != Dedent {
                    self.one_more();
                }
            }
            // What opened the level stays.
            Comma | Newline | Semi => {
                if let Some(level) = self.levels.last_mut() {
                    let stays = (*level).min(1);
                    self.sum -= *level - stays;
                    *level = stays;
                }
            }
            Comment | NonLogicalNewline => return,
            // Texts that stand side by side are one.
            String if self.after_text => {}
            _ => self.one_more(),
        }
        self.after_text = kind == String;
    }

    fn one_more(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            *level += 1;
            self.sum += 1;
        }
    }
}

/// Looks at a name that is not ASCII: Python takes it for its compatible form, and a person for what it looks like.
fn look_at_name(name: &str, line: u64, found: &mut Found<'_>) {
    let is_compatible = |character: char| {
        !character.is_ascii()
            && character.nfkc().any(|other| other.is_ascii_alphanumeric())
            && character.nfc().ne(character.nfkc())
    };
    if name.chars().any(is_compatible) {
        tell("compatible_name", name, line, found);
    }
    let looks_latin = |character: char| LOOK_LATIN.contains(character);
    if name.chars().any(|character| character.is_ascii_alphabetic()) && name.chars().any(looks_latin) {
        tell("lookalike_name", name, line, found);
    }
}

/// Cyrillic, Greek and Armenian letters that look as Latin ones do. Those that mathematics uses look different.
const LOOK_LATIN: &str = "аеорсухіѕјһԁԛԝүӏАВЕЅІЈКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧοսօոհցք";

fn tell(shape: &str, name: &str, line: u64, found: &mut Found<'_>) {
    for number in found.rules.of_name(Kind::PythonShape, shape) {
        found.add(number, name, Some(line));
    }
}
