//! Laws: what goes out comes back, whatever it is and however it is cut; and no spoilt array brings the importer down.

use polars::prelude::*;
use proptest::prelude::*;

use super::forge::{self, Forged, coded, i32s, ints, leaf, nested, texts, view};
use super::frames::check_same;
use super::{import, import_columns};
use crate::table::Table;

fn column() -> impl Strategy<Value = Series> {
    let rows = 0..20_usize;
    prop_oneof![
        prop::collection::vec(any::<Option<i64>>(), rows.clone()).prop_map(|values| Series::new("v".into(), values)),
        prop::collection::vec(any::<Option<u8>>(), rows.clone()).prop_map(|values| Series::new("v".into(), values)),
        prop::collection::vec(any::<Option<bool>>(), rows.clone()).prop_map(|values| Series::new("v".into(), values)),
        prop::collection::vec(any::<Option<f64>>(), rows.clone()).prop_map(|values| Series::new("v".into(), values)),
        prop::collection::vec(prop::option::of(".{0,20}"), rows).prop_map(|values| Series::new("v".into(), values)),
    ]
}

/// A series, itself or made another type of; with the pieces that it is cut into.
fn cut_column() -> impl Strategy<Value = (Series, Vec<usize>)> {
    let made = (column(), 0..4_u8).prop_map(|(series, kind)| match kind {
        0 if *series.dtype() == DataType::String => {
            series.cast(&DataType::from_categories(Categories::global())).expect("a cast")
        }
        1 => {
            let rows = (0..series.len()).map(|row| (row % 5 != 3).then(|| series.slice(row as i64 / 2, row % 4)));
            let lists: ListChunked = if series.is_empty() { return series } else { rows.collect() };
            lists.with_name("v".into()).into_series()
        }
        2 => {
            let field = DataFrame::new_infer_height(vec![series.with_name("x".into()).into()]).expect("a frame");
            field.into_struct("v".into()).into_series()
        }
        _ => series,
    });
    (made, prop::collection::vec(0..20_usize, 0..4))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_goes_out_comes_back((whole, cuts) in cut_column()) {
        let mut series = whole.slice(0, 0);
        let mut from = 0;
        for cut in cuts.into_iter().chain([20]).map(|cut| cut.min(whole.len())) {
            series.append(&whole.slice(from as i64, cut.saturating_sub(from))).expect("the same type");
            from = from.max(cut);
        }
        let columns = vec![series.into(), whole.with_name("whole".into()).into()];
        let frame = DataFrame::new_infer_height(columns).expect("a frame");
        let back = import(Table::new("left", frame.clone()).expect("a table").export_stream()).expect("an import");
        check_same(&frame, back.frame());
    }

    #[test]
    fn offsets_of_any_kind_are_taken_or_refused(
        offsets in prop::collection::vec(-2..8_i32, 1..6),
        list in any::<bool>(),
    ) {
        let length = offsets.len() as i64 - 1;
        // As many bytes or items as the last offset may say, and no more.
        let last = usize::try_from(offsets[offsets.len() - 1]).unwrap_or(0);
        let rising = offsets[0] >= 0 && offsets.is_sorted();
        let column = if list {
            nested("+l", length, vec![None, i32s(&offsets)], vec![ints(&[1, 2, 3, 4])])
        } else {
            leaf("u", length, vec![None, i32s(&offsets), Some(vec![b'x'; last])])
        };
        let fits = length == 0 || rising && (!list || last <= 4);
        prop_assert_eq!(import_columns(vec![column]).is_ok(), fits);
        forge::check_all_released();
    }

    #[test]
    fn views_of_any_kind_are_taken_or_refused(
        words in prop::collection::vec(prop_oneof![-1..20_i32, any::<i32>()], 4),
        valid in any::<bool>(),
    ) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let buffers = vec![Some(vec![u8::from(valid)]), Some(bytes), Some(vec![0; 16]), forge::i64s(&[16])];
        let taken = import_columns(vec![leaf("vz", 1, buffers)]);
        if let Ok(table) = taken {
            let values: Vec<Option<&[u8]>> = table.frame().columns()[0].binary().expect("bytes").iter().collect();
            prop_assert_eq!(values.len(), 1);
            prop_assert!(values[0].is_none_or(|value| value.len() <= 16));
        }
        forge::check_all_released();
    }

    #[test]
    fn counts_of_any_kind_are_taken_or_refused(
        which in 0..6_u8,
        kind in 0..6_u8,
        count in prop_oneof![-3..5_i64, Just(i64::MIN), Just(i64::MAX)],
    ) {
        let column = sample(kind);
        // A count that is smaller than it was can't make the importer read beyond what there is; and one of buffers or
        // children must be what the type says. A larger length is the producer's lie, which nobody can see.
        let column = column.with_array(|array| match which {
            0 => array.length = count.min(array.length),
            1 => array.null_count = count,
            2 => array.n_buffers = if kind == 5 { count.min(array.n_buffers) } else { count },
            3 => array.n_children = count,
            4 => array.offset = count.min(0),
            _ => {}
        });
        drop(import_columns(vec![column]));
        forge::check_all_released();
    }
}

fn sample(kind: u8) -> Forged {
    match kind {
        0 => ints(&[1, 2]),
        1 => texts(&["a", "b"]),
        2 => nested("+l", 2, vec![None, i32s(&[0, 1, 2])], vec![ints(&[1, 2])]),
        3 => nested("+s", 2, vec![None], vec![ints(&[1, 2])]),
        4 => coded("i", 2, vec![None, i32s(&[0, 1])], texts(&["a", "b"])),
        _ => leaf("vu", 2, vec![None, Some([view(b"a", 0, 0), view(b"b", 0, 0)].concat()), None]),
    }
}
