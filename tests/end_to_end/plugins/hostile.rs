//! Plugins that do harm: each comes to a named error, and the host lives on.

use std::time::{Duration, Instant};

use csvq_core::ErrorKind;
use csvq_core::access::Caller;
use csvq_core::compare::Job;
use csvq_core::config::{Environment, Home};
use csvq_core::control::Control;
use csvq_core::engine::Engine;
use csvq_core::install::InstallOptions;
use csvq_core::plugin::Programs;
use csvq_core::sandbox::{WorkerLimits, WorkerProgram};
use csvq_core::source::Source;
use csvq_core::spec::CompareSpec;
use csvq_core::{Error, Result};
use csvq_tests::plugins::library;
use csvq_tests::program;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// An engine on a home of its own, with limits that tests can wait for.
pub(super) struct Yard {
    _folder: TempDir,
    pub(super) engine: Engine,
}

impl Yard {
    pub(super) fn new(timeout_seconds: f64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        home.init().unwrap();
        let config = json!({ "plugin_system": { "default_timeout_seconds": timeout_seconds } });
        std::fs::write(home.config().join("plugin_config.json"), config.to_string()).unwrap();
        // What the scanner would keep out is what is to be tried here.
        let policy = json!({ "plugin_security": { "scan_for_malicious_code": false } });
        std::fs::write(home.config().join("security_policy.json"), policy.to_string()).unwrap();
        let limits = WorkerLimits {
            cancel_grace: Duration::from_millis(100),
            term_grace: Duration::from_millis(100),
            max_result_bytes: 1 << 20,
            max_log_bytes: 1 << 16,
            ..WorkerLimits::default()
        };
        let workers = Programs { native: Some(WorkerProgram::new(program(), ["worker"])), python: None };
        let builder = Engine::builder(home).environment(Environment::default());
        let engine = builder.workers(workers).worker_limits(limits).build().unwrap();
        Self { _folder: folder, engine }
    }

    pub(super) fn install(&self, name: &str) -> Result<String> {
        let (options, control) = (InstallOptions::default(), Control::new());
        let done = self.engine.install(&Caller::local(), &library(name), &options, &control, &mut |_| {})?;
        Ok(done.id)
    }

    pub(super) fn job(parameters: Value) -> Job {
        let side = |name: &str, text: &str| Source::Bytes { name: name.to_owned(), bytes: text.as_bytes().into() };
        let parameters: Map<String, Value> = serde_json::from_value(parameters).unwrap();
        Job {
            left: side("left", "id,name\n1,alpha\n2,bravo\n"),
            right: side("right", "id,name\n1,alpha\n2,brave\n"),
            spec: CompareSpec { key: vec!["id".parse().unwrap()], ..CompareSpec::default() },
            parameters,
            control: Control::new(),
        }
    }

    fn error(&self, plugin: &str, parameters: Value) -> Error {
        let compared = self.engine.compare(&Caller::local(), plugin, Self::job(parameters.clone()));
        compared.err().unwrap_or_else(|| panic!("{plugin} {parameters} should fail"))
    }

    /// The engine goes on: a built-in comparison and a good plugin work.
    fn is_alive(&self) {
        for plugin in ["row_compare", "good"] {
            self.engine.compare(&Caller::local(), plugin, Self::job(json!({}))).unwrap();
        }
    }
}

