//! What a plugin's class says of itself, by the names of a manifest.

use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef};
use serde_json::{Map, Value};

use super::Wrong;
use super::class::{Module, assigned, method};
use super::literal::{self, Names};

/// A field of the manifest, the attributes and methods that say it, and the name of the file that does.
struct Field {
    name: &'static str,
    attributes: &'static [&'static str],
    methods: &'static [&'static str],
    module: Option<&'static str>,
    /// Whether it is an error that it is there and can't be read: another value would be wrong. Elsewhere it is left
    /// out.
    needed: bool,
}

const FIELDS: &[Field] = &[
    Field { name: "id", attributes: &["id", "plugin_id"], methods: &["get_id"], module: None, needed: true },
    Field {
        name: "display_name",
        attributes: &["display_name", "plugin_name", "name"],
        methods: &["get_display_name", "get_name"],
        module: None,
        needed: true,
    },
    Field {
        name: "version",
        attributes: &["version", "plugin_version", "__version__"],
        methods: &["get_version"],
        module: Some("__version__"),
        needed: true,
    },
    Field {
        name: "author",
        attributes: &["author", "__author__"],
        methods: &["get_author"],
        module: Some("__author__"),
        needed: false,
    },
    Field {
        name: "license",
        attributes: &["license", "__license__"],
        methods: &["get_license"],
        module: Some("__license__"),
        needed: false,
    },
    Field {
        name: "description",
        attributes: &["description"],
        methods: &["get_description"],
        module: None,
        needed: false,
    },
    Field {
        name: "parameters",
        attributes: &["parameters", "parameter_schema"],
        methods: &["get_parameters", "get_parameter_schema"],
        module: None,
        needed: true,
    },
    Field {
        name: "capabilities",
        attributes: &["capabilities"],
        methods: &["get_capabilities"],
        module: None,
        needed: true,
    },
    Field {
        name: "deterministic",
        attributes: &["deterministic"],
        methods: &["is_deterministic"],
        module: None,
        needed: true,
    },
];

/// The version of a plugin that says none, as the guide has it.
const VERSION: &str = "1.0.0";

/// What the class says. `display_name` and `version` are always there.
pub(super) fn of<'a>(module: &Module<'a>, class: &'a StmtClassDef) -> Result<Map<String, Value>, Wrong> {
    let own = Own { module, family: module.family(class) };
    let mut said = Map::new();
    for field in FIELDS {
        if let Some(value) = own.field(field)? {
            said.insert(field.name.to_owned(), value);
        }
    }
    if !said.contains_key("description") {
        let text = docstring(&class.body).or_else(|| docstring(module.body));
        if let Some(text) = text.map(first_paragraph).filter(|text| !text.is_empty()) {
            said.insert("description".to_owned(), text.into());
        }
    }
    said.entry("display_name").or_insert_with(|| class.name.as_str().into());
    let version = said.get("version").and_then(Value::as_str).map_or_else(|| VERSION.to_owned(), whole_version);
    said.insert("version".to_owned(), version.into());
    Ok(said)
}

/// A class with those it is derived from.
struct Own<'m, 'a> {
    module: &'m Module<'a>,
    family: Vec<&'a StmtClassDef>,
}

impl<'a> Own<'_, 'a> {
    fn field(&self, field: &Field) -> Result<Option<Value>, Wrong> {
        let attributes = field.attributes.iter().filter_map(|name| self.own(name).or_else(|| self.getter(name)));
        let methods = field.methods.iter().filter_map(|name| self.getter(name));
        let module = field.module.iter().filter_map(|name| self.module.value(name));
        let class_start = self.family.first().map_or(0, |class| class.name.range.start().to_usize());
        for expression in attributes.chain(methods).chain(module) {
            match literal::value(expression, self) {
                Some(Value::Null) => {}
                Some(value) => return Ok(Some(value)),
                None if field.needed => {
                    let message = format!(
                        "`{}` must be a literal here, since this file is read without being run: or write it into a plugin.json",
                        field.name
                    );
                    return Err((class_start, message));
                }
                None => {}
            }
        }
        Ok(None)
    }

    /// What a method or property of a name returns, if it does nothing else.
    fn getter(&self, name: &str) -> Option<&'a Expr> {
        let function: &StmtFunctionDef = self.family.iter().find_map(|class| method(class, name))?;
        let mut rest = function.body.iter().filter(|statement| !is_text(statement));
        match (rest.next(), rest.next()) {
            (Some(Stmt::Return(returned)), None) => returned.value.as_deref(),
            _ => None,
        }
    }
}

impl<'a> Names<'a> for Own<'_, 'a> {
    fn name(&self, name: &str) -> Option<&'a Expr> {
        let class = self.family.iter().flat_map(|class| &class.body).filter_map(assigned);
        class.filter(|(other, _)| *other == name).map(|(_, value)| value).next().or_else(|| self.module.value(name))
    }

    /// What `self.name` stands for: as `__init__` sets it, else the attribute of the class.
    fn own(&self, name: &str) -> Option<&'a Expr> {
        self.family.iter().find_map(|class| {
            let set = method(class, "__init__")
                .and_then(|init| init.body.iter().rev().find_map(|statement| set(statement, name)));
            set.or_else(|| {
                class.body.iter().rev().filter_map(assigned).find(|(other, _)| *other == name).map(|(_, value)| value)
            })
        })
    }
}

/// The value that a statement gives to `self.name`, also by handing it to the base's `__init__`.
fn set<'a>(statement: &'a Stmt, name: &str) -> Option<&'a Expr> {
    match statement {
        Stmt::Assign(assignment) => match assignment.targets.as_slice() {
            [target] if is_own(target, name) => Some(&assignment.value),
            _ => None,
        },
        Stmt::AnnAssign(assignment) if is_own(&assignment.target, name) => assignment.value.as_deref(),
        Stmt::Expr(expression) => {
            let Expr::Call(call) = &*expression.value else { return None };
            let Expr::Attribute(called) = &*call.func else { return None };
            if called.attr.as_str() != "__init__" {
                return None;
            }
            let keywords = call.arguments.keywords.iter();
            keywords.filter(|one| one.arg.as_ref().is_some_and(|arg| arg.as_str() == name)).map(|one| &one.value).next()
        }
        _ => None,
    }
}

fn is_own(target: &Expr, name: &str) -> bool {
    let Expr::Attribute(attribute) = target else { return false };
    attribute.attr.as_str() == name && matches!(&*attribute.value, Expr::Name(owner) if owner.id.as_str() == "self")
}

fn is_text(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(expression) if expression.value.is_string_literal_expr())
}

fn docstring(body: &[Stmt]) -> Option<&str> {
    match body.first()? {
        Stmt::Expr(expression) => expression.value.as_string_literal_expr().map(|text| text.value.to_str()),
        _ => None,
    }
}

/// The first paragraph of a text, its lines put together.
fn first_paragraph(text: &str) -> String {
    let lines = text.trim().lines().map(str::trim).take_while(|line| !line.is_empty());
    let paragraph = lines.collect::<Vec<_>>().join(" ");
    paragraph.chars().take(4000).collect()
}

/// A version with the numbers that are missing for a semantic one: `1.2` is `1.2.0`.
fn whole_version(version: &str) -> String {
    let (numbers, rest) = version.find(['-', '+']).map_or((version, ""), |at| version.split_at(at));
    let missing = 3usize.saturating_sub(numbers.split('.').count());
    format!("{numbers}{}{rest}", ".0".repeat(missing))
}
