//! The classes of a file, and which of them are plugins.

use std::collections::HashMap;

use ruff_python_ast::{Decorator, Expr, Stmt, StmtClassDef, StmtFunctionDef};

/// The names of base classes that make a class a plugin, wherever they are imported from.
const BASES: &[&str] = &["BaseCompare", "BasePlugin", "ComparePlugin", "Comparator"];

/// A file: its classes and the values of its names.
pub(super) struct Module<'a> {
    pub(super) body: &'a [Stmt],
    classes: Vec<&'a StmtClassDef>,
    by_name: HashMap<&'a str, &'a StmtClassDef>,
    values: HashMap<&'a str, &'a Expr>,
}

impl<'a> Module<'a> {
    pub(super) fn of(body: &'a [Stmt]) -> Self {
        let mut module = Self { body, classes: Vec::new(), by_name: HashMap::new(), values: HashMap::new() };
        for statement in body {
            if let Stmt::ClassDef(class) = statement {
                // As in Python, the last one of a name stands.
                module.classes.retain(|other| other.name.as_str() != class.name.as_str());
                module.classes.push(class);
                module.by_name.insert(class.name.as_str(), class);
            } else if let Some((name, value)) = assigned(statement) {
                module.values.insert(name, value);
            }
        }
        module
    }

    /// What a name of the file stands for.
    pub(super) fn value(&self, name: &str) -> Option<&'a Expr> {
        self.values.get(name).copied()
    }

    /// The classes that are plugins, but for those that others of them are derived from.
    pub(super) fn plugins(&self) -> Vec<&'a StmtClassDef> {
        let found: Vec<_> = self.classes.iter().copied().filter(|class| self.is_plugin(class)).collect();
        let is_base = |class: &StmtClassDef| {
            found
                .iter()
                .any(|other| other.name != class.name && self.family(other).iter().any(|base| base.name == class.name))
        };
        found.iter().copied().filter(|class| !is_base(class)).collect()
    }

    /// A class and those of its bases that this file defines, nearest first.
    pub(super) fn family(&self, class: &'a StmtClassDef) -> Vec<&'a StmtClassDef> {
        let mut family = vec![class];
        let mut next = 0;
        while let Some(class) = family.get(next).copied() {
            for base in bases(class) {
                if let Some(found) = self.by_name.get(base)
                    && !family.iter().any(|other| other.name == found.name)
                {
                    family.push(found);
                }
            }
            next += 1;
        }
        family
    }

    fn is_plugin(&self, class: &'a StmtClassDef) -> bool {
        if class.name.starts_with('_') || is_abstract(class) {
            return false;
        }
        let family = self.family(class);
        let compares = family.iter().find_map(|class| method(class, "compare"));
        match compares {
            Some(compare) => !compare.decorator_list.iter().any(|decorator| is_named(decorator, "abstractmethod")),
            None => family
                .iter()
                .any(|class| bases(class).any(|base| BASES.contains(&base) && !self.by_name.contains_key(base))),
        }
    }
}

/// The method of a name that a class itself has.
pub(super) fn method<'a>(class: &'a StmtClassDef, name: &str) -> Option<&'a StmtFunctionDef> {
    class.body.iter().rev().find_map(|statement| match statement {
        Stmt::FunctionDef(function) if function.name.as_str() == name => Some(function),
        _ => None,
    })
}

/// The name and value of an assignment to one name.
pub(super) fn assigned(statement: &Stmt) -> Option<(&str, &Expr)> {
    match statement {
        Stmt::Assign(assignment) => match assignment.targets.as_slice() {
            [Expr::Name(name)] => Some((name.id.as_str(), &assignment.value)),
            _ => None,
        },
        Stmt::AnnAssign(assignment) => match &*assignment.target {
            Expr::Name(name) => Some((name.id.as_str(), assignment.value.as_deref()?)),
            _ => None,
        },
        _ => None,
    }
}

/// The last names of the bases: `BaseCompare` of `plugins.base_compare.BaseCompare`.
fn bases(class: &StmtClassDef) -> impl Iterator<Item = &str> {
    class.arguments.iter().flat_map(|arguments| &arguments.args).filter_map(last_name)
}

fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Subscript(subscript) => last_name(&subscript.value),
        _ => None,
    }
}

/// Whether a class says of itself that it is there to be derived from: `ABC` is its base, or `ABCMeta` makes it.
fn is_abstract(class: &StmtClassDef) -> bool {
    let keywords = class.arguments.iter().flat_map(|arguments| &arguments.keywords);
    bases(class).any(|base| matches!(base, "ABC" | "Protocol"))
        || keywords
            .filter(|keyword| keyword.arg.as_ref().is_some_and(|name| name.as_str() == "metaclass"))
            .any(|keyword| last_name(&keyword.value) == Some("ABCMeta"))
}

/// Whether a decorator is one of a name, wherever that is imported from.
pub(super) fn is_named(decorator: &Decorator, name: &str) -> bool {
    last_name(&decorator.expression) == Some(name)
}
