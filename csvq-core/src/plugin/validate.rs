//! Whether a plugin is sound: its files, its interface, its parameters, and a comparison of sample tables.

use serde::Serialize;
use serde_json::{Map, Value};

use super::installed::Installed;
use super::run::Runner;
use crate::compare::Job;
use crate::control::Control;
use crate::error::{Error, ErrorKind, Result};
use crate::package;
use crate::report::Comparison;
use crate::source::Source;
use crate::spec::CompareSpec;

/// Two small tables with a change, a removed and an added row.
const LEFT: &str = "id,name,amount\n1,alpha,10.5\n2,bravo,20\n3,charlie,30.25\n4,delta,40\n";
const RIGHT: &str = "id,name,amount\n1,alpha,10.5\n2,bravo,21\n3,charly,30.25\n5,echo,50\n";

/// What a validation found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Validation {
    /// Whether there are no errors.
    pub valid: bool,
    /// What keeps the plugin from being used.
    pub errors: Vec<String>,
    /// What is doubtful.
    pub warnings: Vec<String>,
}

impl Validation {
    /// The validation of something that can't even be looked at.
    #[must_use]
    pub fn failed(error: &Error) -> Self {
        Self { valid: false, errors: vec![error.to_string()], warnings: Vec::new() }
    }
}

/// Validates a plugin, for as long as `control` is not stopped. Loading and comparing happen in a worker, or in this process
/// where the plugin is trusted to.
#[must_use]
pub fn validate(plugin: &Installed, runner: &Runner, control: &Control) -> Validation {
    let mut found = Validation::default();
    let mut check = |checked: Result<()>| {
        let error = checked.err().map(|error| error.to_string());
        let is_sound = error.is_none();
        found.errors.extend(error);
        is_sound
    };
    let is_whole = check(package::verify(&plugin.folder).map(|_| ()));
    let has_schema = check(schema(&plugin.manifest.parameters).map(|_| ()));
    let is_set_up = has_schema && check(plugin.check_parameters(&plugin.defaults));
    // What was tampered with is not even loaded.
    if is_whole && is_set_up {
        check(says_what_it_is(plugin, runner, control));
        let (errors, warnings) = trial(plugin, runner, control);
        found.errors.extend(errors);
        found.warnings.extend(warnings);
    }
    found.warnings.extend(plugin.signature.warnings.iter().map(|warning| warning.message.clone()));
    let manifest = &plugin.manifest;
    for (name, text) in
        [("author", &manifest.author), ("license", &manifest.license), ("description", &manifest.description)]
    {
        if text.trim().is_empty() {
            found.warnings.push(format!("the manifest has no `{name}`"));
        }
    }
    found.valid = found.errors.is_empty();
    found
}

/// Whether the loaded plugin says the same of itself as its manifest.
fn says_what_it_is(plugin: &Installed, runner: &Runner, control: &Control) -> Result<()> {
    let description = runner.describe(plugin.entry(), &plugin.limits, control)?;
    let said = |name: &str| description.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let manifest = &plugin.manifest;
    for (name, told) in [("id", manifest.id.clone()), ("version", manifest.version.to_string())] {
        if said(name) != told {
            let message = format!("the plugin says another `{name}` of itself than its manifest, which says `{told}`");
            return Err(Error::new(ErrorKind::Plugin, message));
        }
    }
    Ok(())
}

/// Compares sample tables: with each other, and one with itself.
fn trial(plugin: &Installed, runner: &Runner, control: &Control) -> (Vec<String>, Vec<String>) {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    let run = |left: &str, right: &str| -> Result<Comparison> {
        let side = |name: &str, text: &str| Source::Bytes { name: name.to_owned(), bytes: text.as_bytes().into() };
        let spec = CompareSpec { key: vec!["id".parse()?], ..CompareSpec::default() };
        let (left, right) = (side("sample-left", left), side("sample-right", right));
        let parameters = plugin.parameters(&Map::new());
        runner.run(plugin, &Job { left, right, spec, parameters, control: control.clone() }).comparison
    };
    match run(LEFT, RIGHT) {
        // It may need parameters, or tables of another kind: that is no fault.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidSpec | ErrorKind::Unsupported) => {
            warnings.push(format!("the sample tables could not be compared: {error}"));
            return (errors, warnings);
        }
        Err(error) => {
            errors.push(format!("the sample tables could not be compared: {error}"));
            return (errors, warnings);
        }
        Ok(_) => {}
    }
    match run(LEFT, LEFT) {
        Ok(comparison) if !comparison.report.is_equal => {
            warnings.push("a sample table is told to differ from itself".to_owned());
        }
        Ok(_) => {}
        Err(error) => errors.push(format!("a sample table could not be compared with itself: {error}")),
    }
    (errors, warnings)
}

/// A parameter that does not fit its schema.
pub(crate) struct WrongParameter {
    /// The names on the way to it; none where it is about all of them.
    pub(crate) path: Vec<String>,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// The first of some parameters that does not fit a schema.
///
/// # Errors
/// [`Plugin`](ErrorKind::Plugin) where the schema is not sound.
pub(crate) fn wrong_parameter(
    schema: &Map<String, Value>,
    parameters: &Map<String, Value>,
) -> Result<Option<WrongParameter>> {
    Ok(first_wrong(&self::schema(schema)?, parameters))
}

fn first_wrong(validator: &jsonschema::Validator, parameters: &Map<String, Value>) -> Option<WrongParameter> {
    let given = Value::Object(parameters.clone());
    let first = validator.iter_errors(&given).next()?;
    let path = first.instance_path().to_string();
    let path: Vec<String> = path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Some(WrongParameter { path, message: first.to_string() })
}

/// Checks parameters against a schema, and names the first that is wrong.
pub(super) fn check_parameters(validator: &jsonschema::Validator, parameters: &Map<String, Value>) -> Result<()> {
    let Some(WrongParameter { path, message }) = first_wrong(validator, parameters) else { return Ok(()) };
    let message = if path.is_empty() { message } else { format!("`{}`: {message}", path.join(".")) };
    Err(Error::spec("param", message))
}

/// A schema ready for use. It comes from a plugin, and was checked as such when the package was.
pub(super) fn schema(schema: &Map<String, Value>) -> Result<jsonschema::Validator> {
    package::sound_schema(schema)
}
