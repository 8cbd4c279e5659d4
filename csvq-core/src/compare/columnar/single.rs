//! One table by itself: its first rows, what its columns hold, and which could be a key.

use csvq_text::{Rule, Verdict, threads};

use super::column::{self, Column};
use super::profile::{self, Profile};
use super::{align, evaluate, keys};
use crate::control::{Control, Phase};
use crate::error::Result;
use crate::report::{ColumnProfile, SideStatistics, TableProfile};
use crate::source::columns::ColumnReader;
use crate::types::ColumnType;

/// Columns whose pairs are tried, where no single column is unique.
const PAIRED: usize = 12;
/// What it takes to count the distinct values of a column, for each row.
pub(super) const KEY_BYTES: u64 = 40;

/// The cells of the first rows, as text.
pub(in crate::compare) fn first_rows(
    reader: &dyn ColumnReader,
    rows: u64,
    control: &Control,
) -> Result<Vec<Vec<Option<String>>>> {
    let rows = usize::try_from(rows.min(reader.rows())).unwrap_or(usize::MAX);
    let plain = Rule::default();
    let column = |index: usize| -> Result<Vec<Option<String>>> {
        // No more pieces are read than hold them.
        let (mut arrays, mut read) = (Vec::new(), 0);
        for (piece, held) in reader.pieces().into_iter().enumerate() {
            if read >= rows {
                break;
            }
            arrays.extend(reader.read_piece(index, piece, 1, control)?);
            read += held as usize;
        }
        let column = column::load(&arrays, &reader.fields()[index].data_type)?;
        Ok((0..rows).map(|row| evaluate::text(&column, row, &plain)).collect())
    };
    let columns = (0..reader.fields().len()).map(column).collect::<Result<Vec<_>>>()?;
    Ok((0..rows).map(|row| columns.iter().map(|column| column[row].clone()).collect()).collect())
}

/// What all columns hold.
pub(in crate::compare) fn table_profile(
    reader: &dyn ColumnReader,
    names: &[String],
    rules: &[Rule],
    has_types: bool,
    limits: (usize, u64),
    control: &Control,
) -> Result<TableProfile> {
    let (threads, memory) = limits;
    // Besides the column its keys, their hashes, and the table of distinct ones.
    let held = |index: usize| reader.column_bytes(index).saturating_mul(2).saturating_add(reader.rows() * KEY_BYTES);
    let largest = (0..names.len()).map(held).max().unwrap_or(0);
    let threads = usize::try_from(memory / 2 / largest.max(1)).unwrap_or(usize::MAX).clamp(1, threads.max(1));
    let indexes: Vec<usize> = (0..names.len()).collect();
    control.begin(Phase::Reading, indexes.iter().map(|index| reader.column_bytes(*index)).fold(0, u64::saturating_add));
    let profiled = threads::for_each(
        threads,
        &indexes,
        |index| {
            let column = evaluate::read_one(reader, *index, 1, control)?;
            let rule = settled(&column, &rules[*index]);
            let [Profile { nulls, distinct, min, max, mean }, _] =
                profile::profiles([&column, &column.without_rows()], &rule, 1, control)?;
            let field = &reader.fields()[*index];
            let column_type = if has_types { field.data_type.to_string() } else { rule.column_type.name().to_owned() };
            let can_be_key = !has_types || field.data_type.can_be_key();
            Ok::<_, crate::error::Error>(ColumnProfile {
                name: names[*index].clone(),
                column_type,
                nullable: has_types.then_some(field.nullable),
                is_unique: can_be_key && nulls <= 1 && distinct > 0 && distinct + nulls == reader.rows(),
                values: SideStatistics { nulls, distinct, min, max, mean },
            })
        },
        |_| false,
    )?;
    let columns = profiled.into_iter().collect::<Result<Vec<_>>>()?;
    let mut keys: Vec<Vec<String>> =
        columns.iter().filter(|column| column.is_unique).map(|column| vec![column.name.clone()]).collect();
    if keys.is_empty() && reader.rows() > 0 {
        keys = pairs(reader, names, &columns, has_types, threads, control)?;
    }
    Ok(TableProfile { columns, keys, ..TableProfile::default() })
}

/// The rule with a type that all cells can be read as: what the first ones look like, or a wider one.
fn settled(column: &Column, rule: &Rule) -> Rule {
    let wider: &[ColumnType] = match rule.column_type {
        _ if !column.data_type.is_text() => &[],
        ColumnType::Integer => &[ColumnType::Integer, ColumnType::Decimal],
        ColumnType::Date => &[ColumnType::Date, ColumnType::Timestamp],
        ColumnType::Boolean => &[ColumnType::Boolean],
        ColumnType::Decimal => &[ColumnType::Decimal],
        ColumnType::Timestamp => &[ColumnType::Timestamp],
        ColumnType::Float => &[ColumnType::Float],
        _ => &[],
    };
    if wider.is_empty() {
        return rule.clone();
    }
    let candidates = wider.iter().map(|column_type| Rule { column_type: *column_type, ..rule.clone() });
    let fits = |rule: &Rule| {
        (0..column.len).all(|row| {
            let text = evaluate::text(column, row, rule);
            text.is_none_or(|text| rule.compare_values(Some(text.as_bytes()), None) != Verdict::Unparsable)
        })
    };
    let fitting = candidates.into_iter().find(fits);
    fitting.unwrap_or_else(|| Rule { column_type: ColumnType::Text, ..rule.clone() })
}

/// Pairs of columns that are unique together.
fn pairs(
    reader: &dyn ColumnReader,
    names: &[String],
    columns: &[ColumnProfile],
    has_types: bool,
    threads: usize,
    control: &Control,
) -> Result<Vec<Vec<String>>> {
    let rows = reader.rows();
    // Two columns are not unique together where they have too few values.
    let fit: Vec<usize> =
        (0..names.len()).filter(|index| !has_types || reader.fields()[*index].data_type.can_be_key()).collect();
    let count = |index: usize| columns[index].values.distinct + u64::from(columns[index].values.nulls > 0);
    let mut found = Vec::new();
    let plain = Rule::default();
    for (at, one) in fit.iter().take(PAIRED).enumerate() {
        for other in fit.iter().take(PAIRED).skip(at + 1) {
            if count(*one).saturating_mul(count(*other)) < rows {
                continue;
            }
            let both = [*one, *other].map(|index| evaluate::read_one(reader, index, threads, control));
            let [one_column, other_column] = both;
            let (one_column, other_column) = (one_column?, other_column?);
            let none = [one_column.without_rows(), other_column.without_rows()];
            let columns = [(&one_column, &none[0], &plain), (&other_column, &none[1], &plain)];
            let keys = keys::keys(&columns, [rows as usize, 0], control)?;
            if align::distinct(&keys, threads, control)?[0].values == rows {
                found.push(vec![names[*one].clone(), names[*other].clone()]);
            }
        }
    }
    Ok(found)
}
