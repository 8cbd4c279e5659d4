//! The path of an administrator: keys, signatures, scans, quarantine, the policy, the sandbox, the audit log.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use csvq_tests::plugins::{Homestead, library};
use serde_json::{Value, json};

use super::{answer, failure};
use crate::{report, stderr, stdout};

/// A plugin in Python, which does nothing that a scan minds.
const HONEST: &str =
    "class Lengths:\n    version = \"1.0.0\"\n\n    def compare(self, left, right):\n        return None\n";

/// A plugin in Python that a scan flags.
const EVIL: &str = "import socket\n\n\nclass Evil:\n    version = \"1.0.0\"\n\n    def compare(self, left, right):\n        \
                    return socket.create_connection((\"example.org\", 80))\n";

/// A home, and who looks after it.
struct Office {
    homestead: Homestead,
}

impl Office {
    fn new() -> Self {
        Self { homestead: Homestead::new().unwrap() }
    }

    fn run(&self, args: &[&str]) -> Output {
        self.homestead.run(args).unwrap()
    }

    #[track_caller]
    fn ask(&self, args: &[&str]) -> Value {
        answer(&self.run(&[args, &["--format", "json"]].concat()))
    }

    /// The status with which a command ends.
    fn status(&self, args: &[&str]) -> Option<i32> {
        self.run(args).status.code()
    }

    /// A path in the folder in which the program runs.
    fn path(&self, name: &str) -> PathBuf {
        self.homestead.place.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        self.homestead.place.write(name, content).unwrap().display().to_string()
    }

    fn decree(&self, policy: &Value) {
        fs::write(self.homestead.home().join("config/security_policy.json"), policy.to_string()).unwrap();
    }

    /// Makes a pair of keys, and gives their id.
    #[track_caller]
    fn keys(&self, name: &str) -> String {
        self.ask(&["plugins", "keygen", name])["key_id"].as_str().unwrap().to_owned()
    }

    /// A key as the policy lists it.
    fn key(&self, name: &str) -> Value {
        json!({ "name": name, "public_key": fs::read_to_string(self.path(name).join("public.pem")).unwrap() })
    }

    #[track_caller]
    fn sign(&self, package: &str, by: &str) -> Value {
        self.ask(&["plugins", "sign", package, "--key", &format!("{by}/private.pem")])
    }

    fn verified(&self, package: &str, by: &str) -> Option<i32> {
        self.status(&["plugins", "verify", package, "--key", &format!("{by}/public.pem")])
    }

    fn is_installed(&self, id: &str) -> bool {
        self.homestead.home().join("plugins/custom").join(id).exists()
    }

    /// The lines of the audit log about an action.
    #[track_caller]
    fn lines(&self, action: &str) -> Vec<Value> {
        self.ask(&["audit", "list", "--action", action]).as_array().unwrap().clone()
    }

    /// What is in quarantine.
    #[track_caller]
    fn held(&self) -> Vec<Value> {
        self.ask(&["plugins", "quarantine", "list"]).as_array().unwrap().clone()
    }
}

/// A copy of a library, by itself in the folder.
fn copied(office: &Office, plugin: &str) -> String {
    let name = library(plugin).file_name().unwrap().to_str().unwrap().to_owned();
    office.write(&name, fs::read(library(plugin)).unwrap())
}

fn add_to(path: &str, bytes: &[u8]) {
    let content = [&fs::read(path).unwrap(), bytes].concat();
    fs::write(path, content).unwrap();
}

#[test]
fn keys_are_made_once_and_for_their_owner() {
    let office = Office::new();
    let made = office.ask(&["plugins", "keygen", "keys/ann"]);
    assert_eq!(made["key_id"].as_str().unwrap().len(), 64);
    assert_eq!((&made["private_key"], &made["has_password"]), (&"keys/ann/private.pem".into(), &false.into()));
    let private = office.path("keys/ann/private.pem");
    assert_eq!(fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&private).unwrap();
    let again = failure(&office.run(&["plugins", "keygen", "keys/ann"]));
    assert!(again.contains("keys/ann") && again.contains("never overwritten"), "{again}");
    assert_eq!(fs::read(&private).unwrap(), before);
    // What a key is for is told; what is secret in it is not.
    let told = stdout(&office.run(&["plugins", "keygen", "keys/bob"]));
    assert!(told.contains("csvq plugins sign") && told.contains("plugin_security.trusted_keys"), "{told}");
    let secret = fs::read_to_string(office.path("keys/bob/private.pem")).unwrap();
    assert!(!told.contains(secret.lines().nth(1).unwrap()), "{told}");
}

