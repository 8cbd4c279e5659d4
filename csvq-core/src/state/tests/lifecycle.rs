//! Statuses and their transitions, deprecation, use.

use proptest::prelude::*;

use super::Home;
use crate::error::ErrorKind;
use crate::state::PluginStatus::{self, Active, Deprecated, Disabled, PendingRemoval, Quarantined};
use crate::state::{DEFAULT_REMOVAL_DAYS, PluginRecord, Timestamp};

/// What is refused; everything else is allowed.
const REFUSED: &[(PluginStatus, PluginStatus)] = &[(Quarantined, Active), (Quarantined, Deprecated)];

#[test]
fn only_allowed_transitions_are_made() {
    for from in PluginStatus::ALL.iter().copied() {
        for to in PluginStatus::ALL.iter().copied() {
            let home = Home::with_plugin();
            home.state.set_status("p", from, None).unwrap();
            let answer = home.state.set_status("p", to, Some("why"));
            let plugin = home.reopened().plugin("p").unwrap().unwrap();
            let allowed = !REFUSED.contains(&(from, to));
            assert_eq!(from.may_become(to), allowed, "{from} to {to}");
            if allowed {
                assert_eq!(answer.unwrap(), from);
                assert_eq!((plugin.status, plugin.reason.as_deref()), (to, Some("why")), "{from} to {to}");
            } else {
                let error = answer.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Conflict);
                assert!(error.message().contains("it can become: disabled, pending_removal"), "{error}");
                assert_eq!(plugin.status, from);
            }
        }
    }
}

#[test]
fn errors_name_plugin_and_way_out() {
    let home = Home::with_plugin();
    home.state.set_status("p", Quarantined, None).unwrap();
    let error = home.state.enable("p").unwrap_err();
    assert_eq!(
        error.to_string(),
        "p: it is quarantined, and can't become active; it can become: disabled, pending_removal (release it from \
         quarantine to make it active)"
    );
    let error = home.state.set_status("q", Disabled, None).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "q: no such plugin is installed"));
}

#[test]
fn deprecation_has_reason_and_days() {
    let home = Home::with_plugin();
    home.state.deprecate("p", "use q", DEFAULT_REMOVAL_DAYS).unwrap();
    let plugin = home.state.plugin("p").unwrap().unwrap();
    let at = plugin.deprecated_at.unwrap();
    assert_eq!((plugin.status, plugin.reason.as_deref()), (Deprecated, Some("use q")));
    assert_eq!(plugin.removal_at, Some(at.plus_days(90)));

    let due = |now: Timestamp| home.state.due_for_removal(now).unwrap().len();
    assert_eq!((due(at.plus_days(89)), due(at.plus_days(90))), (0, 1));

    home.state.deprecate("p", "use r", 0).unwrap();
    assert_eq!(home.state.plugin("p").unwrap().unwrap().reason.as_deref(), Some("use r"));
    assert_eq!(due(Timestamp::now()), 1);

    home.state.set_status("p", Active, None).unwrap();
    let plugin = home.state.plugin("p").unwrap().unwrap();
    assert_eq!((plugin.deprecated_at, plugin.removal_at, plugin.deprecation_reason), (None, None, None));
    assert_eq!(due(Timestamp(i64::MAX)), 0);

    home.state.set_status("p", PendingRemoval, None).unwrap();
    assert_eq!(due(Timestamp(0)), 1);
}

#[test]
fn what_was_deprecated_is_so_again_after_disabling_or_quarantine() {
    let home = Home::with_plugin();
    home.state.deprecate("p", "old", 5).unwrap();
    home.state.set_status("p", Disabled, Some("by hand")).unwrap();
    assert_eq!(home.state.enable("p").unwrap(), Deprecated);
    home.state.set_status("p", Quarantined, Some("flagged")).unwrap();
    assert_eq!(home.state.release("p").unwrap(), Deprecated);
    let plugin = home.state.plugin("p").unwrap().unwrap();
    assert_eq!((plugin.reason.as_deref(), plugin.status_before), (Some("old"), Some(Quarantined)));
    assert!(plugin.removal_at.is_some());
    assert_eq!(home.state.enable("p").unwrap(), Deprecated);
    assert_eq!(home.state.release("p").unwrap_err().kind(), ErrorKind::Conflict);
}