#[test]
fn whatever_a_plugin_does_in_a_comparison_the_host_lives_on() {
    let yard = Yard::new(2.0);
    yard.install("good").unwrap();
    let lost: &[ErrorKind] = &[ErrorKind::WorkerLost];
    let broken: &[ErrorKind] = &[ErrorKind::Plugin];
    for (plugin, parameters, kinds) in [
        ("aborts", json!({}), lost),
        ("segfaults", json!({}), lost),
        ("overflows", json!({}), lost),
        ("exits", json!({}), lost),
        ("exits", json!({ "form": "at_once" }), lost),
        ("loops", json!({}), &[ErrorKind::TimedOut]),
        ("ignores_cancel", json!({}), &[ErrorKind::TimedOut]),
        ("honours_cancel", json!({}), &[ErrorKind::TimedOut]),
        ("endless", json!({}), &[ErrorKind::LimitExceeded]),
        ("panics", json!({}), broken),
        ("panics", json!({ "in": "schema" }), broken),
        ("panics", json!({ "in": "next" }), broken),
        ("panics", json!({ "in": "thrown" }), broken),
    ] {
        if yard.engine.plugin(&Caller::local(), plugin).is_err() {
            yard.install(plugin).unwrap();
        }
        let began = Instant::now();
        let error = yard.error(plugin, parameters.clone());
        assert!(kinds.contains(&error.kind()), "{plugin} {parameters}: {:?}: {error}", error.kind());
        assert!(began.elapsed() < Duration::from_secs(20), "{plugin} {parameters}");
    }
    yard.is_alive();
    let statistics = yard.engine.statistics(&Caller::local(), Some("aborts")).unwrap();
    assert_eq!(statistics[0].errors.get("worker_lost"), Some(&1));
}

#[test]
fn what_a_plugin_answers_is_checked() {
    let yard = Yard::new(10.0);
    for plugin in ["good", "malformed", "bad_outcome"] {
        yard.install(plugin).unwrap();
    }
    for form in [
        "no_schema",
        "no_callbacks",
        "null_format",
        "unknown_format",
        "not_a_struct",
        "null_children",
        "negative_children",
        "other_type",
        "fewer_children",
        "negative_length",
        "huge_length",
        "negative_offset",
        "null_buffers",
        "null_values",
        "negative_nulls",
        "falling_offsets",
        "huge_offsets",
        "invalid_utf8",
        "length_of_child",
        "released_child",
        "null_children_of_batch",
        "fails",
        "fails_without_message",
    ] {
        let kind = yard.error("malformed", json!({ "form": form })).kind();
        // What nobody can see may crash the worker, or grow beyond what it may.
        let kinds = [ErrorKind::Plugin, ErrorKind::WorkerLost, ErrorKind::LimitExceeded];
        assert!(kinds.contains(&kind), "{form}: {kind:?}");
    }
    for form in [
        "empty",
        "no_json",
        "no_object",
        "no_verdict",
        "wrong_verdict",
        "wrong_counts",
        "invalid_utf8",
        "null_text",
        "deep",
        "rows_of_nowhere",
        "unknown_kind",
        "missing_column",
        "wrong_types",
        "unknown_code",
        "fails_without_message",
    ] {
        let error = yard.error("bad_outcome", json!({ "form": form }));
        assert!([ErrorKind::Plugin, ErrorKind::WorkerLost].contains(&error.kind()), "{form}: {error}");
        assert_eq!(error.context().plugin.as_deref(), Some("bad_outcome"), "{form}: {error}");
    }
    yard.is_alive();
}

#[test]
fn what_can_not_be_loaded_is_not_installed() {
    let yard = Yard::new(5.0);
    for (plugin, kinds) in [
        ("no_plugin", &[ErrorKind::Plugin][..]),
        ("empty_table", &[ErrorKind::Plugin]),
        ("cut_table", &[ErrorKind::Plugin, ErrorKind::Incompatible]),
        ("other_abi", &[ErrorKind::Incompatible]),
        ("bad_describe", &[ErrorKind::Plugin, ErrorKind::Package]),
        ("panics_in_describe", &[ErrorKind::Plugin]),
        ("panics_in_open", &[ErrorKind::Plugin]),
    ] {
        let error = yard.install(plugin).err().unwrap_or_else(|| panic!("{plugin} should be refused"));
        assert!(kinds.contains(&error.kind()), "{plugin}: {:?}: {error}", error.kind());
    }
    let text = library("not_a_library").with_file_name("not_a_library.so");
    let (options, control) = (InstallOptions::default(), Control::new());
    let refused = yard.engine.install(&Caller::local(), &text, &options, &control, &mut |_| {});
    assert!(matches!(refused.unwrap_err().kind(), ErrorKind::Package | ErrorKind::Plugin));
    assert_eq!(yard.engine.plugins(&Caller::local()).unwrap().len(), 4);
}