#[test]
fn a_key_under_a_password_signs_with_it_alone() {
    let office = Office::new();
    let (word, other) = (office.write("word", "correct horse\n"), office.write("other", "wrong horse\n"));
    assert_eq!(office.ask(&["plugins", "keygen", "locked", "--password-file", &word])["has_password"], true);
    let package = office.write("lengths.py", HONEST);
    let sign = ["plugins", "sign", &package, "--key", "locked/private.pem"];
    let unasked = failure(&office.run(&sign));
    assert!(unasked.contains("--password-file"), "{unasked}");
    let wrong = failure(&office.run(&[&sign[..], &["--password-file", &other]].concat()));
    assert!(wrong.contains("the password is wrong") && !wrong.contains("horse"), "{wrong}");
    assert!(!office.path("lengths.py.plugin.sig").exists());
    office.ask(&[&sign[..], &["--password-file", &word]].concat());
    assert_eq!(office.verified(&package, "locked"), Some(0));
    let many = office.write("many", "one\ntwo\n");
    let refused = failure(&office.run(&["plugins", "keygen", "more", "--password-file", &many]));
    assert!(refused.contains("one line") && !office.path("more").exists(), "{refused}");
}

#[test]
fn packages_of_every_form_are_signed_and_verified() {
    let office = Office::new();
    let key = office.keys("ann");
    office.keys("stranger");
    let zip = office.homestead.pack(&library("good"), "good.zip").unwrap().display().to_string();
    for package in [zip, office.write("lengths.py", HONEST), copied(&office, "good")] {
        assert_eq!(office.verified(&package, "ann"), Some(1), "{package}");
        let signed = office.sign(&package, "ann");
        assert_eq!(signed["key_id"], *key);
        assert!(Path::new(signed["signature"].as_str().unwrap()).exists(), "{signed}");
        assert_eq!(office.verified(&package, "ann"), Some(0), "{package}");
        assert_eq!(office.verified(&package, "stranger"), Some(1), "{package}");
        // A second signature stands beside the first.
        office.sign(&package, "stranger");
        assert_eq!((office.verified(&package, "ann"), office.verified(&package, "stranger")), (Some(0), Some(0)));
        // Without a key, those of the home count: none.
        let verdict = office.run(&["plugins", "verify", &package, "--format", "json"]);
        assert_eq!(verdict.status.code(), Some(1), "{}", stderr(&verdict));
        let verdict: Value = serde_json::from_slice(&verdict.stdout).unwrap();
        assert_eq!((&verdict["state"], verdict["others"].as_array().unwrap().len()), (&"unsigned".into(), 2));
        add_to(&package, b"\n# more\n");
        let tampered = office.run(&["plugins", "verify", &package, "--key", "ann/public.pem"]);
        // A zip with more behind its end is none at all; of a file, it is told that it is another.
        let expected = if package.ends_with(".zip") { 2 } else { 1 };
        assert_eq!(tampered.status.code(), Some(expected), "{package}: {}", stderr(&tampered));
        assert!(expected == 2 || stdout(&tampered).contains("modified"), "{}", stdout(&tampered));
    }
    office.decree(&json!({ "plugin_security": { "trusted_keys": [office.key("ann")] } }));
    let package = office.write("again.py", HONEST);
    office.sign(&package, "ann");
    let verdict = office.ask(&["plugins", "verify", &package]);
    assert_eq!((&verdict["state"], &verdict["signers"][0]["name"]), (&"signed".into(), &"ann".into()));
    assert_eq!(office.lines("package_signed").len(), 7);
}

#[test]
fn no_home_is_needed_for_keys_signatures_and_scans() {
    let office = Office::new();
    let package = office.write("lengths.py", HONEST);
    let run = |args: &[&str]| office.homestead.place.run(args).unwrap();
    for (args, status) in [
        (&["plugins", "keygen", "ann"][..], 0),
        (&["plugins", "sign", &package, "--key", "ann/private.pem"], 0),
        (&["plugins", "verify", &package, "--key", "ann/public.pem"], 0),
        (&["plugins", "verify", &package], 2),
        (&["plugins", "scan", &package], 0),
        (&["plugins", "scan", &office.write("evil.py", EVIL)], 1),
        (&["plugins", "quarantine", "list"], 2),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(status), "{args:?}: {}", stderr(&output));
    }
    assert!(stderr(&run(&["plugins", "verify", &package])).contains("--key FILE"));
    // What a bare library is, it is asked in a worker.
    let bare = run(&["plugins", "sign", &copied(&office, "good"), "--key", "ann/private.pem"]);
    assert!(failure(&bare).contains("csvq init"), "{}", stderr(&bare));
}

