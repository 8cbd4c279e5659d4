//! `csvq head` and `csvq columns`: a look at one table.

use csvq_tests::Workplace;
use serde_json::{Value, json};

use super::{stderr, stdout};

const CITIES: &str = "id,city,founded,price\n1,\"Graz, A\",1128-01-01,1.5\n2,Wien,,2\n3,Wien,1137-01-01,\n";

fn place() -> Workplace {
    let lines = "{\"id\":1,\"tags\":[1,2]}\n{\"id\":2,\"tags\":null}\n{\"id\":2,\"tags\":[]}\n";
    Workplace::with(&[("cities.csv", CITIES), ("tags.ndjson", lines), ("empty.csv", "a,b\n")]).unwrap()
}

#[test]
fn the_first_rows_in_every_format() {
    let place = place();
    let head = |args: &[&str]| {
        let output = place.run(&[&["head"], args].concat()).unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        stdout(&output)
    };
    assert_eq!(
        head(&["cities.csv", "-n", "2", "--format", "csv"]),
        "id,city,founded,price\n1,\"Graz, A\",1128-01-01,1.5\n2,Wien,,2\n"
    );
    assert_eq!(
        head(&["cities.csv", "-n", "1", "--format", "jsonl"]),
        "{\"id\":\"1\",\"city\":\"Graz, A\",\"founded\":\"1128-01-01\",\"price\":\"1.5\"}\n"
    );
    assert_eq!(head(&["cities.csv", "-n", "1"]), "id  city     founded     price\n1   Graz, A  1128-01-01  1.5\n");
    assert_eq!(
        head(&["tags.ndjson", "-n", "2"]),
        "   id  tags\nint64  list<int64>\n    1  [1,2]\n    2  ∅\nof 3 rows\n"
    );
    assert!(head(&["tags.ndjson", "--format", "markdown"]).starts_with("| `id` | `tags` |\n|---|---|\n"));
    let json: Value = serde_json::from_str(&head(&["tags.ndjson", "-n", "1", "--format", "json"])).unwrap();
    assert_eq!((&json["total_rows"], &json["rows"]), (&json!(3), &json!([["1", "[1,2]"]])));
    assert_eq!(head(&["empty.csv", "--format", "csv"]), "a,b\n");
    let piped = place.run_with_input(&["head", "-", "-n", "1", "--format", "csv"], CITIES).unwrap();
    assert!(stdout(&piped).ends_with(",1.5\n"));
}

#[test]
fn the_first_rows_of_a_broken_file_are_there_before_the_break() {
    let place = place();
    let many: String = (0..200_000).map(|row| format!("{row},x\n")).collect();
    place.write("broken.csv", format!("id,v\n{many}1,2,3\n")).unwrap();
    assert_eq!(place.run(&["head", "broken.csv"]).unwrap().status.code(), Some(0));
    assert_eq!(place.run(&["columns", "broken.csv"]).unwrap().status.code(), Some(2));
}

#[test]
fn columns_are_told_with_types_nulls_and_keys() {
    let place = place();
    let columns = |file: &str| -> Value {
        let output = place.run(&["columns", file, "--format", "json"]).unwrap();
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{}", stderr(&output)))
    };
    let found = columns("cities.csv");
    assert_eq!((&found["rows"], &found["keys"]), (&json!(3), &json!([["id"], ["founded"], ["price"]])));
    let expected = [
        json!({"name": "id", "type": "integer", "nullable": null, "nulls": 0, "distinct": 3, "min": "1", "max": "3", "mean": 2.0, "is_unique": true}),
        json!({"name": "city", "type": "text", "nullable": null, "nulls": 0, "distinct": 2, "min": "Graz, A", "max": "Wien", "mean": null, "is_unique": false}),
        json!({"name": "founded", "type": "date", "nullable": null, "nulls": 1, "distinct": 2, "min": "1128-01-01", "max": "1137-01-01", "mean": null, "is_unique": true}),
        json!({"name": "price", "type": "decimal", "nullable": null, "nulls": 1, "distinct": 2, "min": "1.5", "max": "2", "mean": 1.75, "is_unique": true}),
    ];
    assert_eq!(found["columns"].as_array().unwrap()[..], expected);
    let found = columns("tags.ndjson");
    assert_eq!((&found["keys"], &found["columns"][1]["type"]), (&json!([]), &json!("list<int64>")));
    // No column is unique, two together are.
    place.write("pairs.csv", "a,b,c\n1,1,x\n1,2,x\n2,1,x\n").unwrap();
    assert_eq!(columns("pairs.csv")["keys"], json!([["a", "b"]]));
    // What only the first cells look like is no type.
    let late: String =
        (0..10_100).map(|row| if row == 10_050 { "x\n".to_owned() } else { format!("{row}\n") }).collect();
    place.write("late.csv", format!("n\n{late}")).unwrap();
    assert_eq!(columns("late.csv")["columns"][0]["type"], "text");
    // Neighbours that are the same float.
    place.write("large.csv", "n\n100000000000000001\n100000000000000000\n").unwrap();
    let large = columns("large.csv");
    assert_eq!(
        (&large["columns"][0]["min"], &large["columns"][0]["max"]),
        (&json!("100000000000000000"), &json!("100000000000000001"))
    );
    assert_eq!((&columns("empty.csv")["keys"], &columns("empty.csv")["rows"]), (&json!([]), &json!(0)));
    let text = stdout(&place.run(&["columns", "cities.csv"]).unwrap());
    assert!(text.contains("Could be a key: id, founded, price\n"), "{text}");
}
