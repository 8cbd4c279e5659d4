//! Processes that are killed at each step: the old state holds, or the new one, and recovering says which.

use super::processes::Process;
use super::{OpenGate, Place, Trial, first_steps, names, source, summary};
use crate::control::Control;
use crate::install::{Action, Installer, Outcome, Recovered, Step};

/// What someone finds who opens the home after the kill.
fn recovered(place: &Place) -> Vec<Recovered> {
    let installer = Installer::new(&place.home, &place.state, Box::new(OpenGate), Box::new(Trial)).unwrap();
    let recovered = installer.recover().unwrap();
    place.sound();
    assert_eq!(installer.recover().unwrap(), []);
    recovered
}

/// Kills at a step, and checks what is there afterwards, and what is said about it.
#[track_caller]
fn kill_at(place: &Place, work: &str, arguments: &[&str], step: Step, new: &str, action: Action) {
    let old = place.summary();
    let mut process = Process::start(work, &place.home, arguments);
    process.go();
    assert_eq!(process.line().as_deref(), Some(step.name()));
    process.kill();
    let found = recovered(place);
    let expected = match step {
        // Nothing was begun.
        Step::Allowed => None,
        Step::Locked if action == Action::Uninstall => None,
        Step::Recorded => Some(Outcome::Finished),
        Step::Cleaned => None,
        _ => Some(Outcome::Undone),
    };
    assert_eq!(found.iter().map(|one| one.outcome).collect::<Vec<_>>(), Vec::from_iter(expected), "{step}");
    let is_new = matches!(step, Step::Recorded | Step::Cleaned);
    assert_eq!(place.summary(), if is_new { new } else { old.as_str() }, "{step}");
    if let Some(one) = found.first() {
        assert_eq!(one.action, action);
        let text = one.to_string();
        assert!(text.contains("was cut off") && text.contains("lengths"), "{text}");
        assert_eq!(one.outcome == Outcome::Finished, text.contains("had been done"), "{text}");
    }
}

#[test]
fn an_installation_that_is_killed() {
    for step in first_steps() {
        let place = Place::new();
        let path = place.package("lengths", "1.0.0");
        let arguments = [path.to_str().unwrap(), step.name(), "0", ""];
        kill_at(&place, "install, stopped", &arguments, step, "lengths 1.0.0*", Action::Install);
        // What was undone can be done.
        if place.summary().is_empty() {
            place.install_path(&path).unwrap();
        }
        assert_eq!(place.summary(), "lengths 1.0.0*");
        place.sound();
    }
}

#[test]
fn an_update_that_is_killed() {
    for step in first_steps() {
        let place = Place::new();
        place.install("lengths", "1.0.0").unwrap();
        place.install("other", "1.0.0").unwrap();
        let path = place.package("lengths", "2.0.0");
        let arguments = [path.to_str().unwrap(), step.name(), "0", ""];
        let new = "lengths 1.0.0 2.0.0*, other 1.0.0*";
        kill_at(&place, "install, stopped", &arguments, step, new, Action::Install);
    }
}

#[test]
fn a_replacement_that_is_killed() {
    for step in Step::ALL {
        for more in ["", "# more\n"] {
            let place = Place::new();
            let path = place.package("lengths", "1.0.0");
            place.install_path(&path).unwrap();
            let before = place.plugin("lengths").unwrap().versions;
            std::fs::write(&path, source("lengths", "1.0.0") + more).unwrap();
            let arguments = [path.to_str().unwrap(), step.name(), "0", "force"];
            kill_at(&place, "install, stopped", &arguments, *step, "lengths 1.0.0*", Action::Install);
            let is_new = place.plugin("lengths").unwrap().versions != before;
            assert_eq!(is_new, matches!(step, Step::Recorded | Step::Cleaned), "{step}");
        }
    }
}

#[test]
fn a_removal_that_is_killed() {
    for (step, count) in [
        (Step::Locked, "0"),
        (Step::Begun, "0"),
        (Step::Journaled, "0"),
        (Step::MovedAway, "0"),
        (Step::MovedAway, "1"),
        (Step::Recorded, "0"),
        (Step::Cleaned, "0"),
    ] {
        let place = Place::new();
        // Two things are moved away: the installed files, and the one that was dropped in.
        place.drop_in("lengths.py", &source("lengths", "1.0.0"));
        place.installer.take_in(&Control::new(), false).unwrap();
        place.install("lengths", "2.0.0").unwrap();
        place.install("other", "1.0.0").unwrap();
        let arguments = ["lengths", step.name(), count];
        kill_at(&place, "uninstall, stopped", &arguments, step, "other 1.0.0*", Action::Uninstall);
        let is_there = place.home.plugins().join("lengths.py").is_file();
        assert_eq!(is_there, place.plugin("lengths").is_some(), "{step}");
        // The next look at the folder changes nothing of that.
        let before = place.summary();
        place.installer.take_in(&Control::new(), false).unwrap();
        assert_eq!(place.summary(), before);
    }
}

