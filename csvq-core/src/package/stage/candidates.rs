//! What is the plugin in a package that does not say it: the one class, or the one library.

use serde_json::{Map, Value};

use super::sources::{LaidOut, Sort, id_of, sort_of};
use crate::error::Result;
use crate::package::fault;
use crate::package::folder::Folder;
use crate::package::limits::SOURCE_BYTES;
use crate::package::manifest::{Kind, Target, current_target};
use crate::package::python;

/// Names of Python files that say nothing of what is in them: the package's own name is better.
const NO_IDS: &[&str] = &["__init__", "__main__", "main", "plugin"];

/// What a package was found to be, and what its class says of itself.
pub(super) enum Found {
    Python { module: String, class: String, said: Map<String, Value> },
    Native { targets: Vec<Target> },
}

impl Found {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Python { .. } => Kind::Python,
            Self::Native { .. } => Kind::Native,
        }
    }
}

/// Looks for the plugin, where its own manifest leaves that open.
pub(super) fn find(folder: &Folder, laid_out: &LaidOut, template: &Map<String, Value>) -> Result<Found> {
    let said = |name: &str| template.get(name).and_then(Value::as_str);
    let source = &laid_out.source;
    if let Some(targets) = template.get("targets") {
        let targets = serde_json::from_value(targets.clone()).map_err(|error| {
            fault::package(source, format!("plugin.json: targets: {}", fault::shown(&error.to_string())))
        })?;
        return Ok(Found::Native { targets });
    }
    let python = said("kind") != Some(Kind::Native.as_str());
    if python && let Some(found) = find_class(folder, laid_out, said("module"), said("class"))? {
        return Ok(found);
    }
    if said("kind") != Some(Kind::Python.as_str()) && said("module").is_none() {
        let libraries: Vec<_> = at_top(laid_out, Sort::Library).collect();
        if let [library] = libraries.as_slice() {
            return Ok(Found::Native { targets: vec![target_of(library, source)?] });
        }
        if libraries.len() > 1 {
            let message =
                "it holds several libraries: say in the `targets` of a plugin.json which one is for which platform";
            return Err(fault::package(source, message));
        }
    }
    let message = "there is no plugin in it: neither a plugin.json, nor a Python file with a class that has a method \
                   `compare`, nor a library";
    Err(fault::package(source, message))
}

fn find_class(folder: &Folder, laid_out: &LaidOut, module: Option<&str>, class: Option<&str>) -> Result<Option<Found>> {
    let source = &laid_out.source;
    let modules: Vec<&str> = match module {
        Some(module) => laid_out.files.iter().map(|file| file.path.as_str()).filter(|path| *path == module).collect(),
        None => at_top(laid_out, Sort::Python).collect(),
    };
    let mut found = Vec::new();
    for module in &modules {
        let text = read_source(folder, module, source)?;
        let shown = if modules.len() == 1 && laid_out.files.len() == 1 {
            source.clone()
        } else {
            format!("{source}: {module}")
        };
        for one in python::classes(&text, &shown)? {
            if class.is_none_or(|class| one.name == class) {
                found.push((*module, one));
            }
        }
    }
    if found.len() > 1 {
        let names: Vec<_> =
            found.iter().map(|(module, one)| format!("{} in {module}", fault::shown(&one.name))).collect();
        let message = format!(
            "it holds several classes that could be the plugin: {}. Say in a plugin.json which (`module`, `class`), or let \
             the names of the others begin with `_`",
            names.join(", ")
        );
        return Err(fault::package(source, message));
    }
    let Some((module, one)) = found.pop() else {
        if laid_out.files.iter().all(|file| sort_of(&file.path) == Some(Sort::Python)) || module.is_some() {
            let message = "no class in it is a plugin: one has a method `compare`, or is derived from BaseCompare";
            return Err(fault::package(source, message));
        }
        return Ok(None);
    };
    let mut said = one.fields;
    let stem = module.strip_suffix(".py").and_then(|path| path.rsplit('/').next());
    let id = id_of(stem.filter(|stem| !NO_IDS.contains(stem)).unwrap_or(&laid_out.stem));
    said.entry("id").or_insert(id.into());
    Ok(Some(Found::Python { module: module.to_owned(), class: one.name, said }))
}

fn read_source(folder: &Folder, path: &str, source: &str) -> Result<String> {
    let bytes = super::build::read(folder, path, SOURCE_BYTES)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| fault::entry(source, path, "it is not UTF-8: csvq reads no Python in other encodings"))?;
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

/// The files of a sort that lie in no folder.
fn at_top(laid_out: &LaidOut, sort: Sort) -> impl Iterator<Item = &str> {
    let paths = laid_out.files.iter().map(|file| file.path.as_str());
    paths.filter(move |path| !path.contains('/') && sort_of(path) == Some(sort))
}

/// The platform of a bare library: this one, if it is of its format.
fn target_of(library: &str, source: &str) -> Result<Target> {
    let ending = library.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let other = ending.is_some_and(|ending| ending != std::env::consts::DLL_EXTENSION && sort_of(library).is_some());
    // macOS loads `.so` too.
    if other && !(cfg!(target_os = "macos") && library.ends_with(".so")) {
        let message = format!("this library is for another platform; this one is {}", current_target());
        return Err(fault::of_kind(crate::error::ErrorKind::Incompatible, source, message));
    }
    Ok(Target { target: current_target().to_owned(), library: library.to_owned() })
}
