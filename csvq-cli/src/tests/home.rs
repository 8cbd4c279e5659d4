//! What the commands about a home are told: of signatures, scans, quarantine, the audit log and configuration files.

use std::path::Path;

use clap::Parser;
use csvq_core::config::ConfigFile;
use csvq_core::state::{AuditAction, AuditFilter, AuditOutcome, Timestamp};

use crate::args::{
    AuditCommand, Cli, Command, ConfigCommand, ListFormat, PackageCommand, PluginsCommand, QuarantineCommand,
};

/// The present of these tests: 2026-07-10T00:00:00Z.
const NOW: Timestamp = Timestamp(1_783_641_600_000);

fn parse(line: &[&str]) -> Result<Command, clap::Error> {
    Cli::try_parse_from([&["csvq"], line].concat()).map(|cli| cli.command)
}

/// A part of the message with which a command line is refused.
#[track_caller]
fn refused(line: &[&str], part: &str) {
    let message = parse(line).unwrap_err().to_string();
    assert!(message.contains(part), "{line:?}: {message}");
}

#[track_caller]
fn package(line: &[&str]) -> PackageCommand {
    match parse(&[&["plugins"], line].concat()).unwrap() {
        Command::Plugins(args) => match args.command {
            PluginsCommand::Package(command) => command,
            other => panic!("{line:?}: {other:?}"),
        },
        other => panic!("{line:?}: {other:?}"),
    }
}

#[track_caller]
fn quarantine(line: &[&str]) -> QuarantineCommand {
    match parse(&[&["plugins", "quarantine"], line].concat()).unwrap() {
        Command::Plugins(args) => match args.command {
            PluginsCommand::Quarantine(args) => args.command,
            other => panic!("{line:?}: {other:?}"),
        },
        other => panic!("{line:?}: {other:?}"),
    }
}

#[track_caller]
fn audit(line: &[&str]) -> AuditCommand {
    match parse(&[&["audit"], line].concat()).unwrap() {
        Command::Audit(args) => args.command,
        other => panic!("{line:?}: {other:?}"),
    }
}

/// The file that a command about the configuration means.
#[track_caller]
fn file(line: &[&str]) -> ConfigFile {
    match parse(&[&["config"], line].concat()).unwrap() {
        Command::Config(args) => match args.command {
            ConfigCommand::Get { of, .. }
            | ConfigCommand::Set { of, .. }
            | ConfigCommand::Unset { of, .. }
            | ConfigCommand::Show { of } => of.file,
            ConfigCommand::Check => panic!("{line:?}"),
        },
        other => panic!("{line:?}: {other:?}"),
    }
}

#[test]
fn keys_signatures_and_scans() {
    match package(&["keygen", "keys", "--password-file", "word"]) {
        PackageCommand::Keygen(args) => {
            assert_eq!(
                (args.folder.as_path(), args.password_file.as_deref()),
                (Path::new("keys"), Some(Path::new("word")))
            );
        }
        other => panic!("{other:?}"),
    }
    match package(&["sign", "p.zip", "--key", "k.pem"]) {
        PackageCommand::Sign(args) => {
            assert_eq!((args.package.as_path(), args.key.as_path()), (Path::new("p.zip"), Path::new("k.pem")));
            assert_eq!((args.password_file, args.expires), (None, None));
        }
        other => panic!("{other:?}"),
    }
    match package(&["verify", "p.zip", "--key", "k.pem", "--format", "json"]) {
        PackageCommand::Verify(args) => assert_eq!(args.key.as_deref(), Some(Path::new("k.pem"))),
        other => panic!("{other:?}"),
    }
    assert!(matches!(package(&["verify", "p.zip"]), PackageCommand::Verify(args) if args.key.is_none()));
    assert!(matches!(package(&["scan", "folder"]), PackageCommand::Scan(args) if args.path == Path::new("folder")));
    refused(&["plugins", "sign", "p.zip"], "--key <FILE>");
    refused(&["plugins", "keygen"], "<DIR>");
    refused(&["plugins", "scan"], "<PATH>");
}

#[test]
fn a_signature_lasts_to_the_end_of_a_day_or_to_a_time() {
    let check = |text: &str, expected: &str| match package(&["sign", "p.zip", "--key", "k.pem", "--expires", text]) {
        PackageCommand::Sign(args) => assert_eq!(args.expires.unwrap().to_string(), expected, "{text}"),
        other => panic!("{other:?}"),
    };
    check("2027-06-30", "2027-07-01T00:00:00.000Z");
    check("2028-02-29", "2028-03-01T00:00:00.000Z");
    check("2027-06-30T18:00:00+02:00", "2027-06-30T16:00:00.000Z");
    for text in ["2027-02-29", "30.6.2027", "2027-6-30", "2027-06-30T18:00:00", "30d", "+027-06-30", ""] {
        refused(&["plugins", "sign", "p.zip", "--key", "k.pem", "--expires", text], "write a date (2027-06-30)");
    }
}

