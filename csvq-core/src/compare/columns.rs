//! Which column goes with which: the spec's key, map and patterns, applied to two headers.

use std::collections::{HashMap, HashSet};

use crate::error::{Context, Error, ErrorKind, Result};
use crate::report::{Layout, SchemaReport};
use crate::spec::{By, ColumnPair, CompareSpec, Patterns, suggest};

/// The columns of a comparison, by index on each side.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    /// Names on each side, made distinct: the second `x` is `x#2`.
    pub(super) names: [Vec<String>; 2],
    pub(super) key: Vec<(usize, usize)>,
    /// The compared columns that are not of the key.
    pub(super) compared: Vec<(usize, usize)>,
    pub(super) schema: SchemaReport,
}

impl Columns {
    /// How records and compared columns hang together.
    pub(super) fn layout(&self) -> Layout {
        let [left_columns, right_columns] = self.names.clone();
        Layout { left_columns, right_columns, key: self.key.clone(), columns: self.compared.clone() }
    }
}

/// The columns of a side by their names.
type Index<'a> = HashMap<&'a str, usize>;

/// Pairs the columns of two headers.
pub(super) fn resolve(spec: &CompareSpec, left_names: &[String], right_names: &[String]) -> Result<Columns> {
    let names = [distinct(left_names), distinct(right_names)];
    let index = [by_name(&names[0]), by_name(&names[1])];
    let partners = partners(spec, &names, &index)?;
    let key = spec
        .key
        .iter()
        .map(|pair| {
            let left = index[0][pair.left.as_str()];
            partners[left].map(|right| (left, right)).ok_or_else(|| unknown("key", &pair.right, 1, &names[1]))
        })
        .collect::<Result<Vec<_>>>()?;
    let filter = Filter::new(spec)?;
    filter.check(&names)?;
    let in_key: HashSet<usize> = key.iter().map(|(left, _)| *left).collect();
    let compared: Vec<_> = pairs(&partners)
        .filter(|(left, right)| {
            !in_key.contains(left)
                && filter.keeps(&[&names[0][*left], &left_names[*left], &names[1][*right], &right_names[*right]])
        })
        .collect();
    if compared.is_empty() && spec.by != By::Key {
        let message = "no column is left to compare; both sides need a column of the same name, or a `map`";
        return Err(Error::new(ErrorKind::InvalidSpec, message));
    }
    let paired: HashSet<usize> = partners.iter().flatten().copied().collect();
    let schema = SchemaReport {
        only_left: filter.alone(&names[0], left_names, |left| partners[left].is_some()),
        only_right: filter.alone(&names[1], right_names, |right| paired.contains(&right)),
        reordered: reordered(&partners, &names[0], &filter),
        ..SchemaReport::default()
    };
    Ok(Columns { names, key, compared, schema })
}

/// For each left column the right one that it is compared with: the one that the spec pairs it with, else the one of
/// its name.
fn partners(spec: &CompareSpec, names: &[Vec<String>; 2], index: &[Index<'_>; 2]) -> Result<Vec<Option<usize>>> {
    let mut partners: Vec<Option<usize>> = names[0].iter().map(|name| index[1].get(name.as_str()).copied()).collect();
    let mut claimed: HashSet<usize> = HashSet::new();
    for (field, pairs) in [("map", &spec.map), ("key", &spec.key)] {
        for pair in pairs {
            if field == "key" && pair.left == pair.right && !index[1].contains_key(pair.right.as_str()) {
                // A key given by its left name may have another on the right by the map.
                let mapped = index[0].get(pair.left.as_str()).is_some_and(|left| claimed.contains(left));
                if mapped {
                    continue;
                }
            }
            let (left, right) = find_pair(field, pair, names, index)?;
            partners[left] = Some(right);
            claimed.insert(left);
        }
    }
    // A column that was paired by name gives way to one that the spec pairs.
    let mut taken: HashSet<usize> = claimed.iter().filter_map(|left| partners[*left]).collect();
    for (left, partner) in partners.iter_mut().enumerate() {
        if !claimed.contains(&left) && partner.is_some_and(|right| !taken.insert(right)) {
            *partner = None;
        }
    }
    Ok(partners)
}

/// The columns that have a partner, with it.
fn pairs(partners: &[Option<usize>]) -> impl Iterator<Item = (usize, usize)> {
    partners.iter().enumerate().filter_map(|(left, right)| right.map(|right| (left, right)))
}

/// Names made distinct, so that every column can be named and paired: the second `x` is `x#2`.
pub(super) fn distinct(names: &[String]) -> Vec<String> {
    let mut taken: HashSet<String> = names.iter().cloned().collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut distinct = Vec::with_capacity(names.len());
    for name in names {
        let count = seen.entry(name).or_insert(0);
        *count += 1;
        let mut numbered = if *count == 1 { name.clone() } else { format!("{name}#{count}") };
        while *count > 1 && !taken.insert(numbered.clone()) {
            numbered.push('#');
        }
        distinct.push(numbered);
    }
    distinct
}

fn by_name(names: &[String]) -> Index<'_> {
    names.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect()
}

