//! Running a comparison: through the registry, the cache and the monitor.

use crate::access::Caller;
use crate::compare::{Comparator, Job};
use crate::config::Permission;
use crate::error::Result;
use crate::plugin::{Found, Installed, LoadError, Measures, Meter, Ran, Running};
use crate::report::Comparison;
use crate::state::{PluginStatus, RunRecord, Timestamp};

use super::tasks::StopAfter;
use super::{Engine, cached};

impl Engine {
    /// Compares with the plugin of this name, within the time that the configuration allows, and records what it took.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) for an unknown name, [`Disabled`](crate::ErrorKind::Disabled) for a plugin that is, and
    /// whatever ends the comparison.
    pub fn compare(&self, caller: &Caller, name: &str, job: Job) -> Result<Comparison> {
        let found = self.admit(caller, name)?;
        let timeout = self.timeout(found.limits());
        let _watch = timeout.map(|timeout| StopAfter::new(&job.control, timeout)).transpose()?;
        self.run(&found, &job)
    }

    /// The plugin of this name, for someone who may use it. That it may not be run is written down.
    pub(super) fn admit(&self, caller: &Caller, name: &str) -> Result<Found> {
        self.allow(caller, Permission::UsePlugin, name)?;
        let found = self.find(name);
        if let Err(error) = &found {
            self.note_run_refused(caller, name, error)?;
        }
        found
    }

    /// Runs what was found.
    pub(super) fn run(&self, found: &Found, job: &Job) -> Result<Comparison> {
        match found {
            Found::BuiltIn(comparator) => self.run_built_in(*comparator, job),
            Found::Installed(installed) => self.run_installed(installed, job),
        }
    }

    fn run_built_in(&self, comparator: &'static dyn Comparator, job: &Job) -> Result<Comparison> {
        let info = comparator.info();
        let span = tracing::info_span!("comparison", plugin = %info.name);
        let _entered = span.enter();
        let running = Running::begin(info.name.clone(), info.version);
        let mut parameters = self.default_parameters(&info.name);
        parameters.extend(job.parameters.clone());
        let meter = self.shared.home.as_ref().map(|_| Meter::begin());
        let result = comparator.compare(Job { parameters, ..job.clone() });
        let measures = meter.map(Meter::end).unwrap_or_default();
        self.record(running.end(result.as_ref(), measures, false));
        result
    }

    fn run_installed(&self, installed: &Installed, job: &Job) -> Result<Comparison> {
        let id = &installed.manifest.id;
        let running = Running::begin(id.clone(), installed.manifest.version.to_string());
        self.note_use(id);
        let cache = self.shared.home.as_ref().filter(|opened| {
            installed.manifest.deterministic
                && !installed.in_process
                && opened.config.read().plugin_config().plugin_system.cache_enabled
        });
        let job = Job { parameters: installed.parameters(&job.parameters), ..job.clone() };
        let key = match cache {
            Some(opened) => cached::key(installed, &job, &opened.state)?,
            None => None,
        };
        if let Some((opened, key)) = cache.zip(key.as_ref())
            && let Some(comparison) = cached::get(&opened.cache, key, installed, &job)
        {
            self.record(running.end(Ok(&comparison), Measures::default(), true));
            return Ok(comparison);
        }
        let Ran { comparison, measures, answer } = self.shared.runner.run(installed, &job);
        if let (Some((opened, key)), Ok(comparison), Some(answer)) = (cache.zip(key.as_ref()), &comparison, &answer) {
            // A result that can't be kept is a result all the same.
            if let Err(error) = cached::put(&opened.cache, key, comparison, answer) {
                tracing::warn!("a result was not kept: {error}");
            }
        }
        self.record(running.end(comparison.as_ref(), measures, false));
        if let Err(error) = &comparison {
            self.note_load_refused(&LoadError::new(id, error))?;
        }
        comparison
    }

    /// Counts a use of an installed plugin, and says where its time is up.
    fn note_use(&self, id: &str) {
        let Some(opened) = &self.shared.home else { return };
        if let Err(error) = opened.state.record_usage(id, Timestamp::now()) {
            tracing::warn!(plugin = id, "its use was not counted: {error}");
        }
        if let Ok(record) = self.shared.registry.read().record(id)
            && record.status == PluginStatus::Deprecated
        {
            let reason = record.deprecation_reason.as_deref().unwrap_or("no reason is given");
            tracing::warn!(plugin = id, "the plugin is deprecated: {reason}");
        }
    }

    /// Keeps what a run took. The comparison stands, whether that succeeds or not.
    fn record(&self, run: RunRecord) {
        let Some(opened) = &self.shared.home else { return };
        if let Err(error) = opened.state.record_run(&run) {
            tracing::warn!(plugin = %run.plugin, "what the run took was not recorded: {error}");
        }
    }
}