#[test]
fn what_is_suspicious() {
    assert!(matches!(quarantine(&["list"]), QuarantineCommand::List { all: false }));
    assert!(matches!(quarantine(&["list", "--all"]), QuarantineCommand::List { all: true }));
    assert!(matches!(
        quarantine(&["add", "good", "--reason", "an advisory"]),
        QuarantineCommand::Add { plugin, reason } if plugin == "good" && reason == "an advisory"
    ));
    assert!(matches!(
        quarantine(&["release", "good-1"]),
        QuarantineCommand::Release { name, accept_findings: false } if name == "good-1"
    ));
    assert!(matches!(
        quarantine(&["release", "good-1", "--accept-findings"]),
        QuarantineCommand::Release { accept_findings: true, .. }
    ));
    assert!(matches!(quarantine(&["delete", "good-1"]), QuarantineCommand::Delete { yes: false, .. }));
    assert!(matches!(quarantine(&["delete", "good-1", "-y"]), QuarantineCommand::Delete { yes: true, .. }));
    // What is an empty name, the engine tells.
    assert!(matches!(quarantine(&["delete", ""]), QuarantineCommand::Delete { name, .. } if name.is_empty()));
    refused(&["plugins", "quarantine", "add", "good"], "--reason <TEXT>");
    refused(&["plugins", "quarantine", "delete"], "<NAME>");
}

#[test]
fn lines_of_the_audit_log_are_chosen() {
    let check = |line: &[&str], expected: AuditFilter| match audit(&[&["export"], line].concat()) {
        AuditCommand::Export { filter, output } => {
            assert_eq!((filter.filter(NOW), output), (expected, None), "{line:?}");
        }
        other => panic!("{other:?}"),
    };
    let none = AuditFilter::default;
    let since = |time: i64| AuditFilter { since: Some(Timestamp(time)), ..none() };
    check(&[], none());
    check(&["--since", "7d"], since(NOW.0 - 7 * 86_400_000));
    check(&["--since", "12h"], since(NOW.0 - 43_200_000));
    check(&["--since", "1h30m"], since(NOW.0 - 5_400_000));
    check(&["--since", "2026-07-01"], since(NOW.0 - 9 * 86_400_000));
    check(&["--since", "2026-07-09T22:00:00.500-02:00"], since(NOW.0 + 500));
    check(&["--until", "2026-07-10"], AuditFilter { until: Some(NOW), ..none() });
    check(
        &["--caller", "ann", "--subject", "good", "--action", "policy_loosened", "--outcome", "refused"],
        AuditFilter {
            caller: Some("ann".to_owned()),
            subject: Some("good".to_owned()),
            action: Some(AuditAction::PolicyLoosened),
            outcome: Some(AuditOutcome::Refused),
            ..none()
        },
    );
    for text in ["yesterday", "7", "2026-13-01", "2026-07-01T10:00", "-7d", ""] {
        refused(&["audit", "list", &format!("--since={text}")], "how long ago");
    }
    refused(&["audit", "list", "--outcome", "maybe"], "allowed, refused, failed");
    refused(&["audit", "list", "--action", "policy_losened"], "policy_loosened");
}

#[test]
fn the_audit_log_is_shown_written_out_and_shortened() {
    assert!(matches!(audit(&["list"]), AuditCommand::List { limit: 50, oldest_first: false, .. }));
    assert!(matches!(
        audit(&["list", "--limit", "10000", "--oldest-first"]),
        AuditCommand::List { limit: 10_000, oldest_first: true, .. }
    ));
    assert!(matches!(
        audit(&["export", "--output", "log.ndjson"]),
        AuditCommand::Export { output: Some(path), .. } if path == Path::new("log.ndjson")
    ));
    assert!(matches!(audit(&["verify"]), AuditCommand::Verify));
    assert!(matches!(
        audit(&["prune", "--older-than-days", "400", "--yes"]),
        AuditCommand::Prune { older_than_days: 400, yes: true }
    ));
    refused(&["audit", "list", "--limit", "0"], "1..=10000");
    refused(&["audit", "list", "--limit", "10001"], "1..=10000");
    refused(&["audit", "prune"], "--older-than-days <DAYS>");
    refused(&["audit", "prune", "--older-than-days", "-1"], "-1");
}

#[test]
fn configuration_files_are_named_with_or_without_their_ending() {
    assert_eq!(file(&["show"]), ConfigFile::PluginConfig);
    assert_eq!(file(&["get", "plugin_system.enabled"]), ConfigFile::PluginConfig);
    for known in ConfigFile::ALL {
        let name = known.name();
        for name in [name, name.strip_suffix(".json").unwrap()] {
            assert_eq!(file(&["show", "--file", name]), *known, "{name}");
            assert_eq!(file(&["set", "--file", name, "a.b", "1"]), *known, "{name}");
            assert_eq!(file(&["unset", "a.b", "--file", name]), *known, "{name}");
        }
    }
    refused(&["config", "show", "--file", "security_polcy"], "security_policy");
    refused(&["config", "check", "--file", "rbac"], "--file");
}

#[test]
fn what_holds_a_plugin() {
    match parse(&["sandbox", "--plugin", "good", "--format", "json", "-q"]).unwrap() {
        Command::Sandbox(args) => {
            assert_eq!(args.plugin.as_deref(), Some("good"));
            assert!(args.answer.format == ListFormat::Json && args.answer.quiet);
        }
        other => panic!("{other:?}"),
    }
}
