//! A home with a policy, the attempts that are made on it, and what must hold after each.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use csvq_tests::plugins::{Homestead, library};
use serde_json::{Map, Value, json};

use crate::{folder, stderr};

/// A home under attack.
pub(super) struct Fort {
    pub(super) homestead: Homestead,
}

/// What came of an attempt.
#[derive(Debug)]
pub(super) enum Came {
    /// It came through; what the plugin says of it.
    Through(String),
    /// It failed with an error of the system.
    Failed(i64, String),
    /// The comparison was refused or lost; what the program says.
    Refused(String),
}

/// A policy under which the plugins that attack can be installed at all: nothing is scanned.
pub(super) fn policy(security: Value, limits: Value) -> Value {
    let mut document = json!({ "plugin_security": security, "execution_limits": limits });
    let scanned = document["plugin_security"].get("scan_for_malicious_code").is_some();
    if !scanned {
        document["plugin_security"]["scan_for_malicious_code"] = false.into();
    }
    document
}

/// The policy that differs from the usual one in its limits.
pub(super) fn limits(limits: Value) -> Value {
    policy(json!({}), limits)
}

/// The policy that has no guards.
pub(super) fn unguarded() -> Value {
    limits(json!({ "sandbox": false }))
}

impl Fort {
    /// A home under a policy, with an honest plugin in it.
    pub(super) fn new(policy: &Value) -> Self {
        let fort = Self::empty(policy);
        fort.installed(&library("good"));
        fort
    }

    /// A home under a policy.
    pub(super) fn empty(policy: &Value) -> Self {
        let fort = Self { homestead: Homestead::new().unwrap() };
        fs::create_dir(fort.temporary()).unwrap();
        fort.decree(policy);
        fort
    }

    /// Sets the policy.
    pub(super) fn decree(&self, policy: &Value) {
        fs::write(self.home().join("config/security_policy.json"), policy.to_string()).unwrap();
    }

