//! The walk over the tree, which holds everything that it meets to the rules.

mod call;
mod text;

use ruff_python_ast::visitor::{
    Visitor, walk_arguments, walk_body, walk_expr, walk_parameters, walk_stmt, walk_type_params,
};
use ruff_python_ast::{Expr, ExprContext, Stmt, StmtImportFrom};

use super::super::found::Found;
use super::super::rules::{Kind, Texts};
use super::alias::Aliases;
use super::{Lines, literal};

/// What turns texts into something else, and what runs texts: together, code that nobody can read.
const DECODERS: &[&str] = &[
    "base64.",
    "zlib.",
    "gzip.",
    "bz2.",
    "lzma.",
    "codecs.decode",
    "binascii.",
    "marshal.",
    "pickle.",
    "builtins.bytes.fromhex",
];
const RUNNERS: &[&str] =
    &["builtins.exec", "builtins.eval", "builtins.compile", "types.FunctionType", "types.CodeType"];

/// A walk over one file.
pub(super) struct Walk<'a, 'f, 'r> {
    aliases: &'a Aliases<'a>,
    lines: &'a Lines,
    found: &'f mut Found<'r>,
    texts: Option<&'r Texts>,
    texts_seen: Vec<bool>,
    /// How many functions this is in. In none, it runs when the file is imported.
    functions: usize,
    /// Whether the text at hand is a part of one that was looked at as a whole.
    in_sum: bool,
    decodes: bool,
    runs: Option<u64>,
}

impl<'a, 'f, 'r> Walk<'a, 'f, 'r> {
    pub(super) fn new(aliases: &'a Aliases<'a>, lines: &'a Lines, found: &'f mut Found<'r>) -> Self {
        let texts = found.rules.texts(Kind::PythonString);
        let texts_seen = vec![false; texts.map_or(0, Texts::len)];
        let (functions, in_sum, decodes, runs) = (0, false, false, None);
        Self { aliases, lines, found, texts, texts_seen, functions, in_sum, decodes, runs }
    }

    pub(super) fn look_at(mut self, body: &'a [Stmt]) {
        walk_body(&mut self, body);
        if self.decodes && self.runs.is_some() {
            self.found.check(Kind::PythonShape, "decoded_code", self.runs);
        }
    }

    fn shape(&mut self, shape: &str, found: &str, line: u64) {
        for number in self.found.rules.of_name(Kind::PythonShape, shape) {
            self.found.add(number, found, Some(line));
        }
    }

    /// The name of a module that is imported, or of something in it.
    fn import(&mut self, module: &str, line: u64) -> Vec<usize> {
        self.found.check(Kind::PythonImport, module, Some(line))
    }

    fn import_from(&mut self, import: &StmtImportFrom) {
        let line = self.line(import.range.start());
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        let of_module = if import.level == 0 { self.import(module, line) } else { Vec::new() };
        for alias in &import.names {
            let name = alias.name.as_str();
            self.name(name, line);
            if name == "*" {
                self.shape("star_import", module, line);
            } else if import.level == 0 {
                let full = format!("{module}.{name}");
                // What a rule says of the whole module, it need not say again.
                for number in self.found.rules.of_name(Kind::PythonImport, &full) {
                    if !of_module.contains(&number) {
                        self.found.add(number, &full, Some(line));
                    }
                }
                self.reference(&full, line);
            }
        }
    }

    /// Something that is called or taken, by its full name. Gives the rules that speak of it.
    fn reference(&mut self, full: &str, line: u64) -> Vec<usize> {
        self.decodes |= DECODERS.iter().any(|decoder| full.starts_with(decoder));
        if RUNNERS.contains(&full) {
            self.runs.get_or_insert(line);
        }
        self.found.check(Kind::PythonCall, full, Some(line))
    }

    /// What an expression stands for.
    fn references(&mut self, expression: &Expr, line: u64) {
        for full in self.aliases.resolve(expression) {
            self.reference(&full, line);
        }
    }

    fn line(&self, at: impl Into<u32>) -> u64 {
        self.lines.line(at.into() as usize)
    }

    /// An identifier, or a text that may be used as one.
    fn name(&mut self, name: &str, line: u64) {
        self.found.check(Kind::PythonName, name, Some(line));
    }

    /// Walks what does not run when the file is imported.
    fn inside(&mut self, walk: impl FnOnce(&mut Self)) {
        self.functions += 1;
        walk(self);
        self.functions -= 1;
    }
}

