//! Names of hosts: what is one, and which hosts entries let through.

use super::super::{Domain, SecurityPolicy};

#[test]
fn only_the_one_form_of_a_name_is_read() {
    let long = format!("{}.org", "a".repeat(64));
    let longer = vec!["a".repeat(60); 5].join(".");
    for (text, fault) in [
        ("github.com", None),
        ("*.github.com", None),
        ("localhost", None),
        ("a-b.c1.xn--bcher-kva.example", None),
        ("1.example", None),
        ("https://github.com", Some("scheme")),
        ("github.com/x", Some("more than")),
        ("a@github.com", Some("more than")),
        ("a\\b.com", Some("more than")),
        ("github.com#", Some("more than")),
        ("github.com:443", Some("port")),
        ("[::1]", Some("port")),
        ("GitHub.com", Some("lower case")),
        ("bücher.example", Some("punycode")),
        ("ｇithub.com", Some("punycode")),
        ("github.com.", Some("dot")),
        ("github..com", Some("no host's name")),
        (".github.com", Some("no host's name")),
        ("-a.com", Some("no host's name")),
        ("a-.com", Some("no host's name")),
        ("a_b.com", Some("no host's name")),
        ("git%2ehub.com", Some("no host's name")),
        ("", Some("no host's name")),
        (" github.com", Some("no host's name")),
        (&long, Some("no host's name")),
        (&longer, Some("no host's name")),
        ("*", Some("`*`")),
        ("*.*.com", Some("`*`")),
        ("a.*.com", Some("`*`")),
        ("*github.com", Some("`*`")),
        ("*.com", Some("single label")),
        ("127.0.0.1", Some("address")),
        ("127.1", Some("address")),
        ("2130706433", Some("address")),
        ("0x7f000001", Some("address")),
        ("a.0x7f", Some("address")),
        ("0177.0.0.01", Some("address")),
    ] {
        match (Domain::parse(text), fault) {
            (Ok(domain), None) => assert_eq!(domain.as_str(), text),
            (Err(message), Some(fault)) => assert!(message.contains(fault), "{text}: {message}"),
            (read, _) => panic!("{text}: {read:?}"),
        }
    }
}

fn policy(allowed: &str, blocked: &str) -> SecurityPolicy {
    let text = format!("{{\"plugin_security\": {{\"allowed_domains\": {allowed}, \"blocked_domains\": {blocked}}}}}");
    SecurityPolicy::from_json("p.json".as_ref(), &text).unwrap()
}

#[test]
fn hosts_are_let_through_by_their_very_names() {
    let check = |allowed: &str, blocked: &str, good: &[&str], bad: &[&str]| {
        let policy = policy(allowed, blocked);
        for host in good {
            assert!(policy.permits_host(host), "{allowed} {blocked}: {host}");
        }
        for host in bad {
            assert!(!policy.permits_host(host), "{allowed} {blocked}: {host}");
        }
    };
    let odd = [
        "Allowed.com",
        "allowed.com.",
        "allowed.com:80",
        "allowed.com@evil.com",
        "allowed.com\\evil.com",
        "allowed.com#",
    ];
    let others =
        ["evil.com", "allowed.com.evil.com", "evilallowed.com", "allowed%2ecom", "xallowed.com", "", ".allowed.com"];
    check("[\"allowed.com\"]", "[]", &["allowed.com"], &["sub.allowed.com", "127.0.0.1", "[::1]"]);
    check("[\"allowed.com\"]", "[]", &[], &odd);
    check("[\"allowed.com\"]", "[]", &[], &others);
    check("[\"*.allowed.com\"]", "[]", &["a.allowed.com", "a.b.allowed.com"], &["allowed.com", "a.evilallowed.com"]);
    check("[]", "[]", &[], &["allowed.com", "localhost", "10.0.0.1"]);
    check("null", "[]", &["allowed.com", "10.0.0.1", "::1", "[::1]"], &odd);
    check(
        "null",
        "[\"bad.com\"]",
        &["good.com", "notbad.com"],
        &["bad.com", "a.bad.com", "BAD.com", "bad.com.", "a.b.bad.com"],
    );
    check("null", "[\"*.bad.com\"]", &["bad.com"], &["a.bad.com"]);
    check("null", "[\"zip\"]", &["zip.com"], &["a.zip", "zip"]);
    check("[\"a.com\", \"*.a.com\"]", "[\"b.a.com\"]", &["a.com", "c.a.com"], &["b.a.com", "c.b.a.com"]);
}
