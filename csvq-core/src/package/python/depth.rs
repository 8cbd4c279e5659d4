//! How deep a source is nested, found before it is parsed: a parser's tree, and its stack, are as deep as that.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// No source that a person writes comes near it.
const DEEPEST: usize = 2_000;

/// Checks the depth, by an upper bound: within one bracket, every token since the last comma may stand for a level.
///
/// # Errors
/// Where it is too deep. What is no Python at all is left to the parser to say.
pub(super) fn check(source: &str) -> Result<(), &'static str> {
    // Each open bracket or block, with the tokens in it since the last comma or line.
    let mut open: Vec<usize> = vec![0];
    let mut total = 0usize;
    let mut lexer = lexer::lex(source, Mode::Module);
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return Ok(()),
            kind if opens(kind) => {
                open.push(1);
                total += 1;
            }
            kind if closes(kind) => {
                // The first one is the file itself.
                if open.len() > 1 {
                    total -= open.pop().unwrap_or(0);
                }
                if kind != TokenKind::Dedent {
                    count(&mut open, &mut total);
                }
            }
            TokenKind::Comma | TokenKind::Newline | TokenKind::Semi => {
                if let Some(last) = open.last_mut() {
                    // What opened it stays.
                    let rest = usize::from(*last > 0);
                    total -= *last - rest;
                    *last = rest;
                }
            }
            TokenKind::Comment | TokenKind::NonLogicalNewline => {}
            _ => count(&mut open, &mut total),
        }
        if total > DEEPEST {
            return Err("this is nested too deep, or one expression is too long");
        }
    }
}

fn count(open: &mut [usize], total: &mut usize) {
    if let Some(last) = open.last_mut() {
        *last += 1;
        *total += 1;
    }
}

fn opens(kind: TokenKind) -> bool {
    use TokenKind::{FStringStart, Indent, Lbrace, Lpar, Lsqb, TStringStart};
    matches!(kind, Lpar | Lsqb | Lbrace | FStringStart | TStringStart | Indent)
}

fn closes(kind: TokenKind) -> bool {
    use TokenKind::{Dedent, FStringEnd, Rbrace, Rpar, Rsqb, TStringEnd};
    matches!(kind, Rpar | Rsqb | Rbrace | FStringEnd | TStringEnd | Dedent)
}
