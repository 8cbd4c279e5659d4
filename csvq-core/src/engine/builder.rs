//! How an engine is made.

use parking_lot::{Mutex, RwLock};
use std::path::Path;
use std::sync::Arc;

use super::managing::Trial;
use super::{Engine, Opened, Shared, security};
use crate::cache::{Cache, CacheLimits};
use crate::config::{Config, Environment, Home, PluginSystem, SecurityPolicy, SettingPath};
use crate::error::{Context, Error, ErrorKind, Result};
use crate::exec::{Executor, ExecutorLimits};
use crate::install::{Installer, JudgedGate};
use crate::plugin::{Programs, Registry, Runner};
use crate::sandbox::{self, Guards, PoolLimits, WorkerLimits};
use crate::state::State;
use crate::trust::Judge;

/// What an engine on a home is made of.
#[derive(Debug)]
pub struct EngineBuilder {
    home: Home,
    environment: Environment,
    programs: Programs,
    ready: Option<PoolLimits>,
    limits: WorkerLimits,
    waits: bool,
}

impl EngineBuilder {
    pub(super) fn new(home: Home) -> Self {
        Self {
            home,
            environment: Environment::default(),
            programs: Programs::default(),
            ready: None,
            limits: WorkerLimits::default(),
            waits: false,
        }
    }

    /// What environment variables say: none of them is read here.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// The programs that serve as workers. Without one, plugins that need it can be neither installed nor run.
    #[must_use]
    pub fn workers(mut self, programs: Programs) -> Self {
        self.programs = programs;
        self
    }

    /// Keeps workers of hot plugins ready: for programs that live long.
    #[must_use]
    pub fn keep_ready(mut self, limits: PoolLimits) -> Self {
        self.ready = Some(limits);
        self
    }

    /// What workers may take, but for their time: that of a comparison is the configuration's, or the task's own.
    #[must_use]
    pub fn worker_limits(mut self, limits: WorkerLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Loads plugins at their first use, whatever the configuration says: for programs that may end before.
    #[must_use]
    pub fn load_when_needed(mut self) -> Self {
        self.waits = true;
        self
    }

    /// Opens the home: reads its configuration, its security policy and state, finishes or undoes what was cut off, and
    /// loads plugins unless
    /// the configuration has that wait.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no home, [`Config`](crate::ErrorKind::Config),
    /// [`State`](crate::ErrorKind::State), [`Io`](crate::ErrorKind::Io). A plugin that can't be loaded is none.
    pub fn build(self) -> Result<Engine> {
        let Self { home, environment, programs, ready, limits, waits } = self;
        home.require()?;
        let config = Config::load(&home, &environment)?;
        ready_folders(&config)?;
        let home = config.home().clone();
        let state = State::open(&home.state_db())?;
        let system = config.plugin_config().plugin_system.clone();
        let cache = Cache::open(home.cache(), cache_limits(&system), &state)?;
        // Whoever runs a comparison watches its time.
        let limits = WorkerLimits { timeout: None, ..limits };
        let scratch = home.scratch();
        sandbox::sweep_scratch(&scratch)?;
        let guards = Guards { scratch: limits.guards.scratch.clone().or(Some(scratch)), ..limits.guards.clone() };
        let limits = WorkerLimits { guards, ..limits };
        let policy = SecurityPolicy::load(&home, &environment)?;
        for note in policy.notes() {
            tracing::warn!("{note}");
        }
        security::note_policy(&home, &environment, &state)?;
        let judge = Arc::new(RwLock::new(Judge::open(policy)?));
        let runner = Runner::new(programs.clone(), limits.clone(), ready);
        let trial = Trial::new(Runner::new(programs, limits, None), Arc::clone(&judge));
        let gate = JudgedGate::new(Arc::clone(&judge));
        let installer = Installer::new(&home, &state, Box::new(gate), Box::new(trial))?;
        let recovered = installer.recover()?;
        let executor = Executor::new(executor_limits(&system));
        let opened = Opened {
            home,
            environment,
            config: RwLock::new(config),
            state,
            cache,
            installer,
            judge,
            recovered,
            file_errors: RwLock::default(),
        };
        let engine = Engine {
            shared: Arc::new(Shared {
                home: Some(opened),
                registry: RwLock::new(Registry::built_in()),
                is_loaded: Mutex::new(false),
                runner,
                executor,
            }),
        };
        if system.enabled && system.auto_load_on_startup && !waits {
            engine.ensure_loaded()?;
        }
        Ok(engine)
    }
}

/// Makes the folders of a home that are missing: they may have been deleted by hand. Folders elsewhere are for people to make.
fn ready_folders(config: &Config) -> Result<()> {
    let home = config.home();
    if home.root().to_str().is_none() {
        let message = "the home's path is no Unicode text, which manifests and workers need: use another folder";
        return Err(Error::new(ErrorKind::Config, message).with_context(in_folder(home.root())));
    }
    for (setting, folder) in [("plugin_directory", home.plugins()), ("cache_directory", home.cache())] {
        if !folder.starts_with(home.root()) && !folder.is_dir() {
            let path = SettingPath::of(&["plugin_system", setting]);
            return Err(
                config.fault(&path, format!("there is no folder {}: make it, or name another", folder.display()))
            );
        }
    }
    home.init().map(drop)
}

fn in_folder(folder: &Path) -> Context {
    Context { input: Some(folder.display().to_string()), ..Context::default() }
}

fn cache_limits(system: &PluginSystem) -> CacheLimits {
    CacheLimits { max_age: system.cache_max_age(), max_bytes: system.cache_max_bytes() }
}

fn executor_limits(system: &PluginSystem) -> ExecutorLimits {
    let workers = usize::try_from(system.max_concurrent_comparisons).unwrap_or(usize::MAX);
    ExecutorLimits { workers, ..ExecutorLimits::default() }
}

/// An engine without a home.
pub(super) fn built_in() -> Engine {
    Engine {
        shared: Arc::new(Shared {
            home: None,
            registry: RwLock::new(Registry::built_in()),
            is_loaded: Mutex::new(true),
            runner: Runner::new(Programs::default(), WorkerLimits::default(), None),
            executor: Executor::new(executor_limits(&PluginSystem::default())),
        }),
    }
}
