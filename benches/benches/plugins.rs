//! What plugins cost: a built-in comparison through the engine instead of directly; a plugin in this process, in a worker that
//! is started for it, with guards and without, and in one that was ready; large tables sent and returned; and a result that is kept.
//!
//! It needs the `csvq` program in CSVQ_BIN and the plugins in CSVQ_PLUGINS, which `cargo xtask bench` sets.

use std::path::PathBuf;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use csvq_benches::frames;
use csvq_core::access::Caller;
use csvq_core::compare::{Job, comparator};
use csvq_core::config::{ConfigFile, Environment, Home};
use csvq_core::control::Control;
use csvq_core::engine::Engine;
use csvq_core::install::InstallOptions;
use csvq_core::plugin::Programs;
use csvq_core::sandbox::{PoolLimits, WorkerLimits, WorkerProgram};
use csvq_core::source::Source;
use csvq_core::spec::CompareSpec;
use csvq_core::table::Table;
use serde_json::Map;

fn place(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable).expect("`cargo xtask bench` says where the program and the plugins are");
    path.into()
}

/// What an engine keeps from one comparison to the next.
#[derive(Clone, Copy, PartialEq)]
enum Kept {
    Nothing,
    Workers,
    Results,
}

/// An engine on a home of its own, with these plugins.
fn engine(folder: &tempfile::TempDir, name: &str, plugins: &[&str], kept: Kept) -> Engine {
    let home = Home::at(folder.path().join(name));
    home.init().expect("a home can be made");
    let native = Some(WorkerProgram::new(place("CSVQ_BIN"), ["worker"]));
    let limits = WorkerLimits { timeout: None, max_result_bytes: 4 << 30, ..WorkerLimits::default() };
    let builder = Engine::builder(home).workers(Programs { native, python: None }).worker_limits(limits);
    let builder = match kept {
        Kept::Results => builder,
        Kept::Nothing | Kept::Workers => {
            builder.environment(Environment { cache_enabled: Some(false), ..Environment::default() })
        }
    };
    let pool = PoolLimits { hot_after: 1, ..PoolLimits::default() };
    let builder = if kept == Kept::Workers { builder.keep_ready(pool) } else { builder };
    let engine = builder.build().expect("a home can be opened");
    for plugin in plugins {
        let file = format!("{}{plugin}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let (package, control) = (place("CSVQ_PLUGINS").join(file), Control::new());
        let done = engine.install(&Caller::local(), &package, &InstallOptions::default(), &control, &mut |_| {});
        done.expect("the plugin can be installed");
    }
    engine
}

fn job(left: &Source, right: &Source) -> Job {
    let spec = CompareSpec { key: vec!["id".parse().expect("a key")], ..CompareSpec::default() };
    Job { left: left.clone(), right: right.clone(), spec, parameters: Map::new(), control: Control::new() }
}

fn run(engine: &Engine, plugin: &str, left: &Source, right: &Source) -> bool {
    engine.compare(&Caller::local(), plugin, job(left, right)).expect("the tables are well-formed").report.is_equal
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    group
}

/// Two small tables: what is measured is what surrounds the comparison.
fn small() -> [Source; 2] {
    let side = |name: &str, text: &str| Source::Bytes { name: name.to_owned(), bytes: text.as_bytes().into() };
    [side("left", "id,name\n1,alpha\n2,bravo\n"), side("right", "id,name\n1,alpha\n2,brave\n")]
}

fn overhead(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let [left, right] = small();
    let rows = comparator("row_compare").expect("it is built in");
    let mut group = group(criterion, "plugins");
    group.bench_function("built_in_directly", |bencher| {
        bencher.iter(|| rows.compare(job(&left, &right)).expect("the tables are well-formed").report.is_equal);
    });
    let cold = engine(&folder, "cold", &["good"], Kept::Nothing);
    group.bench_function("built_in_through_the_engine", |bencher| {
        bencher.iter(|| run(&cold, "row_compare", &left, &right));
    });
    group.bench_function("in_a_new_worker", |bencher| bencher.iter(|| run(&cold, "good", &left, &right)));
    let bare = engine(&folder, "bare", &["good"], Kept::Nothing);
    let sandbox = "execution_limits.sandbox".parse().expect("a setting");
    let done = bare.set_in(&Caller::local(), ConfigFile::SecurityPolicy, &sandbox, Some(&false.into()));
    done.expect("the policy can be set");
    group.bench_function("in_a_new_worker_without_guards", |bencher| {
        bencher.iter(|| run(&bare, "good", &left, &right));
    });
    cold.trust(&Caller::local(), "good", true).expect("it is installed");
    group.bench_function("in_process", |bencher| bencher.iter(|| run(&cold, "good", &left, &right)));
    let warm = engine(&folder, "warm", &["good"], Kept::Workers);
    group.bench_function("in_a_ready_worker", |bencher| {
        bencher.iter_batched(
            // Calls come so fast after each other in no program: the pool gets time for the next worker.
            || std::thread::sleep(Duration::from_millis(40)),
            |()| run(&warm, "good", &left, &right),
            criterion::BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn large(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let frames = frames::pair(1_000_000, false).expect("frames can be made");
    let [left, right] =
        frames.map(|frame| Source::Table(Table::new("frame", frame).expect("its columns can be compared")));
    let bytes = [&left, &right].map(|side| match side {
        Source::Table(table) => table.frame().estimated_size() as u64,
        _ => 0,
    });
    let engine = engine(&folder, "large", &["good"], Kept::Nothing);
    let mut group = group(criterion, "plugins_large");
    group.sample_size(10).throughput(Throughput::Bytes(bytes[0] + bytes[1]));
    group.bench_function("in_a_new_worker", |bencher| bencher.iter(|| run(&engine, "good", &left, &right)));
    engine.trust(&Caller::local(), "good", true).expect("it is installed");
    group.bench_function("in_process", |bencher| bencher.iter(|| run(&engine, "good", &left, &right)));
    group.finish();
}

fn kept(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let text = |extra: &str| {
        let mut text = "id,name,note\n".to_owned();
        for row in 0..2_000_000_u32 {
            text.push_str(&format!(
                "{row},name of {row},{}\n",
                "a note that is neither long nor short and the same for all of them"
            ));
        }
        text.push_str(extra);
        text
    };
    let sides = ["left.csv", "right.csv"].map(|name| folder.path().join(name));
    std::fs::write(&sides[0], text("")).expect("the folder can be written");
    std::fs::write(&sides[1], text("2000000,one more,x\n")).expect("the folder can be written");
    std::thread::sleep(Duration::from_millis(300));
    let engine = engine(&folder, "kept", &["good"], Kept::Results);
    let [left, right] = sides.map(Source::Path);
    let mut group = group(criterion, "plugins_kept");
    group.sample_size(10);
    run(&engine, "good", &left, &right);
    group.bench_function("hit", |bencher| bencher.iter(|| run(&engine, "good", &left, &right)));
    group.finish();
}

criterion_group!(benches, overhead, large, kept);
criterion_main!(benches);
