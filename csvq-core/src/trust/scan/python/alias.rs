//! What an expression stands for: the full names, such as `os.system`, of what it may be.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::{Expr, ExprCall, ExprSubscript, Stmt};

use super::bind::{Bindings, dotted};
use super::constant;

/// So many full names one expression may have.
const MOST: usize = 4;
/// So deep an expression is followed.
const DEEPEST: usize = 32;
/// No full name is longer.
const LONGEST: usize = 160;
/// So often aliases of aliases are followed.
const ROUNDS: usize = 6;

/// Python's own functions that matter here.
const BUILT_IN: &[&str] = &[
    "__build_class__",
    "__import__",
    "breakpoint",
    "compile",
    "delattr",
    "dir",
    "eval",
    "exec",
    "getattr",
    "globals",
    "input",
    "locals",
    "memoryview",
    "open",
    "setattr",
    "type",
    "vars",
];

/// Those of them that nobody gives to something else.
const ALWAYS: &[&str] = &["__import__", "__build_class__", "eval", "exec"];

/// The names of a file.
pub(super) struct Aliases<'a> {
    names: HashMap<String, Vec<String>>,
    stars: Vec<String>,
    /// Texts of names that are assigned once.
    texts: HashMap<String, Option<&'a Expr>>,
    /// Names that are given a value of the file's own somewhere.
    own: HashSet<String>,
}

impl<'a> Aliases<'a> {
    pub(super) fn of(body: &'a [Stmt]) -> Self {
        let bindings = Bindings::of(body);
        let own = bindings.assigned.iter().map(|(name, _)| name.as_str()).chain(bindings.parameters.iter().copied());
        let own = own.map(str::to_owned).collect();
        let mut aliases = Self { names: HashMap::new(), stars: bindings.stars, texts: HashMap::new(), own };
        for (name, full) in bindings.imported {
            aliases.add(name, full);
        }
        for (name, value) in &bindings.assigned {
            let once = if matches!(value, Expr::StringLiteral(_) | Expr::BinOp(_)) { Some(*value) } else { None };
            aliases.texts.entry(name.clone()).and_modify(|before| *before = None).or_insert(once);
        }
        for _ in 0..ROUNDS {
            let mut grew = false;
            for (name, value) in &bindings.assigned {
                for full in aliases.resolve(value) {
                    grew |= aliases.add(name.clone(), full);
                }
            }
            if !grew {
                break;
            }
        }
        aliases
    }

    /// Adds a meaning of a name, and says whether it is new.
    fn add(&mut self, name: String, full: String) -> bool {
        let meanings = self.names.entry(name).or_default();
        let is_new = meanings.len() < MOST && full.len() <= LONGEST && !meanings.contains(&full);
        if is_new {
            meanings.push(full);
        }
        is_new
    }

    /// The full names that an expression may stand for, if any is known.
    pub(super) fn resolve(&self, expression: &Expr) -> Vec<String> {
        let mut found = Vec::new();
        self.follow(expression, DEEPEST, &mut found);
        found.truncate(MOST);
        found
    }

    /// The full names of a name that is taken and not called. Some of Python's functions have names that people give to
    /// other things.
    pub(super) fn resolve_name(&self, expression: &Expr, name: &str) -> Vec<String> {
        let mut found = self.resolve(expression);
        if !ALWAYS.contains(&name) && (name != "compile" || self.own.contains(name)) {
            found.retain(|full| full.strip_prefix("builtins.") != Some(name));
        }
        found
    }

    /// The full names of what is given a member. Only what was imported counts.
    pub(super) fn resolve_owner(&self, owner: &Expr) -> Vec<String> {
        let mut root = owner;
        while let Expr::Attribute(attribute) = root {
            root = &attribute.value;
        }
        let is_known = |name: &str| self.names.contains_key(name) || name == "__builtins__";
        if matches!(root, Expr::Name(name) if !is_known(name.id.as_str())) {
            return Vec::new();
        }
        let mut found = self.resolve(owner);
        found.retain(|full| !full.starts_with("builtins."));
        found
    }

    /// The text that an expression stands for, if it always is the same.
    pub(super) fn text(&self, expression: &Expr) -> Option<String> {
        let expression = match expression {
            Expr::Name(name) => self.texts.get(name.id.as_str()).copied().flatten()?,
            other => other,
        };
        constant::text(expression)
    }

