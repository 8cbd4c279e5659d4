//! Calls, and what is given another value.

use ruff_python_ast::{Arguments, Expr, ExprCall};

use super::super::super::rules::Kind;
use super::Walk;

impl Walk<'_, '_, '_> {
    pub(super) fn call(&mut self, call: &ExprCall) {
        let line = self.line(call.range_start);
        let mut functions = self.aliases.resolve(&call.func);
        if functions.is_empty()
            && let Expr::Attribute(method) = &*call.func
        {
            functions.push(format!("_.{}", method.attr));
        }
        for function in functions {
            let mut matched = self.reference(&function, line);
            for told in self.arguments_that_matter(&function, &call.arguments) {
                matched.extend(self.reference(&told, line));
            }
            let rules = self.found.rules;
            let effect = matched.iter().any(|number| rules.rule(*number).is_some_and(|rule| rule.effect));
            if effect && self.functions == 0 {
                self.shape("effect_at_import", &function, line);
            }
            if function == "builtins.setattr" || function == "builtins.delattr" {
                self.set_attribute(&call.arguments, line);
            }
        }
    }

    /// A function's full name with what of its arguments changes what it does: `builtins.open(write)`.
    fn arguments_that_matter(&self, function: &str, arguments: &Arguments) -> Vec<String> {
        let mut told = Vec::new();
        for keyword in &arguments.keywords {
            if let (Some(name), Expr::BooleanLiteral(value)) = (&keyword.arg, &keyword.value)
                && value.value
            {
                told.push(format!("{function}({name})"));
            }
        }
        let last = function.rsplit('.').next().unwrap_or(function);
        if matches!(last, "open" | "fdopen" | "NamedTemporaryFile" | "TemporaryFile") {
            let is_method = function.starts_with("_.") || function.starts_with("pathlib.");
            let mode = arguments.find_argument_value("mode", usize::from(!is_method));
            let text = mode.and_then(|mode| self.aliases.text(mode));
            let is_mode = |text: &&str| text.len() <= 4 && text.chars().all(|letter| "rwxabt+U".contains(letter));
            match (mode, text.as_deref()) {
                (None, _) => {}
                (Some(_), Some(text)) if is_mode(&text) => {
                    if text.contains(['w', 'a', 'x', '+']) {
                        told.push(format!("{function}(write)"));
                    }
                }
                // Other things are opened by other words.
                (Some(_), Some(_)) if is_method => {}
                (Some(_), _) if is_method => {}
                (Some(_), _) => told.push(format!("{function}(any_mode)")),
            }
        }
        if last == "getattr"
            && let (Some(of), Some(name)) = (arguments.find_positional(0), arguments.find_positional(1))
            && self.aliases.text(name).is_none()
        {
            told.extend(self.aliases.resolve(of).into_iter().map(|owner| format!("{function}({owner})")));
        }
        told
    }

    fn set_attribute(&mut self, arguments: &Arguments, line: u64) {
        let (Some(of), Some(name)) = (arguments.find_positional(0), arguments.find_positional(1)) else { return };
        let name = self.aliases.text(name).unwrap_or_else(|| "?".to_owned());
        for owner in self.aliases.resolve_owner(of) {
            self.found.check(Kind::PythonAssignment, &format!("{owner}.{name}"), Some(line));
        }
    }

    /// What is given another value.
    pub(super) fn target(&mut self, target: &Expr) {
        let (of, member) = match target {
            Expr::Attribute(attribute) => (&*attribute.value, format!(".{}", attribute.attr)),
            Expr::Subscript(subscript) => (&*subscript.value, "[]".to_owned()),
            Expr::Tuple(targets) => return targets.elts.iter().for_each(|target| self.target(target)),
            Expr::List(targets) => return targets.elts.iter().for_each(|target| self.target(target)),
            _ => return,
        };
        let at = match target {
            Expr::Attribute(attribute) => attribute.range.start(),
            Expr::Subscript(subscript) => subscript.range.start(),
            _ => return,
        };
        let line = self.line(at);
        for owner in self.aliases.resolve_owner(of) {
            self.found.check(Kind::PythonAssignment, &format!("{owner}{member}"), Some(line));
        }
    }
}
