//! Installs a plugin into a home of its own, runs it, and removes it.
//!
//!     cargo run --bin plugins -- PACKAGE LEFT RIGHT KEY PATH-OF-THE-CSVQ-PROGRAM

use std::error::Error;

use csvq_core::access::Caller;
use csvq_core::compare::Job;
use csvq_core::config::Home;
use csvq_core::control::Control;
use csvq_core::engine::Engine;
use csvq_core::install::InstallOptions;
use csvq_core::plugin::Programs;
use csvq_core::sandbox::WorkerProgram;
use csvq_core::source::Source;
use csvq_core::spec::CompareSpec;

fn main() -> Result<(), Box<dyn Error>> {
    let [package, left, right, key, program] = &std::env::args().skip(1).collect::<Vec<_>>()[..] else {
        return Err("usage: plugins PACKAGE LEFT RIGHT KEY PROGRAM".into());
    };
    // A home is a folder that holds plugins, configuration and state.
    let home = Home::at(std::env::temp_dir().join(format!("csvq-example-{}", std::process::id())));
    home.init()?;
    // Plugins run in a process of their own, for which csvq's program serves.
    let workers = Programs { native: Some(WorkerProgram::new(program, ["worker"])), python: None };
    let engine = Engine::builder(home.clone()).workers(workers).build()?;
    let caller = Caller::local();

    let control = Control::new();
    let options = InstallOptions::default();
    let installed = engine.install(&caller, package.as_ref(), &options, &control, &mut |step| println!("… {step}"))?;
    println!("installed {} {}", installed.id, installed.version);

    let job = Job {
        left: Source::Path(left.into()),
        right: Source::Path(right.into()),
        spec: CompareSpec { key: vec![key.parse()?], ..CompareSpec::default() },
        parameters: serde_json::Map::new(),
        control,
    };
    let comparison = engine.compare(&caller, &installed.id, job)?;
    println!("{}", comparison.report.details.summary);

    for plugin in engine.statistics(&caller, None)? {
        println!("{} ran {} times", plugin.plugin, plugin.total_executions);
    }
    let removed = engine.uninstall(&caller, &installed.id, None)?;
    println!("removed {} {}", removed.id, removed.versions.join(", "));
    engine.shutdown(true);
    std::fs::remove_dir_all(home.root())?;
    Ok(())
}