    fn follow(&self, expression: &Expr, left: usize, found: &mut Vec<String>) {
        let Some(left) = left.checked_sub(1) else { return };
        if found.len() >= MOST {
            return;
        }
        match expression {
            Expr::Name(name) => self.of_name(name.id.as_str(), found),
            Expr::Attribute(attribute) => {
                if let Some(meanings) = dotted(expression).and_then(|name| self.names.get(&name)) {
                    found.extend(meanings.iter().cloned());
                }
                self.member(&attribute.value, attribute.attr.as_str(), left, found);
            }
            Expr::Call(call) => self.of_call(call, left, found),
            Expr::Subscript(subscript) => self.of_subscript(subscript, left, found),
            Expr::Named(named) => self.follow(&named.value, left, found),
            Expr::If(choice) => {
                self.follow(&choice.body, left, found);
                self.follow(&choice.orelse, left, found);
            }
            Expr::BoolOp(choice) => choice.values.iter().for_each(|value| self.follow(value, left, found)),
            _ => {}
        }
    }

    fn of_name(&self, name: &str, found: &mut Vec<String>) {
        match self.names.get(name) {
            Some(meanings) => found.extend(meanings.iter().cloned()),
            None => found.extend(self.stars.iter().take(MOST).map(|module| format!("{module}.{name}"))),
        }
        if name == "__builtins__" {
            found.push("builtins".to_owned());
        } else if BUILT_IN.contains(&name) {
            found.insert(0, format!("builtins.{name}"));
        }
    }

    /// What a member of something stands for.
    fn member(&self, of: &Expr, name: &str, left: usize, found: &mut Vec<String>) {
        let mut owners = Vec::new();
        self.follow(of, left, &mut owners);
        for owner in owners {
            let full = match name {
                // What holds a module's names stands for the module, and a function's call for the function.
                "__dict__" | "__call__" => owner,
                _ if owner == SCOPE => {
                    self.of_name(name, found);
                    continue;
                }
                "__builtins__" => "builtins".to_owned(),
                _ => format!("{owner}.{name}"),
            };
            if full.len() <= LONGEST {
                found.push(full);
            }
        }
    }

    fn of_call(&self, call: &ExprCall, left: usize, found: &mut Vec<String>) {
        let mut functions = Vec::new();
        self.follow(&call.func, left, &mut functions);
        let argument = |at: usize| call.arguments.find_positional(at);
        let text = |at: usize| argument(at).and_then(|argument| self.text(argument));
        for function in functions {
            match function.as_str() {
                "builtins.__import__" | "importlib.__import__" | "importlib.import_module" => {
                    let name = call.arguments.find_argument_value("name", 0).and_then(|name| self.text(name));
                    if let Some(name) = name.filter(|name| name.len() <= LONGEST) {
                        let first = name.split('.').next().unwrap_or_default().to_owned();
                        if first != name {
                            found.push(first);
                        }
                        found.push(name);
                    }
                }
                "builtins.getattr" => {
                    if let (Some(of), Some(name)) = (argument(0), text(1)) {
                        self.member(of, &name, left, found);
                    }
                }
                "builtins.globals" | "builtins.locals" => found.push(SCOPE.to_owned()),
                "builtins.vars" if call.arguments.is_empty() => found.push(SCOPE.to_owned()),
                "builtins.vars" | "functools.partial" | "importlib.reload" => {
                    if let Some(of) = argument(0) {
                        self.follow(of, left, found);
                    }
                }
                "sys.modules.get" | "sys.modules.__getitem__" | "sys.modules.pop" => found.extend(text(0)),
                _ => {
                    let owner = ["__getattribute__", "__getitem__", "get"]
                        .iter()
                        .find_map(|getter| function.strip_suffix(getter).and_then(|owner| owner.strip_suffix('.')));
                    if let (Some(owner), Some(name)) = (owner, text(0)) {
                        found.push(format!("{owner}.{name}"));
                    }
                }
            }
        }
        found.retain(|full| full.len() <= LONGEST);
    }

    fn of_subscript(&self, subscript: &ExprSubscript, left: usize, found: &mut Vec<String>) {
        let Some(name) = self.text(&subscript.slice) else { return };
        let mut owners = Vec::new();
        self.follow(&subscript.value, left, &mut owners);
        if owners.iter().any(|owner| owner == "sys.modules") {
            found.push(name);
        } else if !owners.is_empty() {
            self.member(&subscript.value, &name, left, found);
        }
    }
}

/// What stands for the names of a file itself.
const SCOPE: &str = "(scope)";
