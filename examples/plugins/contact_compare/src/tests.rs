//! What csvq expects of any plugin, and what this one is for.

use csvq_plugin_api::testing::{Call, Check, Sample};
use csvq_plugin_api::{exported_plugin, json};

use crate::meaning::Rule;

#[test]
fn it_is_what_csvq_expects() {
    let plugin = exported_plugin!();
    Check::new(&plugin).run().assert();
    Check::new(&plugin).parameter("country_code", json!("41")).run().assert();
}

#[test]
fn what_means_the_same_is_equal() {
    let same = [
        (
            Rule::Phone,
            "+41446681800",
            &["+41 (0)44 668-1800", "0041 44 668 18 00", "044 668 18 00", "tel:+41-44-668-18-00"][..],
        ),
        (Rule::Phone, "+12125550100x7", &["+1 (212) 555-0100 ext. 7", "(+1) 212.555.0100 x7", "001 212 555 0100 #7"]),
        (
            Rule::Email,
            "ada@example.com",
            &[" Ada@Example.COM", "Ada Lovelace <ada@example.com>", "mailto:ada@example.com"],
        ),
        (Rule::Url, "example.com/a", &["https://www.Example.com/a/", "http://example.com/a", "EXAMPLE.com/a"]),
        (Rule::Name, "jose nunez", &["José Núñez", "Núñez, José", "NUNEZ,  Dr. Jose", "Jose\u{301} Nun\u{303}ez"]),
        (Rule::Address, "12 main street apartment 4", &["12 Main St., Apt. 4", "12, MAIN STREET, apt 4"]),
        (Rule::Address, "bahnhofstrasse 1", &["Bahnhofstr. 1", "Bahnhofstraße 1", "BAHNHOFSTRASSE 1"]),
    ];
    for (rule, meaning, texts) in same {
        for text in texts {
            assert_eq!(rule.meaning(text, "41").as_deref(), Some(meaning), "{text}");
        }
    }
    assert_eq!(Rule::Phone.meaning("044 668 18 00", "").as_deref(), Some("0446681800"));
    for (rule, text) in [(Rule::Phone, "n/a"), (Rule::Email, "nobody"), (Rule::Email, "a b@c"), (Rule::Email, "@c")] {
        assert_eq!(rule.meaning(text, "41"), None, "{text}");
    }
}

#[test]
fn columns_are_known_by_their_names_or_said() {
    let left =
        Sample::csv("id,workPhone,E-Mail,Full name,note\n1,044 668 18 00,A@B.ch,Ada Byron,x\n2,none,a@b.ch,Eve,y\n");
    let right =
        Sample::csv("id,workPhone,E-Mail,Full name,note\n1,+41446681800,a@b.ch,Dr. ADA  BYRON,X\n2,1,a@c.ch,Eva,y\n");
    let plugin = exported_plugin!();
    let call = Call::new(&left, &right).key(&["id"]).parameter("country_code", json!("41"));
    let answer = plugin.compare(&call).unwrap();
    let lines: Vec<_> = answer
        .lines
        .iter()
        .map(|line| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let rule = line.extra["rule"].as_str().unwrap_or("-");
            format!("{} {} {} {rule}", line.left_row.unwrap_or(0), text(&line.kind), text(&line.column))
        })
        .collect();
    assert_eq!(
        lines,
        ["1 changed note -", "2 unparsable workPhone phone", "2 changed E-Mail email", "2 changed Full name name"]
    );
    let rules = json!({ "workPhone": "phone", "E-Mail": "email", "Full name": "name" });
    assert_eq!(answer.outcome["extra"]["rules"], rules);
    let answer = plugin.compare(&call.clone().parameter("name", json!(["note"]))).unwrap();
    assert!(answer.lines.iter().all(|line| line.column.as_deref() != Some("note")));
    for (name, value) in [("phone", json!(["no"])), ("country_code", json!("0041"))] {
        assert!(plugin.compare(&call.clone().parameter(name, value)).is_err(), "{name}");
    }
    let twice = call.parameter("exact", json!(["note"])).parameter("url", json!(["note"]));
    assert!(plugin.compare(&twice).unwrap_err().message.contains("named already"));
}