    /// Where tests lay what they need.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.homestead.place.path().join(name)
    }

    pub(super) fn home(&self) -> PathBuf {
        self.homestead.home()
    }

    /// The folder of temporary files, of the program and of all that it starts.
    pub(super) fn temporary(&self) -> PathBuf {
        self.path("temporary")
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.homestead.command(args);
        // Each comparison is to start a worker.
        command.env("TMPDIR", self.temporary()).env("PLUGIN_CACHE_ENABLED", "false");
        command
    }

    pub(super) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What a command answers in JSON.
    #[track_caller]
    pub(super) fn ask(&self, args: &[&str]) -> Value {
        let output = self.run(&[args, &["--format", "json"]].concat());
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(super) fn install(&self, package: &Path) -> Output {
        self.run(&["plugins", "install", &package.display().to_string()])
    }

    /// Installs what has to be taken, and gives what the program says of it.
    #[track_caller]
    pub(super) fn installed(&self, package: &Path) -> Value {
        self.ask(&["plugins", "install", &package.display().to_string()])
    }

    /// Installs what has to be refused, and gives the error. Nothing of it is there afterwards.
    #[track_caller]
    pub(super) fn not_installed(&self, package: &Path) -> String {
        let before = self.files();
        let error = refused(&self.install(package));
        assert_eq!(self.files(), before, "{error}");
        assert_eq!(self.left_over(), Vec::<String>::new(), "{error}");
        error
    }

    /// Compares by a plugin, with parameters as on the command line.
    pub(super) fn comparison(&self, plugin: &str, parameters: &[String]) -> Command {
        let args = ["compare", "left.csv", "right.csv", "--key", "id", "--with", plugin, "--format", "json"];
        let mut command = self.command(&args);
        parameters.iter().for_each(|parameter| {
            command.arg("--param").arg(parameter);
        });
        command
    }

    pub(super) fn compare(&self, plugin: &str, parameters: &[&str]) -> Output {
        let parameters: Vec<String> = parameters.iter().map(ToString::to_string).collect();
        self.comparison(plugin, &parameters).output().unwrap()
    }

    /// Has the plugin `attacks` try something.
    #[track_caller]
    pub(super) fn attempt(&self, plugin: &str, attack: &str, parameters: &[String]) -> Came {
        let parameters = [&[format!("attack={attack}")], parameters].concat();
        came(&self.comparison(plugin, &parameters).output().unwrap())
    }

    /// What honest comparisons come to, whatever happened before.
    #[track_caller]
    pub(super) fn is_alive(&self) {
        for (plugin, status) in [("row_compare", 1), ("good", 0)] {
            let output = self.compare(plugin, &[]);
            assert_eq!(output.status.code(), Some(status), "{plugin}: {}", stderr(&output));
        }
    }

    /// What the report of an honest plugin says of the guards of its worker.
    #[track_caller]
    pub(super) fn enforced(&self) -> Value {
        let output = self.compare("good", &[]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let told = report["metadata"]["sandbox"].clone();
        assert!(told.is_object(), "{report}");
        told
    }

    /// All files of the home and their sizes, but for what changes by itself: the state, logs, results that are kept.
    pub(super) fn files(&self) -> BTreeMap<String, u64> {
        let mut files = BTreeMap::new();
        walk(&self.home(), "", &mut files);
        files.retain(|name, _| !["state/", "logs/", "plugins/cache/"].iter().any(|own| name.starts_with(own)));
        // The folder that scratch folders are made in stays, once there was one.
        files.retain(|name, _| !name.ends_with("scratch/"));
        // What is locked while something is under way stays, too, and what is remembered of files that were dropped in.
        files.retain(|name, _| !name.ends_with("lock") && !name.ends_with("drop_ins.json"));
        files
    }

    /// What lies where nothing may lie once a command is over.
    pub(super) fn left_over(&self) -> Vec<String> {
        let mut files = BTreeMap::new();
        walk(&self.temporary(), "temporary/", &mut files);
        walk(&self.home().join("plugins/.staging"), "staging/", &mut files);
        let stays = |name: &String| name.ends_with("lock") || name == "staging/drop_ins.json";
        files.into_keys().filter(|name| !stays(name)).collect()
    }

    /// All lines of the audit log.
    #[track_caller]
    pub(super) fn audit(&self) -> Vec<Map<String, Value>> {
        let log = self.ask(&["audit", "list", "--limit", "10000"]);
        let lines = log.as_array().unwrap_or_else(|| panic!("no list: {log}")).iter();
        lines.map(|line| line.as_object().unwrap().clone()).collect()
    }

    /// The lines of the audit log about an action.
    #[track_caller]
    pub(super) fn audited(&self, action: &str) -> Vec<Map<String, Value>> {
        self.audit().into_iter().filter(|line| line["action"] == action).collect()
    }

    /// One of these actions was written down as refused or failed, with who did what and why; and the log is sound.
    #[track_caller]
    pub(super) fn told_of(&self, actions: &[&str], subject: &str) {
        let lines: Vec<_> = actions.iter().flat_map(|action| self.audited(action)).collect();
        let told = lines.iter().any(|line| {
            let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default();
            text("subject").contains(subject)
                && text("outcome") != "allowed"
                && !text("why").is_empty()
                && !text("caller").is_empty()
                && !text("time").is_empty()
        });
        assert!(told, "nothing of {actions:?} about {subject} in {lines:?}");
        let sound = self.run(&["audit", "verify"]);
        assert!(sound.status.success(), "{}", stderr(&sound));
    }
}

/// What an attempt came to, by what the program answered.
#[track_caller]
pub(super) fn came(output: &Output) -> Came {
    if !output.status.success() {
        return Came::Refused(refused(output));
    }
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let extra = &report["details"]["extra"];
    let text = |name: &str| extra[name].as_str().unwrap_or_default().to_owned();
    match (extra["succeeded"].as_bool(), extra["errno"].as_i64()) {
        (Some(true), _) => Came::Through(text("note")),
        (Some(false), Some(number)) => Came::Failed(number, format!("{} {}", text("error"), text("note"))),
        _ => panic!("it does not say what came of it: {report}"),
    }
}

/// The error of a command that was refused: one that is named, and no crash.
#[track_caller]
pub(super) fn refused(output: &Output) -> String {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{:?}: {text}", output.status);
    assert!(text.lines().any(|line| line.starts_with("csvq: error: ")), "{text}");
    assert!(!text.contains("panicked at"), "{text}");
    text
}

/// A name for the processes of one attempt, by which those can be found that live on.
pub(super) fn process_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("evil{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// The numbers of the processes that have a thread of this name. Those that are dead and wait to be reaped don't count.
pub(super) fn processes(name: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").unwrap().flatten() {
        let Some(number) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let threads = fs::read_dir(process.path().join("task")).into_iter().flatten().flatten();
        let lives = |path: PathBuf| {
            let (comm, stat) = (fs::read_to_string(path.join("comm")), fs::read_to_string(path.join("stat")));
            let is_dead =
                stat.is_ok_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim().starts_with('Z')));
            comm.is_ok_and(|comm| comm.trim_end() == name) && !is_dead
        };
        if threads.map(|thread| thread.path()).any(lives) {
            found.push(number);
        }
    }
    found
}

/// Whether the tests run as the superuser.
pub(super) fn is_superuser() -> bool {
    fs::metadata("/proc/self").is_ok_and(|status| status.uid() == 0)
}

/// Compiles a plugin of `plugins/c` with definitions of its own, as `NAME=value`.
pub(super) fn compile(source: &str, id: &str, defined: &[String], library: &Path) -> PathBuf {
    let sources = folder("plugins/c");
    let mut compiler = Command::new("cc");
    compiler.args(["-std=gnu99", "-fPIC", "-fvisibility=hidden", "-shared"]).arg(format!("-DNAME=\"{id}\""));
    compiler.args(defined.iter().map(|define| format!("-D{define}")));
    compiler.arg("-I").arg(folder("../include")).arg(sources.join(source)).arg("-o").arg(library);
    let output = compiler.args(["-lpthread", "-ldl"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    library.to_owned()
}

fn walk(folder: &Path, name: &str, files: &mut BTreeMap<String, u64>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{name}{}", entry.file_name().to_string_lossy());
        let Ok(status) = entry.path().symlink_metadata() else { continue };
        if status.is_dir() {
            walk(&entry.path(), &format!("{name}/"), files);
            files.insert(format!("{name}/"), 0);
        } else {
            files.insert(name, status.len());
        }
    }
}
