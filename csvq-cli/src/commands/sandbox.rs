//! `csvq sandbox`: what a plugin is held to on this machine.

use std::path::Path;

use csvq_core::Result;
use csvq_core::access::Caller;
use csvq_core::config::{FileSystemAccess, PluginLimits};
use csvq_core::sandbox::{Effect, Enforced, Guards};
use serde::Serialize;
use serde_json::Value;

use super::{answer, home};
use crate::args::SandboxArgs;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::messages::Messages;
use crate::{interrupt, table};

/// Has a worker find out what holds it.
///
/// # Errors
/// Whatever kept it from that; also that something is missing which a strict policy demands.
pub(crate) fn run(
    args: &SandboxArgs,
    flag: Option<&Path>,
    environment: &Environment,
    messages: &Messages,
) -> Result<Exit> {
    let engine = home::open(flag, environment, messages)?;
    let caller = Caller::local();
    let id = args.plugin.as_deref().map(|name| engine.plugin(&caller, name)).transpose()?.map(|plugin| plugin.id);
    let limits = engine.policy(&caller)?.effective(id.as_deref().unwrap_or_default());
    let enforced = engine.sandbox(&caller, id.as_deref(), &interrupt::control())?;
    answer::answer(args.answer.format, &enforced, || show(&enforced, &limits))?;
    Ok(Exit::Success)
}

fn show(enforced: &Enforced, limits: &PluginLimits) -> String {
    let row = |effect: &Effect| {
        let held = enforced.of(*effect);
        let weaker: Vec<&str> = held.weaker.iter().map(|weakness| weakness.text()).collect();
        vec![
            effect.name().replace('_', " "),
            if held.holds { "yes" } else { "no" }.to_owned(),
            names(&held.by),
            weaker.join("; "),
        ]
    };
    let rows: Vec<Vec<String>> = Effect::ALL.iter().map(row).collect();
    let table = table::render(&["effect", "holds", "by", "weaker"], &rows);
    format!("{table}\n{}\n{}\n", within(limits), about_strict(enforced, limits))
}

/// What the policy lets a plugin have.
fn within(limits: &PluginLimits) -> String {
    let files = match limits.allow_file_system_access {
        FileSystemAccess::None => "the package alone".to_owned(),
        FileSystemAccess::Restricted => format!("the package, and {} MiB of scratch", limits.max_scratch_mb),
        FileSystemAccess::Full => "all of the user's".to_owned(),
    };
    format!(
        "By the policy a plugin gets {} MiB of memory, {} s, {} MiB for its result; files: {files}; network: {}.",
        limits.max_memory_mb,
        limits.max_execution_time.as_secs_f64(),
        limits.max_result_mb,
        if limits.allow_network_access { "yes" } else { "no" },
    )
}

/// The names of some things as JSON has them, for people.
fn names<T: Serialize>(things: &[T]) -> String {
    let name = |thing: &T| match serde_json::to_value(thing) {
        Ok(Value::String(name)) => name.replace('_', " "),
        _ => String::new(),
    };
    things.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// What a strict policy makes, or would make, of it.
fn about_strict(enforced: &Enforced, limits: &PluginLimits) -> String {
    if limits.strict {
        return "The policy is strict, and all that it demands holds.".to_owned();
    }
    if !enforced.sandbox {
        let (why, strict) = match limits.sandbox {
            true => ("this system has none", "would refuse to run plugins here"),
            false => ("the policy switches it off", "would switch it on"),
        };
        return format!("There is no sandbox ({why}): a plugin may do what you may do. A strict policy {strict}.");
    }
    let missing: Vec<String> =
        enforced.missing(&guards(limits)).iter().map(|effect| effect.name().replace('_', " ")).collect();
    if missing.is_empty() {
        return "The policy is not strict. All that a strict one demands holds here, so that it can be: `csvq config set \
                --file security_policy execution_limits.strict true`."
            .to_owned();
    }
    let missing = missing.join(", ");
    format!(
        "The policy is not strict, so that plugins run without what is missing: {missing}. A strict one would refuse them."
    )
}

/// What is asked of the guards by these limits.
fn guards(limits: &PluginLimits) -> Guards {
    let files = limits.allow_file_system_access;
    Guards { network: limits.allow_network_access, files, ..Guards::default() }
}

#[cfg(test)]
mod tests {
    use csvq_core::config::SecurityPolicy;
    use csvq_core::sandbox::{Held, Mechanism, Weakness};

    use super::*;

    fn limits(policy: &str) -> PluginLimits {
        SecurityPolicy::from_json("policy.json".as_ref(), policy).unwrap().effective("any")
    }

    /// A sandbox in which everything holds but the network.
    fn without_network() -> Enforced {
        let held = || Held { holds: true, by: vec![Mechanism::ResourceLimit], weaker: Vec::new() };
        let network = Held { holds: false, by: Vec::new(), weaker: vec![Weakness::NoSeccomp] };
        Enforced {
            sandbox: true,
            landlock_abi: 5,
            network,
            foreign_files: held(),
            exec: held(),
            processes: held(),
            memory: held(),
            cpu: held(),
            time: held(),
            descriptors: held(),
            signals: held(),
            kernel: held(),
        }
    }

    #[test]
    fn what_is_missing_is_told_and_what_a_strict_policy_makes_of_it() {
        let check = |enforced: &Enforced, policy: &str, expected: &str| {
            let text = show(enforced, &limits(policy));
            assert!(text.contains(expected), "{text}");
        };
        check(&without_network(), "{}", "without what is missing: network.");
        check(&without_network(), "{}", "system calls can't be filtered here");
        check(&without_network(), "{}", "resource limit");
        check(
            &without_network(),
            r#"{"execution_limits": {"allow_network_access": true}}"#,
            "All that a strict one demands holds here",
        );
        check(&without_network(), r#"{"execution_limits": {"strict": true}}"#, "The policy is strict");
        let off = r#"{"execution_limits": {"sandbox": false}}"#;
        check(&Enforced::nothing(), off, "the policy switches it off");
        check(&Enforced::nothing(), off, "A strict policy would switch it on.");
        check(&Enforced::nothing(), "{}", "this system has none");
    }
}
