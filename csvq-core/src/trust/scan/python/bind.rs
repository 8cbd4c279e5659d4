//! Which names a file binds, and to what: gathered from the whole of it, whatever the order and the scope.

use std::collections::HashSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Parameters, Stmt, WithItem};

/// So many names are kept of one file.
const MOST: usize = 100_000;

/// What is bound.
#[derive(Default)]
pub(super) struct Bindings<'a> {
    /// Names, and the full names that they were imported as.
    pub(super) imported: Vec<(String, String)>,
    /// Modules from which every name was imported.
    pub(super) stars: Vec<String>,
    /// Names, and what was assigned to them.
    pub(super) assigned: Vec<(String, &'a Expr)>,
    /// Names of parameters.
    pub(super) parameters: HashSet<&'a str>,
}

impl<'a> Bindings<'a> {
    pub(super) fn of(body: &'a [Stmt]) -> Self {
        let mut bindings = Self::default();
        bindings.visit_body(body);
        bindings
    }

    fn assign(&mut self, target: &'a Expr, value: &'a Expr) {
        if self.assigned.len() >= MOST {
            return;
        }
        let (targets, values) = match (target, value) {
            (Expr::Tuple(targets), Expr::Tuple(values)) => (&targets.elts, &values.elts),
            (Expr::List(targets), Expr::List(values)) => (&targets.elts, &values.elts),
            _ => {
                if let Some(name) = dotted(target) {
                    self.assigned.push((name, value));
                }
                return;
            }
        };
        for (target, value) in targets.iter().zip(values) {
            self.assign(target, value);
        }
    }
}

impl<'a> Visitor<'a> for Bindings<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) if self.imported.len() < MOST => {
                for alias in &import.names {
                    let full = alias.name.as_str();
                    let first = full.split('.').next().unwrap_or(full);
                    match &alias.asname {
                        Some(name) => self.imported.push((name.to_string(), full.to_owned())),
                        None => self.imported.push((first.to_owned(), first.to_owned())),
                    }
                }
            }
            // What comes from the package itself is looked at where it is.
            Stmt::ImportFrom(import) if import.level == 0 && self.imported.len() < MOST => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        self.stars.push(module.to_owned());
                        continue;
                    }
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.imported.push((name.to_string(), format!("{module}.{}", alias.name)));
                }
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, value);
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Named(named) = expression {
            self.assign(&named.target, &named.value);
        }
        walk_expr(self, expression);
    }

    fn visit_with_item(&mut self, item: &'a WithItem) {
        if let Some(target) = &item.optional_vars {
            self.assign(target, &item.context_expr);
        }
        ruff_python_ast::visitor::walk_with_item(self, item);
    }

    fn visit_parameters(&mut self, parameters: &'a Parameters) {
        self.parameters.extend(parameters.iter().map(|parameter| parameter.name().as_str()));
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default
                && self.assigned.len() < MOST
            {
                self.assigned.push((parameter.parameter.name.to_string(), default));
            }
        }
        ruff_python_ast::visitor::walk_parameters(self, parameters);
    }
}

/// Names with dots between them, such as `self.module`.
pub(super) fn dotted(expression: &Expr) -> Option<String> {
    let mut parts = Vec::new();
    let mut inner = expression;
    loop {
        match inner {
            Expr::Name(name) => {
                parts.push(name.id.as_str());
                parts.reverse();
                return Some(parts.join("."));
            }
            Expr::Attribute(attribute) if parts.len() < 8 => {
                parts.push(attribute.attr.as_str());
                inner = &attribute.value;
            }
            _ => return None,
        }
    }
}
