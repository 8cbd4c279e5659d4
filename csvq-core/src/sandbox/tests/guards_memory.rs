//! Memory, processor time, and the ordinary things that have to go on under the guards.

use std::fs::File;

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use serde_json::{Value, json};

use super::programs::{LONG, guarded, limits, loaded_under, run};
use crate::control::Control;
use crate::error::ErrorKind;
use crate::sandbox::{Call, Guards, Mechanism, Weakness, Worker, WorkerLimits, memory_file};

/// Maps both tables at once, and takes some memory besides: what came of either.
pub(super) fn map(left: &File, right: &File, bytes: u64) -> Value {
    let mapped = [left, right].map(|table| {
        let size = usize::try_from(table.metadata().unwrap().len()).unwrap();
        // SAFETY: the system chooses where, and nothing is read from it.
        let mapped = unsafe { mmap(std::ptr::null_mut(), size, ProtFlags::READ, MapFlags::SHARED, table, 0) };
        mapped.map(|place| (place, size)).ok()
    });
    let mut memory = Vec::<u8>::new();
    let reserved = memory.try_reserve_exact(usize::try_from(bytes).unwrap()).is_ok();
    for (place, size) in mapped.iter().flatten() {
        // SAFETY: it was mapped above, and nobody else knows of it.
        unsafe { munmap(*place, *size) }.unwrap();
    }
    json!([mapped.iter().all(Option::is_some), reserved])
}

#[test]
fn tables_do_not_count_against_the_memory() {
    let table = || memory_file("table", |file| file.set_len(200 << 20).map_err(|error| panic!("{error}"))).unwrap();
    let tables = [table(), table()];
    let check = |bytes: u64, expected: Value| {
        let limits = WorkerLimits { max_memory_bytes: Some(64 << 20), ..guarded() };
        let worker = loaded_under(&limits);
        if worker.enforced().unwrap().memory.weaker.contains(&Weakness::TablesCount) {
            return;
        }
        let [left, right] = tables.each_ref().map(|table| table.try_clone().unwrap());
        let parameters = json!({"act": "map", "number": bytes});
        let call = Call { left, right, parameters: parameters.as_object().unwrap(), job: &Value::Null };
        let answer = worker.run(&call, &limits, &Control::new()).answer.unwrap();
        assert_eq!(answer.outcome, expected, "{bytes}");
    };
    check(8 << 20, json!([true, true]));
    check(80 << 20, json!([true, false]));
}

#[test]
fn processor_time_runs_out() {
    let guards = Guards { max_cpu_seconds: Some(1), ..Guards::default() };
    // A second of processor time may take long, where others want the processor, too.
    let limits = WorkerLimits { guards, timeout: Some(LONG * 10), ..guarded() };
    for act in ["spin", "spin deaf"] {
        let error = run(loaded_under(&limits), &json!({"act": act}), &limits, &Control::new()).0.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{act}: {error}");
        assert!(error.message().starts_with("the plugin used up the 1 s of processor time"), "{error}");
    }
}

#[test]
fn deaths_are_told_as_without_guards() {
    let check = |act: &str, expected: &str| {
        let (answer, log) = run(loaded_under(&guarded()), &json!({"act": act}), &guarded(), &Control::new());
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkerLost, "{act}: {error}");
        assert!(error.message().starts_with(&format!("the worker {expected}")), "{act}: {error}");
        log
    };
    check("exit", "exited with status 0");
    check("abort", "was ended by SIGABRT");
    check("segfault", "was ended by SIGSEGV");
    let log = check("stack", "was ended by SIGABRT");
    assert!(log.iter().any(|line| line.message.contains("has overflowed its stack")), "{log:?}");
    check("killed", "was killed by SIGKILL");
}

#[test]
fn what_computing_takes_goes_on() {
    let check = |parameters: Value, expected: Value| {
        let (answer, log) = run(loaded_under(&guarded()), &parameters, &guarded(), &Control::new());
        let answer = answer.unwrap_or_else(|error| panic!("{parameters}: {error}: {log:?}"));
        assert_eq!(answer.outcome, expected, "{parameters}");
    };
    check(json!({"act": "threads", "number": 16}), json!(16));
    check(json!({"act": "libraries"}), json!([]));
    check(json!({"act": "progress", "number": 1000}), Value::Null);
    check(json!({"act": "print", "number": 100_000}), Value::Null);
    check(json!({"act": "write within", "number": 1000}), json!({"size": 1000, "refused": false}));
    let (answer, _) = run(loaded_under(&guarded()), &json!({"act": "echo"}), &guarded(), &Control::new());
    assert_eq!(answer.unwrap().outcome["left"], "left table");
    let small = WorkerLimits { max_result_bytes: 1000, ..guarded() };
    for (act, number) in [("write", 1001), ("write", 8 << 20), ("write within", 1 << 20)] {
        let (answer, _) = run(loaded_under(&small), &json!({"act": act, "number": number}), &small, &Control::new());
        assert!(answer.is_err() == (act == "write"), "{act} {number}");
    }
    // One that may give more than it was told when it was loaded.
    let large = WorkerLimits { max_result_bytes: 16 << 20, ..guarded() };
    let act = json!({"act": "write", "number": 8 << 20});
    run(loaded_under(&small), &act, &large, &Control::new()).0.unwrap();
}

#[test]
fn a_library_is_read_before_the_guards_and_loaded_under_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    maps.retain(|character| character != '\0');
    // Any library will do; that of this very process is at hand.
    let loaded = maps.lines().filter_map(|line| line.split_once('/')).map(|(_, path)| format!("/{path}"));
    let library = loaded.into_iter().find(|path| path.contains("libc.so") || path.contains("libgcc_s")).unwrap();
    let path = folder.path().join("outside.so");
    std::fs::copy(library, &path).unwrap();
    for limits in [limits(), guarded()] {
        let mut worker = Worker::start(&super::programs::program("acts"), &limits).unwrap();
        // It can't be read any more once the guards are on.
        let description = worker.load(&super::programs::entry("library", &path), &limits).unwrap();
        let is_open = !worker.enforced().unwrap().foreign_files.holds;
        assert_eq!((&description["loaded"], &description["readable"]), (&json!(true), &json!(is_open)));
    }
}

#[test]
fn a_control_group_bounds_what_is_resident() {
    let base = format!("/sys/fs/cgroup/memory/csvq-test-{}", std::process::id());
    let base = std::path::PathBuf::from(base);
    let can_make = std::fs::create_dir(&base).is_ok();
    let memory = Some(64 << 20);
    let guards = Guards { cgroup: Some(base.clone()), ..Guards::default() };
    let limits = WorkerLimits { max_memory_bytes: memory, guards, ..guarded() };
    let worker = loaded_under(&limits);
    let held = worker.enforced().unwrap().memory.clone();
    assert_eq!(held.by.contains(&Mechanism::ControlGroup), can_make, "{held:?}");
    assert_eq!(held.weaker.contains(&Weakness::NoControlGroup), !can_make, "{held:?}");
    let act = |number: u64| json!({"act": "write", "number": number});
    run(worker, &act(1 << 20), &limits, &Control::new()).0.unwrap();
    if can_make {
        // A memory file is in no address space.
        let act = json!({"act": "write in parts", "number": 128 << 20});
        let error = run(loaded_under(&limits), &act, &limits, &Control::new()).0.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WorkerLost, "{error}");
        assert!(error.message().contains("was killed by SIGKILL, as the system does when memory runs out"), "{error}");
        std::fs::remove_dir(&base).unwrap();
    }
}
