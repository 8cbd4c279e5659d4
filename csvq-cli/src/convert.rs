//! Makes a spec of a spec file's settings and of flags, which win.
//!
//! A flag replaces the same setting of the file; of rules and types, only the value of the same scope. What the
//! settings mean together is for [`CompareSpec::validate`] to check.

use csvq_core::spec::{By, CompareSpec, Scope, Scoped};
use csvq_core::{Error, Result};

use crate::args::{CompareArgs, DialectArgs, LimitArgs, List, MatchingArgs, ReadingArgs, RuleArgs, ScopedValue, joined};

/// The spec that the flags make of one.
pub(crate) fn apply(args: &CompareArgs, mut spec: CompareSpec) -> Result<CompareSpec> {
    apply_matching(&args.matching, &mut spec);
    apply_rules(&args.rules, &mut spec)?;
    apply_reading(&args.reading, &mut spec);
    apply_limits(&args.limits, &mut spec);
    Ok(spec)
}

fn apply_matching(args: &MatchingArgs, spec: &mut CompareSpec) {
    // A key and rows paired by something else exclude each other, so that a flag for one has to end the file's other.
    match (args.key.is_empty(), args.by) {
        (false, None) => spec.by = By::Key,
        (true, Some(By::Position | By::Content)) => spec.key.clear(),
        _ => {}
    }
    replace_list(&mut spec.key, &args.key);
    replace_list(&mut spec.only, &args.only);
    replace_list(&mut spec.ignore, &args.ignore);
    replace_list(&mut spec.map, &args.map);
    replace(&mut spec.by, args.by);
    replace(&mut spec.duplicates, args.duplicates);
}

fn apply_rules(args: &RuleArgs, spec: &mut CompareSpec) -> Result<()> {
    replace_scopes(&mut spec.abs_tol, &args.abs_tol);
    replace_scopes(&mut spec.rel_tol, &args.rel_tol);
    replace_scopes(&mut spec.time_tol, &args.time_tol);
    turn_on(&mut spec.ignore_case, &args.ignore_case);
    turn_on(&mut spec.trim, &args.trim);
    turn_on(&mut spec.empty_is_null, &args.empty_is_null);
    turn_on(&mut spec.as_number, &args.as_number);
    collect_scopes(&mut spec.null, &args.null);
    collect_scopes(&mut spec.as_time, &args.as_time);
    for ScopedValue { scope, value } in &args.types {
        let set = spec.types.set(scope.clone(), value);
        set.map_err(|message| Error::spec("types", message))?;
    }
    Ok(())
}

fn apply_reading(args: &ReadingArgs, spec: &mut CompareSpec) {
    apply_dialect(&args.both, spec);
    let texts = [
        (&mut spec.left_delimiter, &args.left_delimiter),
        (&mut spec.right_delimiter, &args.right_delimiter),
        (&mut spec.left_quote, &args.left_quote),
        (&mut spec.right_quote, &args.right_quote),
        (&mut spec.left_escape, &args.left_escape),
        (&mut spec.right_escape, &args.right_escape),
        (&mut spec.left_comment, &args.left_comment),
        (&mut spec.right_comment, &args.right_comment),
        (&mut spec.left_encoding, &args.left_encoding),
        (&mut spec.right_encoding, &args.right_encoding),
    ];
    replace_texts(texts);
    for (setting, without) in
        [(&mut spec.left_header, args.left_no_header), (&mut spec.right_header, args.right_no_header)]
    {
        if without {
            *setting = Some(false);
        }
    }
}

/// Adds what flags say of how files are written.
pub(crate) fn apply_dialect(args: &DialectArgs, spec: &mut CompareSpec) {
    let texts = [
        (&mut spec.delimiter, &args.delimiter),
        (&mut spec.quote, &args.quote),
        (&mut spec.escape, &args.escape),
        (&mut spec.comment, &args.comment),
        (&mut spec.encoding, &args.encoding),
    ];
    replace_texts(texts);
    if args.no_header {
        spec.header = Some(false);
    }
    replace(&mut spec.ragged, args.ragged);
}

fn replace_texts<const COUNT: usize>(texts: [(&mut Option<String>, &Option<String>); COUNT]) {
    for (setting, flag) in texts {
        if flag.is_some() {
            setting.clone_from(flag);
        }
    }
}

fn apply_limits(args: &LimitArgs, spec: &mut CompareSpec) {
    spec.limit = args.limit.or(spec.limit);
    spec.stop_after = args.stop_after.or(spec.stop_after);
    spec.memory = args.memory.or(spec.memory);
    spec.spill_dir = args.spill_dir.clone().or(spec.spill_dir.take());
    spec.threads = args.threads.or(spec.threads);
}

fn replace<T: Copy>(setting: &mut T, flag: Option<T>) {
    *setting = flag.unwrap_or(*setting);
}

fn replace_list<T: Clone>(setting: &mut Vec<T>, flags: &[List<T>]) {
    if !flags.is_empty() {
        *setting = joined(flags);
    }
}

fn replace_scopes<T: Clone>(setting: &mut Scoped<T>, flags: &[ScopedValue<T>]) {
    for ScopedValue { scope, value } in flags {
        setting.set(scope.clone(), value.clone());
    }
}

fn turn_on(setting: &mut Scoped<bool>, flags: &[List<Scope>]) {
    for scope in joined(flags) {
        setting.set(scope, true);
    }
}

/// Repeated flags for one scope add up; together they replace what the file says of that scope.
fn collect_scopes(setting: &mut Scoped<Vec<String>>, flags: &[ScopedValue<String>]) {
    let mut given: Scoped<Vec<String>> = Scoped::default();
    for ScopedValue { scope, value } in flags {
        let mut values = given.get_scope(scope).cloned().unwrap_or_default();
        values.push(value.clone());
        given.set(scope.clone(), values.clone());
        setting.set(scope.clone(), values);
    }
}
