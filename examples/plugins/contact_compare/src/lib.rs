//! Contacts are equal if they mean the same.

mod meaning;
mod settings;
#[cfg(test)]
mod tests;

use csvq_plugin_api::differences::{ExtraColumn, ExtraType};
use csvq_plugin_api::rows::Verdict;
use csvq_plugin_api::{Comparator, Error, Host, Job, Outcome, Parameters, PluginInfo, export_plugin, plugin_info};
use settings::Settings;

/// The comparison.
#[derive(Default)]
struct Contacts;

impl Comparator for Contacts {
    fn info(&self) -> PluginInfo {
        plugin_info!("Contact compare").parameters(settings::schema()).deterministic(true)
    }

    fn compare(&self, job: Job<'_>, host: &Host) -> Result<Outcome, Error> {
        let settings: Settings = job.parameters.read()?;
        let rules = settings.rules(&job.columns)?;
        let code = settings.country_code.clone().unwrap_or_default();
        let extra = self.extra_columns(&job.parameters)?;
        let said = job
            .columns
            .iter()
            .zip(&rules)
            .filter_map(|(column, rule)| rule.map(|rule| (column.left.clone(), rule.name().into())));
        let said = said.collect();
        let outcome = job.compare_cells_with(host, extra, |cell| {
            let Some(rule) = rules.get(cell.index).copied().flatten() else { return Verdict::Changed };
            cell.note(0, rule.name());
            // Nothing is not the same as something, and nothing else is known of it.
            let (Some(left), Some(right)) = (cell.left, cell.right) else { return Verdict::Changed };
            match (rule.meaning(left, &code), rule.meaning(right, &code)) {
                (Some(left), Some(right)) => (left == right).into(),
                _ => Verdict::Unparsable,
            }
        })?;
        // So that a user sees what the columns were taken for.
        Ok(outcome.extra("rules", csvq_plugin_api::Value::Object(said)))
    }

    fn extra_columns(&self, _parameters: &Parameters) -> Result<Vec<ExtraColumn>, Error> {
        Ok(vec![ExtraColumn::new("rule", ExtraType::Text)])
    }
}

export_plugin!(Contacts);
