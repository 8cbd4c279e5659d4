//! What is read from the text of Python files.

use serde_json::json;

use super::classes;

/// Reads the one plugin of a source, and compares what it says with what is expected of it.
#[track_caller]
fn check(source: &str, name: &str, expected: &serde_json::Value) {
    let found = classes(source, "p.py").unwrap();
    let names: Vec<_> = found.iter().map(|class| class.name.as_str()).collect();
    assert_eq!(names, [name]);
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(found[0].fields.get(field).unwrap_or(&serde_json::Value::Null), value, "{field}");
    }
}

#[track_caller]
fn check_error(source: &str, line: Option<u64>, expected: &str) {
    let error = classes(source, "p.py").unwrap_err();
    assert!(error.message().contains(expected), "{error}");
    assert_eq!(error.context().line, line, "{error}");
    assert_eq!(error.context().input.as_deref(), Some("p.py"));
}

#[test]
fn attributes() {
    let source = r#"
"""The file's text."""
from base_compare import BaseCompare
WORDS = ("a", 'b')
__author__ = "Ann"

class Mine(BaseCompare):
    """Compares lengths.

    At length.
    """
    id = "lengths"
    name: str = "Len" "gths"
    version = "2.1"
    license = None
    parameters = {"type": "object", "properties": {"most": {"type": "number", "default": -1.5, "enum": [1, -2, True, None]}}}
    capabilities = WORDS
    deterministic = True
    def compare(self, df1, df2, **kwargs):
        return {}
"#;
    let parameters = json!({"type": "object", "properties": {"most": {"type": "number", "default": -1.5, "enum": [1, -2, true, null]}}});
    let expected = json!({
        "id": "lengths", "display_name": "Lengths", "version": "2.1.0", "author": "Ann", "license": null,
        "description": "Compares lengths.", "parameters": parameters, "capabilities": ["a", "b"], "deterministic": true,
    });
    check(source, "Mine", &expected);
}

#[test]
fn methods_and_init() {
    let source = r#"
VERSION = "3.0.0-rc.1"
class Base:
    author = "Base's"
    license = "MIT"
    def get_description(self) -> str:
        """Tells."""
        return "what it does"

class Mine(Base):
    def __init__(self):
        super().__init__(name="By keyword")
        self._license: str = "BSD"
        self.author = "Init's"
        self.rows = 7

    def get_name(self):
        return self.name

    @property
    def version(self):
        return VERSION

    def get_license(self):
        return self._license

    def get_author(self):
        return self.author

    async def compare(self, left, right): ...
"#;
    let expected = json!({
        "display_name": "By keyword", "version": "3.0.0-rc.1", "author": "Init's", "license": "MIT",
        "description": "what it does",
    });
    check(source, "Mine", &expected);
}

#[test]
fn what_is_left_out() {
    check(
        "class A:\n  def compare(self): pass\n",
        "A",
        &json!({"display_name": "A", "version": "1.0.0", "description": null}),
    );
    check("'''The file.'''\nclass A:\n  def compare(self): pass\n", "A", &json!({"description": "The file."}));
    check("__version__ = '4'\nclass A:\n  def compare(self): pass\n", "A", &json!({"version": "4.0.0"}));
    // What is computed is left out where another value does no harm.
    check("class A:\n  author = who()\n  def compare(self): pass\n", "A", &json!({"author": null}));
}

#[test]
fn which_class_is_the_plugin() {
    let none = json!({});
    check("class A:\n  def compare(self): pass\nclass B(A): pass\n", "B", &none);
    check("import x\nclass A(x.y.BaseCompare): pass\nclass Helper: pass\n", "A", &none);
    check(
        "from abc import *\nclass A(ABC):\n  @abstractmethod\n  def compare(self): pass\nclass B(A):\n  def compare(self): pass\n",
        "B",
        &none,
    );
    check("class _A:\n  def compare(self): pass\nclass B(_A): pass\n", "B", &none);
    check("class A(Generic[T], BaseCompare): pass\n", "A", &none);
    check("class A(metaclass=abc.ABCMeta):\n  def compare(self): pass\nclass B(A): pass\n", "B", &none);
    check("class A:\n  pass\nclass A:\n  def compare(self): pass\n", "A", &none);
    for source in [
        "",
        "def compare(a, b): pass\n",
        "class A:\n  def other(self): pass\n",
        "class BaseCompare(ABC):\n  @abstractmethod\n  def compare(self): pass\n",
        "if x:\n  class A:\n    def compare(self): pass\n",
        "class A(A): pass\n",
        "class A(B): pass\nclass B(A): pass\n",
    ] {
        assert_eq!(classes(source, "p.py").unwrap(), [], "{source}");
    }
    assert_eq!(classes("class A:\n def compare(): 1\nclass B:\n def compare(): 1\n", "p.py").unwrap().len(), 2);
}

#[test]
fn what_must_be_a_literal() {
    check_error(
        "\n\nclass A:\n  version = find()\n  def compare(self): pass\n",
        Some(3),
        "`version` must be a literal",
    );
    check_error("class A:\n  id = f'{x}'\n  def compare(self): pass\n", Some(1), "`id` must be a literal");
    check_error("class A:\n  a = a\n  id = a\n  def compare(self): pass\n", Some(1), "`id` must be a literal");
    check_error(
        "class A:\n  parameters = {1: 2}\n  def compare(self): pass\n",
        Some(1),
        "`parameters` must be a literal",
    );
    check_error("class A:\n  deterministic = 1j\n  def compare(self): pass\n", Some(1), "`deterministic` must be");
}

#[test]
fn what_is_no_python() {
    check_error("x = 1\nclass (\n", Some(2), "no valid Python");
    check_error("x = '\n", Some(1), "no valid Python");
    check_error("print 'old'\n", Some(1), "no valid Python");
    check_error("x = 1\n\0\n", Some(2), "no valid Python");
}

#[test]
fn no_depth_is_trouble() {
    for deep in [
        "(".repeat(1 << 20),
        format!("x = {}1{}", "(".repeat(100_000), ")".repeat(100_000)),
        format!("x = {}", "-".repeat(1 << 20)),
        format!("x = {}1", "not ".repeat(200_000)),
        format!("x = {}1", "1+".repeat(1 << 20)),
        format!("x = {}1", "1**".repeat(200_000)),
        format!("x = {}1", "lambda: ".repeat(100_000)),
        format!("x = {}1", "1 if 1 else ".repeat(100_000)),
        format!("x = a{}", ".b".repeat(200_000)),
        format!("x = a{}", "()".repeat(200_000)),
        format!("x = {}1{}", "[1,".repeat(100_000), "]".repeat(100_000)),
        format!("x = {}1{}", "{1:".repeat(100_000), "}".repeat(100_000)),
        (0..3000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect(),
        format!("{}x", "f'{".repeat(10_000)),
    ] {
        assert!(classes(&deep, "p.py").is_err(), "{}", &deep[..20]);
    }
    // Long is not deep.
    let table = format!("x = [{}]\nclass A:\n  def compare(self): pass\n", "-1, ('a', 2), ".repeat(50_000));
    check(&table, "A", &json!({}));
    let lines = format!("{}class A:\n  def compare(self): pass\n", "x = f(1)[2].y\n".repeat(20_000));
    check(&lines, "A", &json!({}));
    let near = format!("x = {}1{}\nclass A:\n  def compare(self): pass\n", "(".repeat(900), ")".repeat(900));
    check(&near, "A", &json!({}));
}
