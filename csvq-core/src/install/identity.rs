//! Whether a loaded plugin is what its manifest says.

use serde_json::Value;

use crate::error::{Context, Error, ErrorKind, Result};
use crate::package::{Manifest, shown};

/// Compares what a plugin says of itself with its manifest. A library must say who it is; what else it says must be the
/// same, so that what an administrator reads in the manifest is what runs.
///
/// # Errors
/// [`Package`](ErrorKind::Package) with what differs.
pub(super) fn check(manifest: &Manifest, description: &Value) -> Result<()> {
    let wrong = |message: String| {
        let context = Context { plugin: Some(manifest.id.clone()), ..Context::default() };
        Err(Error::new(ErrorKind::Package, message).with_context(context))
    };
    let Value::Object(said) = description else {
        return wrong("loaded, it describes itself by something that is no JSON object".to_owned());
    };
    let differs = |name: &str, found: &Value, expected: &dyn std::fmt::Display| {
        let found = found.as_str().map_or_else(|| shown(&found.to_string()), shown);
        let expected = shown(&expected.to_string());
        wrong(format!("loaded, it says that its {name} is `{found}`, and the manifest says `{expected}`"))
    };
    let version = manifest.version.to_string();
    let needed = [("id", &manifest.id), ("version", &version)];
    for (name, expected) in needed {
        match said.get(name) {
            Some(found) if is_same(name, found, expected) => {}
            Some(found) => return differs(name, found, expected),
            None => return wrong(format!("loaded, it does not say its {name}")),
        }
    }
    let known = |name: &str| said.get(name).filter(|value| !value.is_null());
    if let Some(found) = known("display_name").filter(|found| found.as_str() != Some(&manifest.display_name)) {
        return differs("display_name", found, &manifest.display_name);
    }
    // One that is not deterministic must not be taken from the cache.
    if let Some(found) = known("deterministic").filter(|found| found.as_bool() != Some(manifest.deterministic)) {
        return differs("deterministic", found, &manifest.deterministic);
    }
    for wanted in known("capabilities").and_then(Value::as_array).into_iter().flatten() {
        let listed = manifest.capabilities.iter().any(|own| wanted.as_str() == Some(own.as_str()));
        if !listed {
            let wanted = shown(&wanted.to_string());
            return wrong(format!("loaded, it wants the capability {wanted}, which its manifest does not list"));
        }
    }
    Ok(())
}

/// A version may leave out numbers that are zero, as Python's do.
fn is_same(name: &str, found: &Value, expected: &str) -> bool {
    let Some(found) = found.as_str() else { return false };
    let missing = 3usize.saturating_sub(found.split('.').count());
    found == expected || (name == "version" && format!("{found}{}", ".0".repeat(missing)) == expected)
}