#[test]
fn neither_a_flood_of_output_nor_a_process_left_behind_holds_up_a_comparison() {
    let yard = Yard::new(20.0);
    for plugin in ["good", "floods", "leaves_process"] {
        yard.install(plugin).unwrap();
    }
    let began = Instant::now();
    yard.engine.compare(&Caller::local(), "floods", Yard::job(json!({}))).unwrap();
    for form in ["near", "far"] {
        yard.engine.compare(&Caller::local(), "leaves_process", Yard::job(json!({ "form": form }))).unwrap();
    }
    assert!(began.elapsed() < Duration::from_secs(30));
    yard.is_alive();
}

#[test]
fn a_comparison_in_a_worker_is_cancelled_soon() {
    let yard = Yard::new(0.0);
    for plugin in ["honours_cancel", "loops"] {
        yard.install(plugin).unwrap();
        let job = Yard::job(json!({}));
        let control = job.control.clone();
        let cancel = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            control.cancel();
        });
        let began = Instant::now();
        let error = yard.engine.compare(&Caller::local(), plugin, job).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{plugin}: {error}");
        assert!(began.elapsed() < Duration::from_secs(5), "{plugin}: {:?}", began.elapsed());
        cancel.join().unwrap();
    }
}

#[test]
fn batches_that_are_kept_and_threads_that_go_on_harm_no_host() {
    let yard = Yard::new(10.0);
    for plugin in ["good", "keeps_batches", "leaves_thread"] {
        yard.install(plugin).unwrap();
    }
    yard.engine.compare(&Caller::local(), "keeps_batches", Yard::job(json!({}))).unwrap();
    if let Err(error) = yard.engine.compare(&Caller::local(), "leaves_thread", Yard::job(json!({}))) {
        assert_eq!(error.kind(), ErrorKind::WorkerLost, "{error}");
    }
    yard.is_alive();
}

#[test]
fn a_plugin_is_who_its_manifest_says() {
    let yard = Yard::new(10.0);
    let package = tempfile::tempdir().unwrap();
    let library = library("liar");
    let name = library.file_name().unwrap();
    std::fs::copy(&library, package.path().join(name)).unwrap();
    let manifest = json!({ "schema_version": "1.0", "id": "honest", "version": "1.0.0", "kind": "native" });
    std::fs::write(package.path().join("plugin.json"), manifest.to_string()).unwrap();
    let (options, control) = (InstallOptions::default(), Control::new());
    let refused = yard.engine.install(&Caller::local(), package.path(), &options, &control, &mut |_| {});
    let error = refused.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Package | ErrorKind::Plugin), "{:?}: {error}", error.kind());
    assert_eq!(yard.engine.plugins(&Caller::local()).unwrap().len(), 4);
}

#[test]
fn a_tasks_own_time_counts_and_not_the_configured_one() {
    let yard = Yard::new(0.2);
    yard.install("honours_cancel").unwrap();
    let (caller, timeout) = (Caller::local(), Duration::from_millis(1500));
    let began = Instant::now();
    let job = Yard::job(json!({}));
    let task = yard.engine.submit(&caller, "honours_cancel", job, Some(timeout), |_, _| {}).unwrap();
    let result = yard.engine.wait_for(&caller, task, Some(Duration::from_secs(30))).unwrap();
    assert_eq!(result.err().unwrap().kind(), ErrorKind::TimedOut);
    assert!(began.elapsed() >= timeout, "{:?}", began.elapsed());
}