#[test]
fn where_signatures_are_required_only_what_is_signed_comes_in_and_runs() {
    let office = Office::new();
    let key = office.keys("ann");
    office.keys("stranger");
    // As the program says that it is done.
    let trusted = office.homestead.home().join("config/trusted_keys");
    fs::create_dir(&trusted).unwrap();
    fs::copy(office.path("ann/public.pem"), trusted.join("ann.pem")).unwrap();
    for (setting, value) in [
        ("plugin_security.trusted_keys[0]", r#"{"name": "ann", "public_key": "trusted_keys/ann.pem"}"#),
        ("plugin_security.require_signature_verification", "true"),
    ] {
        let set = office.run(&["config", "set", "--file", "security_policy", setting, value]);
        assert!(set.status.success(), "{}", stderr(&set));
    }
    let zip = office.homestead.pack(&library("good"), "good.zip").unwrap().display().to_string();
    let install = |package: &str| office.run(&["plugins", "install", package]);

    let unsigned = failure(&install(&zip));
    assert!(unsigned.contains("requires a signature") && unsigned.contains("hint: `csvq plugins verify"), "{unsigned}");
    office.sign(&zip, "stranger");
    assert!(failure(&install(&zip)).contains("keys that are not trusted"));
    let lone = copied(&office, "ulp_compare");
    office.sign(&lone, "ann");
    add_to(&lone, b"\0");
    assert!(failure(&install(&lone)).contains("ulp_compare"));
    assert!(!office.is_installed("good") && !office.is_installed("ulp_compare"));
    assert!(office.lines("install_refused").len() >= 3);

    office.sign(&zip, "ann");
    assert!(install(&zip).status.success());
    report(&office.homestead.compare("good", &[]).unwrap());
    let list = stdout(&office.run(&["plugins", "list"]));
    assert!(list.contains("SIGNATURE") && list.contains("built in"), "{list}");
    assert!(list.lines().any(|line| line.starts_with("good") && line.contains("signed")), "{list}");
    let info = stdout(&office.run(&["plugins", "info", "good"]));
    assert!(info.contains("signed by") && info.contains("ann (key "), "{info}");

    let revoked = json!({ "key_id": key, "reason": "it was stolen" }).to_string();
    let revoke = ["config", "set", "--file", "security_policy", "plugin_security.revoked[0]", &revoked];
    assert!(office.run(&revoke).status.success());
    let refused = failure(&office.homestead.compare("good", &[]).unwrap());
    assert!(refused.contains("good") && refused.contains("it was stolen"), "{refused}");
    assert_eq!(office.lines("run_refused").len(), 1);
    assert_eq!(office.status(&["plugins", "verify", &zip]), Some(1));
    // What is built in runs all the same.
    report(&office.homestead.compare("row_compare", &[]).unwrap());
    assert!(office.run(&["config", "unset", "--file", "security_policy", "plugin_security.revoked"]).status.success());
    report(&office.homestead.compare("good", &[]).unwrap());
}

#[test]
fn a_scan_tells_what_it_found_where_and_by_its_status() {
    let office = Office::new();
    let evil = office.write("evil.py", EVIL);
    for (path, status) in [
        (library("good").display().to_string(), 0),
        (office.write("lengths.py", HONEST), 0),
        (evil.clone(), 1),
        (office.write("broken.py", "def (\n"), 2),
        (office.path("nothing").display().to_string(), 2),
    ] {
        let scanned = office.run(&["plugins", "scan", &path]);
        assert_eq!(scanned.status.code(), Some(status), "{path}: {}{}", stdout(&scanned), stderr(&scanned));
    }
    let text = stdout(&office.run(&["plugins", "scan", &evil]));
    assert!(text.contains("evil.py:1") && text.contains("python.network") && text.contains("Flagged"), "{text}");
    let found = office.run(&["plugins", "scan", &evil, "--format", "json"]);
    let found: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!((&found["outcome"], &found["findings"][0]["line"]), (&"flagged".into(), &1.into()));
    // The rules are the home's.
    office.decree(&json!({ "plugin_security": { "scanner": { "flag_at": "critical" } } }));
    assert_eq!(office.status(&["plugins", "scan", &evil]), Some(0));
}

#[test]
fn what_is_suspicious_is_kept_apart_until_someone_answers_for_it() {
    let office = Office::new();
    let plugins = office.homestead.home().join("plugins");
    fs::write(plugins.join("evil.py"), EVIL).unwrap();
    assert!(office.status(&["plugins", "list"]) == Some(0) && !office.is_installed("evil"));
    let held = office.held();
    assert_eq!(held.len(), 1, "{held:?}");
    assert_eq!(
        (&held[0]["plugin"], &held[0]["reason"], &held[0]["origin"]),
        (&json!("evil"), &json!("flagged"), &json!("drop_in"))
    );
    let name = held[0]["name"].as_str().unwrap();
    assert!(plugins.join("quarantine").join(name).is_dir() && !plugins.join("evil.py").exists());
    let list = stdout(&office.run(&["plugins", "quarantine", "list"]));
    assert!(list.contains(name) && list.contains("evil.py: it imports what uses the network"), "{list}");

    let refused = failure(&office.run(&["plugins", "quarantine", "release", name]));
    assert!(refused.contains("python.network") && refused.contains("csvq plugins scan"), "{refused}");
    assert!(office.held().len() == 1 && !office.is_installed("evil"));
    let released = office.ask(&["plugins", "quarantine", "release", name, "--accept-findings"]);
    assert_eq!((&released["status"], &released["plugin"]), (&"released".into(), &"evil".into()));
    assert!(office.held().is_empty() && office.is_installed("evil"));
    let lines = office.lines("quarantine_released");
    let outcomes: Vec<&Value> = lines.iter().map(|line| &line["outcome"]).collect();
    assert_eq!(outcomes, ["allowed", "refused"], "{lines:?}");

    let again = office.ask(&["plugins", "quarantine", "add", "evil", "--reason", "it was named in an advisory"]);
    let name = again["name"].as_str().unwrap();
    assert!(!office.is_installed("evil"));
    assert!(stdout(&office.run(&["plugins", "quarantine", "list"])).contains("it was named in an advisory"));
    failure(&office.homestead.compare("evil", &[]).unwrap());
    let unasked = failure(&office.run(&["plugins", "quarantine", "delete", name]));
    assert!(unasked.contains("--yes") && office.held().len() == 1, "{unasked}");
    assert_eq!(office.ask(&["plugins", "quarantine", "delete", name, "--yes"])["status"], "deleted");
    assert!(office.held().is_empty() && !plugins.join("quarantine").join(name).exists());
    let all = office.ask(&["plugins", "quarantine", "list", "--all"]);
    let all: Vec<&Value> = all.as_array().unwrap().iter().map(|entry| &entry["status"]).collect();
    assert_eq!(all, ["released", "deleted"]);
    let refused = failure(&office.run(&["plugins", "install", &office.write("evil.py", EVIL)]));
    assert!(refused.contains("quarantine") && !office.is_installed("evil"), "{refused}");
    assert!(failure(&office.run(&["plugins", "quarantine", "release", "nothing"])).contains("nothing"));
}

#[test]
fn a_change_of_the_policy_leaves_a_line() {
    let office = Office::new();
    let set = |path: &str, value: &str| office.run(&["config", "set", "--file", "security_policy", path, value]);
    let get = |path: &str| office.ask(&["config", "get", "--file", "security_policy.json", path]);
    assert_eq!(get("execution_limits.max_memory_mb"), 1024);
    assert!(set("execution_limits.max_memory_mb", "512").status.success());
    assert_eq!(get("execution_limits.max_memory_mb"), 512);
    assert!(set("execution_limits.allow_network_access", "true").status.success());
    assert_eq!((office.lines("policy_changed").len(), office.lines("policy_loosened").len()), (1, 1));
    let line = &office.lines("policy_loosened")[0];
    assert_eq!((&line["caller"], &line["outcome"]), (&"local".into(), &"allowed".into()));
    assert!(line["why"].as_str().unwrap().contains("execution_limits.allow_network_access"), "{line}");

    let wrong = failure(&set("execution_limits.max_memory_bm", "512"));
    assert!(wrong.contains("did you mean `max_memory_mb`"), "{wrong}");
    let unset = ["config", "unset", "--file", "security_policy", "execution_limits.max_memory_mb"];
    assert!(office.run(&unset).status.success());
    let shown = office.ask(&["config", "show", "--file", "security_policy"]);
    assert_eq!(
        (&shown["execution_limits"]["max_memory_mb"], &shown["execution_limits"]["allow_network_access"]),
        (&1024.into(), &true.into())
    );
    assert_eq!(office.lines("policy_loosened").len(), 2);

    // Who edits the file by hand is seen the next time.
    office.decree(&json!({ "execution_limits": { "allow_network_access": true, "sandbox": false } }));
    let lines = office.lines("policy_loosened");
    assert_eq!((lines.len(), &lines[0]["caller"]), (3, &"file".into()), "{lines:?}");
    assert!(lines[0]["why"].as_str().unwrap().contains("execution_limits.sandbox"), "{lines:?}");
    // Other files have their lines, too.
    let limit = office.run(&["config", "set", "plugin_system.max_concurrent_comparisons", "8"]);
    assert!(limit.status.success(), "{}", stderr(&limit));
    assert_eq!(office.lines("config_changed")[0]["subject"], "plugin_system.max_concurrent_comparisons");
}

#[test]
fn configuration_files_are_checked_where_no_home_can_be_opened() {
    let office = Office::new();
    let sound = office.run(&["config", "check"]);
    assert_eq!((sound.status.code(), stdout(&sound).contains("are sound")), (Some(0), true));
    let config = office.homestead.home().join("config");
    fs::write(config.join("security_policy.json"), "{\n  \"plugin_security\": { \"allow_external\": true }\n}\n")
        .unwrap();
    fs::write(config.join("rbac.json"), "{ \"admin\": 1 }").unwrap();
    failure(&office.run(&["plugins", "list"]));
    let checked = office.run(&["config", "check"]);
    let text = stdout(&checked);
    assert_eq!(checked.status.code(), Some(1), "{text}");
    assert!(text.contains("security_policy.json: line 2") && text.contains("rbac.json: line 1"), "{text}");
    let checked = office.run(&["config", "check", "--format", "json"]);
    let errors: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!((&errors[0]["path"], &errors[0]["line"]), (&"plugin_security.allow_external".into(), &2.into()));
    assert_eq!(errors.as_array().unwrap().len(), 2, "{errors}");

    // What the policy names is looked at, too: keys, and the rules of the scanner.
    fs::remove_file(config.join("rbac.json")).unwrap();
    fs::create_dir(config.join("trusted_keys")).unwrap();
    fs::write(config.join("trusted_keys/ann.pem"), "no key").unwrap();
    let key = json!({ "name": "ann", "public_key": "trusted_keys/ann.pem" });
    office.decree(&json!({ "plugin_security": { "trusted_keys": [key] } }));
    let check = |part: &str| {
        let checked = office.run(&["config", "check"]);
        assert_eq!(checked.status.code(), Some(1), "{}", stderr(&checked));
        assert!(stdout(&checked).contains(part), "{}", stdout(&checked));
    };
    check("trusted_keys");
    office.decree(&json!({}));
    fs::write(config.join("scan_rules.json"), "{ \"rule\": [] }").unwrap();
    check("scan_rules.json");
    let nowhere = office.homestead.place.run(&["config", "check", "--home", "nowhere"]).unwrap();
    assert!(failure(&nowhere).contains("csvq init"));
}

#[test]
fn the_audit_log_is_read_written_out_checked_and_shortened() {
    let office = Office::new();
    let good = library("good").display().to_string();
    office.ask(&["plugins", "install", &good]);
    office.ask(&["plugins", "disable", "good", "--reason", "a reason that is found again"]);
    failure(&office.run(&["plugins", "install", &office.write("evil.py", EVIL)]));
    let numbers = |args: &[&str]| -> Vec<u64> {
        let lines = office.ask(&[&["audit", "list"], args].concat());
        lines.as_array().unwrap().iter().map(|line| line["number"].as_u64().unwrap()).collect()
    };
    let (newest, oldest) = (numbers(&[]), numbers(&["--oldest-first"]));
    assert!(newest.len() >= 4, "{newest:?}");
    assert_eq!(newest.iter().rev().collect::<Vec<_>>(), oldest.iter().collect::<Vec<_>>());
    assert_eq!(numbers(&["--limit", "2"]), newest[..2]);
    assert_eq!(numbers(&["--since", "1d", "--caller", "local", "--outcome", "allowed", "--subject", "good"]).len(), 2);
    assert!(numbers(&["--until", "2020-01-01"]).is_empty() && numbers(&["--caller", "nobody"]).is_empty());
    let text = stdout(&office.run(&["audit", "list"]));
    assert!(text.contains("plugin_disabled") && text.contains("    a reason that is found again\n"), "{text}");
    assert!(stdout(&office.run(&["audit", "list", "--caller", "nobody"])).contains("No line"));

    let exported = stdout(&office.run(&["audit", "export", "--outcome", "refused"]));
    let lines: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| line["outcome"] == "refused"), "{exported}");
    let told = office.ask(&["audit", "export", "--output", "log.ndjson"]);
    let written = office.homestead.place.read("log.ndjson").unwrap();
    assert_eq!(told["lines"], written.lines().count());
    assert!(written.contains("audit_exported"), "{written}");

    assert_eq!(office.status(&["audit", "verify"]), Some(0));
    assert!(failure(&office.run(&["audit", "prune", "--older-than-days", "1"])).contains("--yes"));
    assert_eq!(office.ask(&["audit", "prune", "--older-than-days", "1", "--yes"])["lines"], 0);
    let lines = numbers(&[]).len();
    assert_eq!(office.ask(&["audit", "prune", "--older-than-days", "0", "--yes"])["lines"], lines);
    assert_eq!(office.lines("audit_pruned").len(), 1);
    assert_eq!(office.status(&["audit", "verify"]), Some(0));
}

