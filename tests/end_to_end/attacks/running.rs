//! What a plugin tries while it compares: with the guards nothing comes through, and without them it does.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use csvq_tests::plugins::library;
use serde_json::{Value, json};

use super::fort::{Came, Fort, is_superuser, limits, process_name, processes, unguarded};
use super::ground::Ground;
use super::tries::{ELSEWHERE, FILES, Free, KERNEL, NETWORK, PARENT, PROCESSES, Try};

/// Tries all of these in guarded workers.
#[track_caller]
fn nothing_comes_through(tries: &[Try]) {
    let fort = Fort::new(&limits(json!({})));
    fort.installed(&library("attacks"));
    fort.is_alive();
    let (ground, files) = (Ground::new(&fort), fort.files());
    let mut came_through = Vec::new();
    for (attack, parameters, _) in tries {
        let called = process_name();
        let given = [ground.parameters(parameters), vec![format!("called={called}")]].concat();
        let came = fort.attempt("attacks", attack, &given);
        let (gained, processes) = (ground.gained(), processes(&called));
        if matches!(came, Came::Through(_)) || !gained.is_empty() || !processes.is_empty() {
            came_through.push(format!("{attack} {parameters}: {came:?}, gained {gained:?}, processes {processes:?}"));
            processes.iter().for_each(end);
        }
        if let Came::Refused(error) = &came {
            assert!(error.contains("attacks"), "{attack} {parameters}: {error}");
        }
    }
    assert!(came_through.is_empty(), "{}", came_through.join("\n"));
    fort.is_alive();
    assert_eq!((fort.files(), fort.left_over()), (files, Vec::new()));
}

/// Tries all of these in workers without guards.
#[track_caller]
fn all_come_through(tries: &[Try]) {
    let fort = Fort::new(&unguarded());
    fort.installed(&library("attacks"));
    let mut ground = Ground::new(&fort);
    for (attack, parameters, free) in tries {
        let must = match free {
            Free::Untried => continue,
            Free::Perhaps => false,
            Free::Superuser => is_superuser(),
            Free::Through | Free::Seen => true,
        };
        ground.restore();
        let came = fort.attempt("attacks", attack, &ground.parameters(parameters));
        if *free == Free::Seen {
            assert!(!ground.gained().is_empty(), "{attack} {parameters} leaves nothing: {came:?}");
        } else if let (Came::Through(process), "escape") = (&came, *attack) {
            end(&process.parse().unwrap());
        } else {
            assert!(!must || matches!(came, Came::Through(_)), "{attack} {parameters}: {came:?}");
        }
    }
    fort.is_alive();
}

/// Ends a process that an attack of these tests has started.
fn end(process: &u32) {
    Command::new("kill").args(["-KILL", &process.to_string()]).status().unwrap();
}

#[test]
fn no_network_is_reached() {
    nothing_comes_through(NETWORK);
}

#[test]
fn no_file_of_others_is_read_or_changed() {
    if kernel_has_landlock() {
        nothing_comes_through(FILES);
    } else {
        let fort = Fort::new(&limits(json!({})));
        assert_eq!(fort.enforced()["foreign_files"]["holds"], false);
    }
}

#[test]
fn no_process_is_started() {
    nothing_comes_through(PROCESSES);
}

#[test]
fn the_host_is_out_of_reach() {
    nothing_comes_through(PARENT);
}

#[test]
fn the_kernel_does_little_for_a_plugin() {
    nothing_comes_through(KERNEL);
}

#[test]
fn without_guards_the_network_is_reached() {
    all_come_through(NETWORK);
}

#[test]
fn without_guards_files_are_read_and_changed() {
    all_come_through(FILES);
}

#[test]
fn without_guards_processes_are_started() {
    all_come_through(PROCESSES);
}

#[test]
fn without_guards_the_host_is_in_reach() {
    all_come_through(PARENT);
}

#[test]
fn without_guards_the_kernel_does_what_it_is_asked() {
    all_come_through(KERNEL);
}

