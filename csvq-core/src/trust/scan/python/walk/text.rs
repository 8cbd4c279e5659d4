//! Texts that stand in the code.

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{Expr, ExprBinOp, ExprBytesLiteral, ExprFString, InterpolatedStringElement, Operator};

use super::super::super::rules::Kind;
use super::super::literal;
use super::Walk;

impl<'a> Walk<'a, '_, '_> {
    pub(super) fn text(&mut self, text: &str, line: u64) {
        self.search(text.as_bytes(), line);
        for shape in literal::shapes_of_text(text) {
            self.found.check(Kind::PythonShape, shape, Some(line));
        }
        // Names are looked up by texts, and formats take attributes by them.
        let is_part = |character: char| character.is_alphanumeric() || character == '_';
        for word in text.split(|character| !is_part(character)) {
            if word.starts_with("__") || (word.len() == text.len() && !word.is_empty()) {
                self.name(word, line);
            }
        }
    }

    pub(super) fn bytes(&mut self, bytes: &ExprBytesLiteral) {
        let line = self.line(bytes.range.start());
        let bytes: Vec<u8> = bytes.value.bytes().collect();
        for shape in literal::shapes_of_bytes(&bytes) {
            self.found.check(Kind::PythonShape, shape, Some(line));
        }
        self.search(&bytes, line);
    }

    /// A text with values in it, as a whole.
    pub(super) fn formatted(&mut self, string: &ExprFString) {
        let mut whole = String::new();
        for element in string.value.elements() {
            match element {
                InterpolatedStringElement::Literal(literal) => whole.push_str(&literal.value),
                InterpolatedStringElement::Interpolation(_) => whole.push('\0'),
            }
        }
        self.text(&whole, self.line(string.range.start()));
    }

    /// A sum, which is looked at as a whole where all its parts are texts.
    pub(super) fn sum(&mut self, expression: &'a Expr, sum: &'a ExprBinOp, in_sum: bool) {
        let is_sum = sum.op == Operator::Add;
        if !in_sum
            && is_sum
            && let Some(text) = self.aliases.text(expression)
        {
            self.text(&text, self.line(sum.range.start()));
        }
        self.in_sum = is_sum;
        self.visit_expr(&sum.left);
        self.in_sum = is_sum;
        self.visit_expr(&sum.right);
        self.in_sum = false;
    }

    fn search(&mut self, bytes: &[u8], line: u64) {
        if let Some(texts) = self.texts {
            let found = &mut *self.found;
            texts.search(bytes, &mut self.texts_seen, |rule, part| found.add(rule, part, Some(line)));
        }
    }
}
