//! Any spec survives being written as JSON and as TOML and read again.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::spec::{
    By, ByteSize, ColumnPair, CompareSpec, DuplicatePolicy, Limit, RaggedPolicy, Scoped, Span, Typing, TypingDefault,
};
use crate::types::ColumnType;

fn name() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-z]{1,6}",
        r"[ =,\\*:.#é\[\]]{1,4}",
        Just("*".to_owned()),
        Just("type:float".to_owned()),
        Just("column:x".to_owned()),
    ]
    .boxed()
}

fn pair() -> impl Strategy<Value = ColumnPair> {
    prop_oneof![
        name().prop_map(ColumnPair::same),
        (name(), name()).prop_map(|(left, right)| ColumnPair { left, right })
    ]
}

fn column_type() -> impl Strategy<Value = ColumnType> {
    proptest::sample::select(ColumnType::ALL)
}

fn scoped<T: Clone + std::fmt::Debug>(value: impl Strategy<Value = T> + 'static) -> impl Strategy<Value = Scoped<T>> {
    let value = value.boxed();
    (option::of(value.clone()), btree_map(column_type(), value.clone(), 0..3), btree_map(name(), value, 0..3))
        .prop_map(|(all, types, columns)| Scoped { all, types, columns })
}

fn typing() -> impl Strategy<Value = Typing> {
    let default = prop_oneof![Just(TypingDefault::Text), Just(TypingDefault::Infer)];
    (default, btree_map(name(), column_type(), 0..3)).prop_map(|(default, columns)| Typing { default, columns })
}

fn limit() -> impl Strategy<Value = Limit> {
    // TOML has no whole numbers above 2^63 - 1.
    prop_oneof![Just(Limit::All), (0..=i64::MAX as u64).prop_map(Limit::Rows)]
}

fn sides<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = [Option<T>; 3]> {
    let value = value.boxed();
    [option::of(value.clone()), option::of(value.clone()), option::of(value)]
}

prop_compose! {
    fn matching()(
        key in vec(pair(), 0..3),
        by in prop_oneof![Just(By::Key), Just(By::Position), Just(By::Content)],
        only in vec(name(), 0..3),
        ignore in vec(name(), 0..3),
        map in vec(pair(), 0..3),
        types in typing(),
        duplicates in prop_oneof![
            Just(DuplicatePolicy::Pair), Just(DuplicatePolicy::First), Just(DuplicatePolicy::Error)
        ],
        ragged in prop_oneof![Just(RaggedPolicy::Error), Just(RaggedPolicy::Pad), Just(RaggedPolicy::Truncate)],
    ) -> CompareSpec {
        CompareSpec { key, by, only, ignore, map, types, duplicates, ragged, ..CompareSpec::default() }
    }
}

prop_compose! {
    fn rules()(
        base in matching(),
        abs_tol in scoped(0.0..1e300),
        rel_tol in scoped(0.0..1.0),
        time_tol in scoped(any::<u64>().prop_map(Span::from_nanoseconds)),
        flags in [scoped(any::<bool>()), scoped(any::<bool>()), scoped(any::<bool>()), scoped(any::<bool>())],
        null in scoped(vec(name(), 0..3)),
        as_time in scoped(vec(name(), 0..3)),
    ) -> CompareSpec {
        let [ignore_case, trim, empty_is_null, as_number] = flags;
        CompareSpec { abs_tol, rel_tol, time_tol, ignore_case, trim, empty_is_null, as_number, null, as_time, ..base }
    }
}

prop_compose! {
    fn spec()(
        base in rules(),
        [delimiter, left_delimiter, right_delimiter] in sides(name()),
        [quote, left_quote, right_quote] in sides(name()),
        [escape, left_escape, right_escape] in sides(name()),
        [comment, left_comment, right_comment] in sides(name()),
        [header, left_header, right_header] in sides(any::<bool>()),
        [encoding, left_encoding, right_encoding] in sides(name()),
        limit in option::of(limit()),
        stop_after in option::of(0..=i64::MAX as u64),
        memory in option::of(any::<u64>().prop_map(ByteSize)),
        spill_dir in option::of(name().prop_map(Into::into)),
        threads in option::of(0..1000_usize),
    ) -> CompareSpec {
        CompareSpec {
            delimiter, left_delimiter, right_delimiter,
            quote, left_quote, right_quote,
            escape, left_escape, right_escape,
            comment, left_comment, right_comment,
            header, left_header, right_header,
            encoding, left_encoding, right_encoding,
            limit, stop_after, memory, spill_dir, threads,
            ..base
        }
    }
}

proptest! {
    #[test]
    fn specs_survive_json_and_toml(spec in spec()) {
        let json = serde_json::to_string(&spec).unwrap();
        prop_assert_eq!(&CompareSpec::from_json(&json).unwrap(), &spec, "{}", json);
        let toml = toml::to_string(&spec).unwrap();
        prop_assert_eq!(&toml::from_str::<CompareSpec>(&toml).unwrap(), &spec, "{}", toml);
    }

    #[test]
    fn units_survive_their_text(number in any::<u64>()) {
        let size = ByteSize(number);
        prop_assert_eq!(size.to_string().parse(), Ok(size));
        let span = Span::from_nanoseconds(number);
        prop_assert_eq!(span.to_string().parse(), Ok(span));
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = ColumnPair::parse_list("key", &text);
        let _ = text.parse::<Span>();
        let _ = text.parse::<ByteSize>();
        let _ = text.parse::<Limit>();
        let _ = CompareSpec::from_json(&text);
        let _ = CompareSpec { as_time: Scoped::for_all(vec![text.clone()]), ..CompareSpec::default() }.validate();
        let _ = CompareSpec { only: vec![text.clone()], delimiter: Some(text), ..CompareSpec::default() }.validate();
    }
}