#[test]
fn whoever_comes_next_settles_it_and_the_living_are_left_alone() {
    let place = Place::new();
    let (killed, path) = (place.package("killed", "1.0.0"), place.package("living", "1.0.0"));
    let mut living = Process::start("install, stopped", &place.home, &[path.to_str().unwrap(), "scanned", "0", ""]);
    living.go();
    assert_eq!(living.line().as_deref(), Some("scanned"));
    let mut process = Process::start("install, stopped", &place.home, &[killed.to_str().unwrap(), "placed", "0", ""]);
    process.go();
    assert_eq!(process.line().as_deref(), Some("placed"));
    process.kill();
    // Another installation, by an installer that was there all the time.
    place.install("lengths", "1.0.0").unwrap();
    assert_eq!(names(&place.home.custom()), ["lengths"]);
    let found = place.installer.recover().unwrap();
    assert_eq!((found.len(), found[0].id.as_deref(), found[0].outcome), (1, Some("killed"), Outcome::Undone));
    living.go();
    assert_eq!(living.last_line(), "installed 1.0.0");
    assert_eq!(place.summary(), "lengths 1.0.0*, living 1.0.0*");
    place.sound();
}

#[test]
fn recovering_that_is_cut_off_is_done_again() {
    // As if it was killed after the first rename that it took back, and before the second.
    let place = Place::new();
    let path = place.package("lengths", "1.0.0");
    place.install_path(&path).unwrap();
    std::fs::write(&path, source("lengths", "1.0.0") + "# more\n").unwrap();
    let arguments = [path.to_str().unwrap(), "placed", "0", "force"];
    let mut process = Process::start("install, stopped", &place.home, &arguments);
    process.go();
    assert_eq!(process.line().as_deref(), Some("placed"));
    process.kill();
    let work = names(&place.home.staging()).into_iter().find(|name| name.starts_with("work-")).unwrap();
    let work = place.home.staging().join(work);
    std::fs::rename(place.home.custom().join("lengths/1.0.0"), work.join("package")).unwrap();
    assert_eq!(recovered(&place)[0].outcome, Outcome::Undone);
    assert_eq!(place.summary(), "lengths 1.0.0*");
}

#[test]
fn a_full_disk_leaves_the_old_state_or_the_new() {
    let mut outcomes = std::collections::BTreeSet::new();
    let sizes = [1, 4, 16, 64, 100, 300, 4000].into_iter().flat_map(|kilobytes| [(kilobytes, 1), (kilobytes, 1 << 20)]);
    for (kilobytes, bytes) in sizes {
        let place = Place::new();
        place.install("lengths", "1.0.0").unwrap();
        let path = place.package("lengths", "2.0.0");
        place.write("packages/lengths-2.0.0/words.txt", &"x".repeat(bytes));
        let folder = path.parent().unwrap().to_str().unwrap();
        let mut process = Process::start_limited(kilobytes, "install", &place.home, &[folder]);
        process.go();
        let said = process.last_words().unwrap_or_default();
        assert!(recovered(&place).len() <= 1);
        let is_new = said.starts_with("installed");
        assert_eq!(
            place.summary(),
            if is_new { "lengths 1.0.0 2.0.0*" } else { "lengths 1.0.0*" },
            "{kilobytes}: {said}"
        );
        outcomes.insert(said);
    }
    assert!(
        outcomes.contains("io") && outcomes.contains("state") && outcomes.contains("installed 2.0.0"),
        "{outcomes:?}"
    );
}

#[test]
fn what_is_stuck_stops_no_other_and_loses_nothing() {
    let place = Place::new();
    let path = place.package("lengths", "1.0.0");
    place.install_path(&path).unwrap();
    std::fs::write(&path, source("lengths", "1.0.0") + "# more\n").unwrap();
    let arguments = [path.to_str().unwrap(), "moved_away", "0", "force"];
    let mut process = Process::start("install, stopped", &place.home, &arguments);
    process.go();
    assert_eq!(process.line().as_deref(), Some("moved_away"));
    process.kill();
    // A file in place of the folder that it has to go back to.
    let folder = place.home.custom().join("lengths");
    std::fs::remove_dir(&folder).unwrap();
    std::fs::write(&folder, "").unwrap();
    let found = place.installer.recover().unwrap();
    assert_eq!(found[0].outcome, Outcome::Stuck);
    assert!(found[0].to_string().contains("tried again"), "{}", found[0]);
    place.install("other", "1.0.0").unwrap();
    assert_eq!(place.summary(), "lengths 1.0.0*, other 1.0.0*");
    std::fs::remove_file(&folder).unwrap();
    assert_eq!(recovered(&place)[0].outcome, Outcome::Undone);
}

#[test]
fn kills_at_any_moment_leave_a_sound_home() {
    let place = Place::new();
    let packages: Vec<_> = ["1.0.0", "2.0.0"].map(|version| place.package("lengths", version)).to_vec();
    let packages: Vec<&str> = packages.iter().map(|path| path.to_str().unwrap()).collect();
    for round in 0..24 {
        let mut process = Process::start("for ever", &place.home, &packages);
        process.go();
        // It goes on while this process hears of a step: so it is killed somewhere behind that.
        for _ in 0..round * 2 {
            process.line().unwrap();
        }
        process.kill();
        let before = summary(&place.state);
        assert!(recovered(&place).len() <= 1);
        assert_eq!(summary(&place.state), before);
    }
}