#[test]
fn every_attack_is_tried() {
    let fort = Fort::empty(&limits(json!({})));
    fort.installed(&library("attacks"));
    let manifest = fs::read_to_string(fort.home().join("plugins/custom/attacks/1.0.0/plugin.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let known = manifest["parameters"]["properties"]["attack"]["enum"].as_array().unwrap().iter();
    let known: BTreeSet<&str> = known.filter_map(Value::as_str).filter(|name| *name != "none").collect();
    let tables = [NETWORK, FILES, PROCESSES, PARENT, KERNEL].concat();
    let tried: BTreeSet<&str> = tables.iter().map(|(name, _, _)| *name).chain(ELSEWHERE.iter().copied()).collect();
    assert_eq!(tried, known);
}

/// A signal can be sent by having the kernel send it, when a pipe can be read.
#[test]
fn a_signal_by_a_descriptor_does_not_end_the_host() {
    use std::os::unix::process::ExitStatusExt;
    let ended = |policy: &Value| {
        let fort = Fort::new(policy);
        fort.installed(&library("attacks"));
        let output = fort.comparison("attacks", &["attack=signal_by_descriptor".to_owned()]).output().unwrap();
        fort.is_alive();
        (output.status.signal(), output.status.code())
    };
    let (signal, code) = ended(&limits(json!({})));
    assert!(signal.is_none() && matches!(code, Some(0 | 2)), "{signal:?} {code:?}");
    assert_eq!(ended(&unguarded()).0, Some(9));
}

/// Neither what the host has open nor what is in its environment comes to a worker, whatever guards there are.
#[test]
fn nothing_of_the_host_is_inherited() {
    for policy in [limits(json!({})), unguarded()] {
        let fort = Fort::new(&policy);
        fort.installed(&library("attacks"));
        let secret = fort.homestead.place.write("secret", "open sesame").unwrap();
        for (attack, name) in [("inherited_descriptors", "sesame"), ("environment", "CSVQ_TEST_SECRET")] {
            let parameters = [format!("attack={attack}"), format!("name={name}")];
            let comparison = fort.comparison("attacks", &parameters);
            let mut shell = Command::new("sh");
            shell.args(["-c", "exec 3<\"$0\" 9<\"$0\"; \"$@\""]).arg(&secret).arg(comparison.get_program());
            shell.args(comparison.get_args()).current_dir(fort.path("")).env("CSVQ_TEST_SECRET", "1");
            shell.env("TMPDIR", fort.temporary());
            let came = super::fort::came(&shell.output().unwrap());
            assert!(matches!(came, Came::Failed(2, _)), "{attack}: {came:?}");
        }
    }
}

/// The worker speaks for the plugin, through what both have open: whatever becomes of that harms the comparison alone.
#[test]
fn what_a_plugin_does_to_its_worker_harms_nobody_else() {
    for policy in [limits(json!({})), unguarded()] {
        let fort = Fort::new(&policy);
        fort.installed(&library("attacks"));
        for (attack, said) in
            [("speak_out_of_turn", Some("protocol")), ("close_everything", Some("")), ("seal_files", None)]
        {
            let called = process_name();
            match (fort.attempt("attacks", attack, &[format!("called={called}")]), said) {
                (Came::Refused(error), said) => {
                    assert!(error.contains("attacks") && error.contains(said.unwrap_or_default()), "{attack}: {error}");
                }
                (_, None) => {}
                (came, Some(_)) => panic!("{attack}: {came:?}"),
            }
            assert_eq!(processes(&called), Vec::<u32>::new(), "{attack}");
        }
        fort.is_alive();
    }
}

#[test]
fn a_report_tells_what_was_enforced() {
    let fort = Fort::new(&limits(json!({})));
    let told = fort.enforced();
    for effect in ["network", "exec", "processes", "memory", "time", "descriptors", "signals", "kernel"] {
        assert_eq!(told[effect]["holds"], true, "{effect}: {told}");
    }
    assert_eq!(told["foreign_files"]["holds"], kernel_has_landlock(), "{told}");
    let asked = fort.ask(&["sandbox"]);
    assert!(asked.is_object() && asked.as_object().is_some_and(|asked| !asked.is_empty()), "{asked}");
    fort.decree(&unguarded());
    assert_ne!(fort.enforced()["network"]["holds"], true);
}

#[test]
fn strict_does_without_a_plugin_rather_than_without_guards() {
    let fort = Fort::new(&unguarded());
    fort.installed(&library("attacks"));
    let came = |fort: &Fort| {
        let mut comparison = fort.comparison("attacks", &["attack=fork".to_owned()]);
        super::fort::came(&comparison.env("PLUGIN_SECURITY_STRICT", "true").output().unwrap())
    };
    // The environment tightens, whatever the file says.
    assert!(!matches!(came(&fort), Came::Through(_)), "{:?}", came(&fort));
    // And it can't loosen.
    fort.decree(&limits(json!({ "strict": true })));
    let mut comparison = fort.comparison("attacks", &["attack=fork".to_owned()]);
    let loosened = super::fort::came(&comparison.env("PLUGIN_SECURITY_STRICT", "false").output().unwrap());
    assert!(!matches!(loosened, Came::Through(_)), "{loosened:?}");
}

/// Whether the kernel has Landlock, asked without guards.
fn kernel_has_landlock() -> bool {
    let fort = Fort::empty(&unguarded());
    fort.installed(&library("attacks"));
    matches!(fort.attempt("attacks", "landlock", &[]), Came::Through(_))
}