fn find_pair(
    field: &str,
    pair: &ColumnPair,
    names: &[Vec<String>; 2],
    index: &[Index<'_>; 2],
) -> Result<(usize, usize)> {
    let find = |side: usize, name: &str| {
        index[side].get(name).copied().ok_or_else(|| unknown(field, name, side, &names[side]))
    };
    Ok((find(0, &pair.left)?, find(1, &pair.right)?))
}

fn unknown(field: &str, name: &str, side: usize, names: &[String]) -> Error {
    const SHOWN: usize = 20;
    let side = ["left", "right"][side];
    let advice = match suggest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let more = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
            let shown: Vec<_> = names.iter().take(SHOWN).map(String::as_str).collect();
            format!("it has: {}{more}", shown.join(", "))
        }
    };
    let kind = if field == "key" { ErrorKind::Key } else { ErrorKind::InvalidSpec };
    let context = Context { field: Some(field.to_owned()), column: Some(name.to_owned()), ..Context::default() };
    Error::new(kind, format!("the {side} table has no column `{name}`; {advice}")).with_context(context)
}

/// What `only` and `ignore` leave.
struct Filter {
    only: Option<Patterns>,
    ignore: Patterns,
}

impl Filter {
    fn new(spec: &CompareSpec) -> Result<Self> {
        let only = (!spec.only.is_empty()).then(|| Patterns::new("only", &spec.only)).transpose()?;
        Ok(Self { only, ignore: Patterns::new("ignore", &spec.ignore)? })
    }

    /// Whether a column is compared, by any of its names.
    fn keeps(&self, names: &[&String]) -> bool {
        let any = |patterns: &Patterns| names.iter().any(|name| patterns.matches(name));
        self.only.as_ref().is_none_or(any) && !any(&self.ignore)
    }

    /// Names of the columns without a partner that would be compared, given the names as the file has them too.
    fn alone(&self, names: &[String], as_written: &[String], has_partner: impl Fn(usize) -> bool) -> Vec<String> {
        let names = names.iter().zip(as_written).enumerate();
        names
            .filter(|(at, (name, written))| !has_partner(*at) && self.keeps(&[name, written]))
            .map(|(_, (name, _))| name.clone())
            .collect()
    }

    /// A pattern of `only` that fits no column is a slip that would hide differences.
    fn check(&self, names: &[Vec<String>; 2]) -> Result<()> {
        let all: Vec<&String> = names.iter().flatten().collect();
        match self.only.as_ref().and_then(|only| only.unmatched(&all).first().copied()) {
            None => Ok(()),
            Some(pattern) => {
                let near = suggest(pattern, all.iter().map(|name| name.as_str()));
                let advice = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                Err(Error::spec("only", format!("`{pattern}` fits no column of either table{advice}")))
            }
        }
    }
}

/// The shared columns whose rank among the shared ones differs between the sides, by left name.
fn reordered(partners: &[Option<usize>], names: &[String], filter: &Filter) -> Vec<String> {
    let shared: Vec<(usize, usize)> = pairs(partners).collect();
    let mut by_right = shared.clone();
    by_right.sort_unstable_by_key(|(_, right)| *right);
    let moved = shared.iter().zip(by_right).filter(|(one, other)| one.0 != other.0).map(|(one, _)| &names[one.0]);
    moved.filter(|name| filter.keeps(&[name])).cloned().collect()
}
