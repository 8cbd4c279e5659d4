//! The patterns of all rules of one kind, as one search.

use aho_corasick::{AhoCorasick, MatchKind};
use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};

use super::{Kind, Rule, Wrong};

/// The shortest part of a text that is looked for: shorter ones are in every library by chance.
const SHORTEST: usize = 4;

/// Globs over names.
pub(super) struct Names {
    set: GlobSet,
    /// The rule of each glob.
    rules: Vec<usize>,
    /// What is not meant, by rule.
    unless: Vec<(usize, GlobSet)>,
    kind: Kind,
}

impl Names {
    pub(super) fn of(kind: Kind, rules: &[Rule]) -> Result<Self, Wrong> {
        let mut names = Self { set: GlobSet::empty(), rules: Vec::new(), unless: Vec::new(), kind };
        let mut set = GlobSetBuilder::new();
        for (number, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.kind == kind) {
            let wrong = |field, message| Wrong { rule: number, field, message };
            for pattern in &rule.patterns {
                add(kind, pattern, |glob| {
                    set.add(glob);
                    names.rules.push(number);
                })
                .map_err(|message| wrong("match", message))?;
            }
            if !rule.unless.is_empty() {
                let mut unless = GlobSetBuilder::new();
                for pattern in &rule.unless {
                    add(kind, pattern, |glob| _ = unless.add(glob)).map_err(|message| wrong("unless", message))?;
                }
                let unless = unless.build().map_err(|error| wrong("unless", error.to_string()))?;
                names.unless.push((number, unless));
            }
        }
        names.set = set.build().map_err(|error| Wrong { rule: 0, field: "match", message: error.to_string() })?;
        Ok(names)
    }

    /// The numbers of the rules that match, each once.
    pub(super) fn matches(&self, text: &str) -> Vec<usize> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        // Paths are held to patterns from their root on.
        let rooted = (self.kind == Kind::FileName).then(|| format!("/{text}"));
        let candidate = Candidate::new(rooted.as_deref().unwrap_or(text));
        let matched = self.set.matches_candidate(&candidate);
        let mut numbers: Vec<usize> = matched.into_iter().filter_map(|at| self.rules.get(at).copied()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let excused = |number: &usize| {
            self.unless.iter().any(|(rule, unless)| rule == number && unless.is_match_candidate(&candidate))
        };
        numbers.retain(|number| !excused(number));
        numbers
    }
}

/// Adds the globs that a pattern stands for.
fn add(kind: Kind, pattern: &str, mut add: impl FnMut(globset::Glob)) -> Result<(), String> {
    if let Some(known) = kind.names()
        && !known.contains(&pattern)
    {
        return Err(format!("`{pattern}` is none of those that there are: {}", known.join(", ")));
    }
    let mut of = |text: &str| {
        let is_path = kind == Kind::FileName;
        let any_case = matches!(kind, Kind::FileName | Kind::NativeLibrary);
        let glob = GlobBuilder::new(text).literal_separator(is_path).case_insensitive(any_case).build();
        glob.map(&mut add).map_err(|error| error.kind().to_string())
    };
    match kind {
        Kind::FileName if pattern.starts_with('/') => of(pattern),
        Kind::FileName => of(&format!("/**/{pattern}")),
        // A module stands for all that is in it.
        Kind::PythonImport if !pattern.ends_with('*') => of(pattern).and_then(|()| of(&format!("{pattern}.*"))),
        _ => of(pattern),
    }
}

/// Parts of texts.
pub(in super::super) struct Texts {
    search: Option<AhoCorasick>,
    /// The patterns, each with its rule.
    patterns: Vec<(usize, String)>,
    longest: usize,
}

impl Texts {
    pub(super) fn of(kind: Kind, rules: &[Rule]) -> Result<Self, Wrong> {
        let mut patterns = Vec::new();
        let mut number_of_last = 0;
        for (number, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.kind == kind) {
            number_of_last = number;
            for pattern in &rule.patterns {
                if pattern.len() < SHORTEST {
                    let message = format!("a text of fewer than {SHORTEST} bytes is found everywhere by chance");
                    return Err(Wrong { rule: number, field: "match", message });
                }
                patterns.push((number, pattern.clone()));
            }
            if !rule.unless.is_empty() {
                let message = "rules about texts have no exceptions".to_owned();
                return Err(Wrong { rule: number, field: "unless", message });
            }
        }
        let longest = patterns.iter().map(|(_, pattern)| pattern.len()).max().unwrap_or(0);
        if patterns.is_empty() {
            return Ok(Self { search: None, patterns, longest });
        }
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(patterns.iter().map(|(_, pattern)| pattern))
            .map_err(|error| Wrong { rule: number_of_last, field: "match", message: error.to_string() })?;
        Ok(Self { search: Some(search), patterns, longest })
    }

    /// How many patterns there are.
    pub(in super::super) fn len(&self) -> usize {
        self.patterns.len()
    }

    /// The length of the longest pattern, in bytes.
    pub(in super::super) fn longest(&self) -> usize {
        self.longest
    }

    /// Gives each pattern that is in these bytes and was not `seen` yet: the number of its rule, and itself.
    pub(in super::super) fn search(&self, bytes: &[u8], seen: &mut [bool], mut each: impl FnMut(usize, &str)) {
        let Some(search) = &self.search else { return };
        for found in search.find_overlapping_iter(bytes) {
            let at = found.pattern().as_usize();
            let (Some(seen), Some((number, pattern))) = (seen.get_mut(at), self.patterns.get(at)) else {
                continue;
            };
            if !std::mem::replace(seen, true) {
                each(*number, pattern);
            }
        }
    }
}