impl<'a> Visitor<'a> for Walk<'a, '_, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                let line = self.line(import.range.start());
                for alias in &import.names {
                    self.import(alias.name.as_str(), line);
                }
            }
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::FunctionDef(function) => {
                self.name(function.name.as_str(), self.line(function.name.range.start()));
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                if let Some(parameters) = &function.type_params {
                    walk_type_params(self, parameters);
                }
                walk_parameters(self, &function.parameters);
                if let Some(returns) = &function.returns {
                    self.visit_annotation(returns);
                }
                self.inside(|walk| walk_body(walk, &function.body));
            }
            Stmt::If(choice) if is_main_guard(&choice.test) => {
                self.inside(|walk| walk_body(walk, &choice.body));
                choice.elif_else_clauses.iter().for_each(|clause| self.visit_elif_else_clause(clause));
            }
            // A text that stands alone says something to people: only whether it is packed matters.
            Stmt::Expr(alone) if matches!(&*alone.value, Expr::StringLiteral(_)) => {
                if let Expr::StringLiteral(text) = &*alone.value {
                    let line = self.line(text.range.start());
                    for shape in literal::shapes_of_text(text.value.to_str()) {
                        self.found.check(Kind::PythonShape, shape, Some(line));
                    }
                }
            }
            _ => {
                match statement {
                    Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.target(target)),
                    Stmt::AugAssign(assign) => self.target(&assign.target),
                    Stmt::AnnAssign(assign) => self.target(&assign.target),
                    Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.target(target)),
                    _ => {}
                }
                walk_stmt(self, statement);
            }
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let in_sum = std::mem::replace(&mut self.in_sum, false);
        match expression {
            Expr::Name(name) => {
                let line = self.line(name.range.start());
                self.name(name.id.as_str(), line);
                if name.ctx == ExprContext::Load {
                    for full in self.aliases.resolve_name(expression, name.id.as_str()) {
                        self.reference(&full, line);
                    }
                }
            }
            Expr::Attribute(attribute) => {
                let line = self.line(attribute.attr.range.start());
                self.name(attribute.attr.as_str(), line);
                self.references(expression, line);
                self.visit_expr(&attribute.value);
            }
            Expr::Subscript(subscript) => {
                self.references(expression, self.line(subscript.range.start()));
                walk_expr(self, expression);
            }
            Expr::Call(call) => {
                self.call(call);
                // `getattr(os, "system")` and `__import__("os")` are what they give, too.
                let line = self.line(call.range_start);
                for full in self.aliases.resolve(expression) {
                    self.reference(&full, line);
                    self.import(&full, line);
                }
                self.visit_expr(&call.func);
                walk_arguments(self, &call.arguments);
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    walk_parameters(self, parameters);
                }
                self.inside(|walk| walk.visit_expr(&lambda.body));
            }
            Expr::BinOp(sum) => self.sum(expression, sum, in_sum),
            Expr::StringLiteral(text) => self.text(text.value.to_str(), self.line(text.range.start())),
            Expr::BytesLiteral(bytes) => self.bytes(bytes),
            Expr::FString(string) => {
                self.formatted(string);
                walk_expr(self, expression);
            }
            Expr::List(list) if literal::is_bytes(&list.elts) => {
                self.shape("encoded_numbers", "encoded_numbers", self.line(list.range.start()));
            }
            Expr::Tuple(list) if literal::is_bytes(&list.elts) => {
                self.shape("encoded_numbers", "encoded_numbers", self.line(list.range.start()));
            }
            _ => walk_expr(self, expression),
        }
    }

    fn visit_string_literal(&mut self, text: &'a ruff_python_ast::StringLiteral) {
        // What stands beside an f-string.
        self.text(&text.value, self.line(text.range.start()));
    }
}

/// `__name__ == "__main__"`: what does not run when the file is imported.
fn is_main_guard(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    let is_name = |expression: &Expr| matches!(expression, Expr::Name(name) if name.id == "__name__");
    let is_main =
        |expression: &Expr| matches!(expression, Expr::StringLiteral(text) if text.value.to_str() == "__main__");
    let equals = compare.ops.len() == 1 && matches!(compare.ops[0], ruff_python_ast::CmpOp::Eq);
    equals && is_name(&compare.left) && compare.comparators.first().is_some_and(is_main)
}
