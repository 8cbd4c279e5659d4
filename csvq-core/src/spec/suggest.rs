//! The name that someone most likely meant.

/// Finds the candidate nearest to a name, where one is near enough to be a slip of the pen.
///
/// Case, and `-` for `_`, make no difference. The first of equally near candidates is taken.
///
/// ```
/// use csvq_core::spec::suggest;
/// assert_eq!(suggest("abs-tolerance", ["abs_tol", "rel_tol"]), None);
/// assert_eq!(suggest("abs-tl", ["abs_tol", "rel_tol"]), Some("abs_tol"));
/// ```
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer names than this are no slips of the pen, and comparing them would take quadratic time.
    const LONGEST: usize = 64;
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    let name = plain(name);
    if name.len() > LONGEST {
        return None;
    }
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::damerau_levenshtein(&name, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