#[test]
fn a_disabled_plugin_stays_disabled_when_it_is_deprecated() {
    let home = Home::with_plugin();
    home.state.set_status("p", Disabled, Some("by hand")).unwrap();
    home.state.deprecate("p", "old", 5).unwrap();
    let plugin = home.state.plugin("p").unwrap().unwrap();
    assert_eq!((plugin.status, plugin.reason.as_deref()), (Disabled, Some("by hand")));
    assert_eq!(home.state.enable("p").unwrap(), Deprecated);
}

#[test]
fn unused_means_not_used_for_so_many_days() {
    const DAY: i64 = 86_400_000;
    let check = |used: &[i64], days: u32, now: i64, expected: bool| {
        // Installed at 1,000 ms.
        let home = Home::with_plugin();
        for at in used {
            assert!(home.state.record_usage("p", Timestamp(*at)).unwrap());
        }
        let found = home.state.unused(days, Timestamp(now)).unwrap();
        assert_eq!(!found.is_empty(), expected, "{used:?} {days} {now}");
    };
    check(&[], 30, 30 * DAY, false);
    check(&[], 30, 30 * DAY + 1_000, true);
    check(&[5 * DAY], 30, 34 * DAY, false);
    check(&[5 * DAY], 30, 35 * DAY, true);
    check(&[5 * DAY, 20 * DAY], 30, 35 * DAY, false);
    check(&[20 * DAY, 5 * DAY], 30, 35 * DAY, false);
    check(&[], 0, 1_000, true);
}

#[test]
fn usage_is_counted_for_installed_plugins_alone() {
    let home = Home::with_plugin();
    assert!(!home.state.record_usage("row_compare", Timestamp(5)).unwrap());
    for at in [7, 9, 8] {
        assert!(home.state.record_usage("p", Timestamp(at)).unwrap());
    }
    let plugin = home.state.plugin("p").unwrap().unwrap();
    assert_eq!((plugin.usage_count, plugin.last_used), (3, Some(Timestamp(9))));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Set(PluginStatus),
    Enable,
    Release,
    Deprecate,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        proptest::sample::select(PluginStatus::ALL).prop_map(Step::Set),
        Just(Step::Enable),
        Just(Step::Release),
        Just(Step::Deprecate),
    ]
}

/// The status that a step leads to, by the table; none where it is refused.
fn expected(before: &PluginRecord, step: Step) -> Option<PluginStatus> {
    let usable = if before.deprecated_at.is_some() { Deprecated } else { Active };
    match (step, before.status) {
        (Step::Set(to), from) => (!REFUSED.contains(&(from, to))).then_some(to),
        (Step::Enable, Quarantined) => None,
        (Step::Enable, Active | Deprecated) => Some(before.status),
        (Step::Enable, _) => Some(usable),
        (Step::Release, Quarantined) => Some(usable),
        (Step::Release, _) => None,
        (Step::Deprecate, Disabled) => Some(Disabled),
        (Step::Deprecate, Active | Deprecated) => Some(Deprecated),
        (Step::Deprecate, _) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_way_leads_around_the_table(steps in proptest::collection::vec(step(), 1..20)) {
        let home = Home::with_plugin();
        for step in steps {
            let before = home.state.plugin("p").unwrap().unwrap();
            let answer = match step {
                Step::Set(status) => home.state.set_status("p", status, Some("set")).map(|_| ()),
                Step::Enable => home.state.enable("p").map(|_| ()),
                Step::Release => home.state.release("p").map(|_| ()),
                Step::Deprecate => home.state.deprecate("p", "old", 90),
            };
            let after = home.state.plugin("p").unwrap().unwrap();
            match expected(&before, step) {
                Some(status) => {
                    prop_assert!(answer.is_ok(), "{step:?} from {}", before.status);
                    prop_assert_eq!(after.status, status, "{:?} from {}", step, before.status);
                }
                None => {
                    prop_assert_eq!(answer.unwrap_err().kind(), ErrorKind::Conflict);
                    prop_assert_eq!(&after, &before);
                }
            }
            if after.status != before.status {
                prop_assert_eq!(after.status_before, Some(before.status));
            }
            if after.status == Active {
                prop_assert_eq!((after.deprecated_at, after.removal_at), (None, None));
            }
            if after.status == Deprecated {
                prop_assert!(after.deprecated_at.is_some());
            }
        }
    }
}