#[test]
fn a_line_that_someone_changed_is_found() {
    let office = Office::new();
    office.ask(&["plugins", "install", &library("good").display().to_string()]);
    office.ask(&["plugins", "disable", "good", "--reason", "a reason that is found again"]);
    assert_eq!(office.ask(&["audit", "verify"])["broken"], Value::Null);
    let database = office.homestead.home().join("state/state.db");
    let mut bytes = fs::read(&database).unwrap();
    let (reason, other) = (b"a reason that is found again", b"a reason that nobody had had");
    let places: Vec<usize> = (0..=bytes.len() - reason.len()).filter(|at| bytes[*at..].starts_with(reason)).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|at| bytes[*at..at + other.len()].copy_from_slice(other));
    fs::write(&database, bytes).unwrap();
    let checked = office.run(&["audit", "verify"]);
    assert_eq!(checked.status.code(), Some(1), "{}", stderr(&checked));
    assert!(stdout(&checked).contains("The audit log is broken at number"), "{}", stdout(&checked));
}

#[test]
fn what_a_plugin_is_held_to_is_told_and_the_environment_only_tightens() {
    let office = Office::new();
    office.ask(&["plugins", "install", &library("good").display().to_string()]);
    let held = office.ask(&["sandbox"]);
    assert_eq!((&held["sandbox"], &held["time"]["holds"]), (&true.into(), &true.into()), "{held}");
    assert_eq!(office.ask(&["sandbox", "--plugin", "Test good"])["exec"], held["exec"]);
    let text = stdout(&office.run(&["sandbox"]));
    assert!(
        text.contains("HOLDS") && text.contains("foreign files") && text.contains("The policy is not strict"),
        "{text}"
    );
    assert!(failure(&office.run(&["sandbox", "--plugin", "nothing"])).contains("nothing"));

    office.decree(&json!({ "execution_limits": { "sandbox": false } }));
    assert_eq!(office.ask(&["sandbox"])["sandbox"], false);
    let run = |strict: &str| {
        let mut command = office.homestead.command(&["sandbox"]);
        command.env("PLUGIN_SECURITY_STRICT", strict).output().unwrap()
    };
    let strict = run("true");
    match strict.status.code() {
        // Where this machine has what it takes.
        Some(0) => assert!(stdout(&strict).contains("The policy is strict"), "{}", stdout(&strict)),
        _ => assert!(failure(&strict).contains("the policy is strict"), "{}", stderr(&strict)),
    }
    assert!(stdout(&run("false")).contains("There is no sandbox"));
    assert!(failure(&run("perhaps")).contains("PLUGIN_SECURITY_STRICT"));
    // That of one process is no change of the policy.
    assert_eq!(office.lines("policy_changed").len(), 0);
}
