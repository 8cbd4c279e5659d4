//! What the help says.

use clap::{Command, CommandFactory};

use crate::args::Cli;

/// `csvq compare`, in the width of the snapshots.
fn compare() -> Command {
    let mut command = Cli::command().term_width(100);
    command.build();
    command.find_subcommand("compare").unwrap().clone()
}

#[test]
fn short_help() {
    insta::assert_snapshot!(compare().render_help().to_string());
}

#[test]
fn long_help() {
    insta::assert_snapshot!(compare().render_long_help().to_string());
}

#[test]
fn help_of_the_program() {
    insta::assert_snapshot!(Cli::command().term_width(100).render_long_help().to_string());
}

#[test]
fn every_flag_is_explained_under_a_heading() {
    let compare = compare();
    let of_its_own = ["spec", "help"];
    let flags = compare.get_arguments().filter(|flag| flag.get_long().is_some_and(|name| !of_its_own.contains(&name)));
    for flag in flags {
        let name = flag.get_long().unwrap();
        assert!(flag.get_help().is_some(), "{name}");
        assert!(flag.get_help_heading().is_some(), "{name}");
    }
}
