//! Texts are equal if they are similar enough.

mod similarity;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use csvq_plugin_api::differences::{ExtraColumn, ExtraType};
use csvq_plugin_api::rows::Verdict;
use csvq_plugin_api::serde::Deserialize;
use csvq_plugin_api::{
    export_plugin, json, plugin_info, Comparator, Error, Host, Job, Outcome, Parameters, PluginInfo,
};
use similarity::Algorithm;

/// The comparison.
#[derive(Default)]
struct Fuzzy;

/// What the user can set.
#[derive(Deserialize)]
#[serde(crate = "csvq_plugin_api::serde", default, deny_unknown_fields)]
struct Settings {
    threshold: f64,
    algorithm: Algorithm,
    ignore_case: bool,
    ignore_space: bool,
    columns: Option<HashSet<String>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threshold: 0.85,
            algorithm: Algorithm::Levenshtein,
            ignore_case: false,
            ignore_space: false,
            columns: None,
        }
    }
}

impl Settings {
    fn check(&self, job: &Job<'_>) -> Result<(), Error> {
        if !(0.0..=1.0).contains(&self.threshold) {
            return Err(Error::bad_parameters("`threshold` is between 0 and 1"));
        }
        for name in self.columns.iter().flatten() {
            if !job.columns.iter().any(|column| column.left == *name) {
                let message = format!("`columns` names `{name}`, which is no column that is compared");
                return Err(Error::bad_parameters(message));
            }
        }
        Ok(())
    }

    /// A text without what is of no account.
    fn prepared(&self, text: &str) -> String {
        let text =
            if self.ignore_space { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text.to_owned() };
        if self.ignore_case {
            text.to_lowercase()
        } else {
            text
        }
    }
}

impl Comparator for Fuzzy {
    fn info(&self) -> PluginInfo {
        plugin_info!("Fuzzy compare")
            .parameters(json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "threshold": {
                        "description": "How similar texts have to be: 0 for anything, 1 for the same.",
                        "type": "number", "minimum": 0, "maximum": 1, "default": 0.85
                    },
                    "algorithm": {
                        "description": "How similarity is measured.",
                        "enum": Algorithm::NAMES, "default": "levenshtein"
                    },
                    "ignore_case": {
                        "description": "Whether upper and lower case are the same.",
                        "type": "boolean", "default": false
                    },
                    "ignore_space": {
                        "description": "Whether white space at both ends, and how much is between words, is of no account.",
                        "type": "boolean", "default": false
                    },
                    "columns": {
                        "description": "The columns that are compared so, by their left names; all of text by default.",
                        "type": "array", "items": { "type": "string" }, "uniqueItems": true
                    }
                }
            }))
            .deterministic(true)
    }

    fn compare(&self, job: Job<'_>, host: &Host) -> Result<Outcome, Error> {
        let settings: Settings = job.parameters.read()?;
        settings.check(&job)?;
        let extra = self.extra_columns(&job.parameters)?;
        job.compare_cells_with(host, extra, |cell| {
            let (Some(left), Some(right)) = (cell.left, cell.right) else { return Verdict::Changed };
            let is_fuzzy = match &settings.columns {
                Some(columns) => columns.contains(&cell.column.left),
                None => true,
            };
            if !cell.is_text || !is_fuzzy {
                return Verdict::Changed;
            }
            let (left, right) = (settings.prepared(left), settings.prepared(right));
            let similarity = settings.algorithm.similarity(&left, &right);
            cell.note(0, similarity);
            (similarity >= settings.threshold).into()
        })
    }

    fn extra_columns(&self, _parameters: &Parameters) -> Result<Vec<ExtraColumn>, Error> {
        Ok(vec![ExtraColumn::new("similarity", ExtraType::Number)])
    }
}

export_plugin!(Fuzzy);
