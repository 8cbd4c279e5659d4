//! Everything that a host expects of any plugin.

mod behaviour;
mod description;
mod differences;
mod outcome;
mod schema;
mod tables;

use std::fmt;

use serde_json::{Map, Value};

use super::answer::Answer;
use super::call::Call;
use super::plugin::{Failure, Plugin};
use super::sample::Sample;

/// A check of a plugin: what it says of itself, comparisons of many tables, and how it behaves.
///
/// The tables are made up, and have the columns `id` (the key), `name`, `city` and `amount`, of text. A plugin that
/// can't do with these is given [others](Self::tables).
#[derive(Clone, Debug)]
pub struct Check<'a> {
    plugin: &'a Plugin,
    parameters: Map<String, Value>,
    tables: Option<(Sample, Sample, Vec<String>)>,
}

/// Something that a host expects, and a plugin does otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What was looked at.
    pub check: String,
    /// What is wrong with it.
    pub problem: String,
}

/// What a check found: nothing, where all is well.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    /// A check of a plugin with no parameters given.
    #[must_use]
    pub fn new(plugin: &'a Plugin) -> Self {
        Self { plugin, parameters: Map::new(), tables: None }
    }

    /// With parameters, which it may need.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: Value) -> Self {
        self.parameters.insert(name.into(), value);
        self
    }

    /// With tables of the plugin's own in place of the usual ones, and the names of their key. The usual ones are left
    /// out, and so are the checks that need them.
    #[must_use]
    pub fn tables(self, left: Sample, right: Sample, key: &[&str]) -> Self {
        let key = key.iter().map(|name| (*name).to_owned()).collect();
        Self { tables: Some((left, right, key)), ..self }
    }

    /// Checks.
    #[must_use]
    pub fn run(&self) -> Findings {
        let mut findings = Findings::default();
        description::check(self.plugin, &mut findings);
        tables::check(self, &mut findings);
        behaviour::check(self, &mut findings);
        findings
    }

    /// A call with the check's parameters.
    fn call<'b>(&self, left: &'b Sample, right: &'b Sample) -> Call<'b> {
        Call::new(left, right).parameters(self.parameters.clone())
    }

    /// The tables that are compared most, and the names of their key.
    fn main_tables(&self) -> (Sample, Sample, Vec<String>) {
        self.tables.clone().unwrap_or_else(|| {
            let left = Sample::csv(
                "id,name,city,amount\n1,Ada,London,10\n2,Blaise,Paris,20\n3,Carl,,30\n4,Dora,Berlin,40\n5,,Rome,50\n",
            );
            let right = Sample::csv(
                "id,name,city,amount\n2,Blaise,Paris,20\n1,Zebedee,London,10.5\n6,Fritz,Ulm,60\n3,Carl,Jena,n/a\n5,,Rome,50\n",
            );
            (left, right, vec!["id".to_owned()])
        })
    }

    /// Compares, and looks at the answer; none where there is none, which is a finding unless it may be.
    fn compared(
        &self,
        name: &str,
        call: &Call<'_>,
        may_fail: impl FnOnce(&Failure) -> bool,
        findings: &mut Findings,
    ) -> Option<Answer> {
        let held = (call.left.held(), call.right.held());
        let compared = self.plugin.compare(call);
        match &compared {
            Ok(answer) => {
                outcome::check(name, call, answer, findings);
                differences::check(name, call, answer, findings);
                behaviour::check_progress(name, answer, findings);
            }
            Err(failure) if failure.is_broken_rule() => findings.add(name, &failure.message),
            Err(failure) if failure.message.trim().is_empty() => {
                findings.add(name, format!("it failed with code {} and no message", failure.code));
            }
            Err(failure) if may_fail(failure) => {}
            Err(failure) => findings.add(name, format!("it failed with {failure}")),
        }
        if (call.left.held(), call.right.held()) != held {
            findings.add(
                name,
                "it was closed and its answer released, and it still holds streams or batches of the tables",
            );
        }
        compared.ok()
    }
}

impl Findings {
    fn add(&mut self, check: &str, problem: impl Into<String>) {
        self.findings.push(Finding { check: check.to_owned(), problem: problem.into() });
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[Finding] {
        &self.findings
    }

    /// Fails the test that it is called in, unless there is none.
    ///
    /// # Panics
    /// Where there is one.
    pub fn assert(&self) {
        assert!(self.findings.is_empty(), "the plugin is not what csvq expects:\n{self}");
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "- {}: {}", finding.check, finding.problem))
    }
}
