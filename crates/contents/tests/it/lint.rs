//! Advice that the linter gives.

use contents::{Data, KNOWN_VARIABLES, LintOptions, Sensitive, Severity, lint};
use serde_json::json;

use crate::support::{document, in_column, in_text, workspace};

fn codes(mjml: &str, sample: Option<&Data>) -> Vec<(&'static str, usize)> {
    let options = LintOptions {
        known_variables: KNOWN_VARIABLES,
        sample,
        ..LintOptions::default()
    };
    lint(&document(mjml), &options)
        .into_iter()
        .map(|finding| (finding.problem.code, finding.problem.line))
        .collect()
}

#[test]
fn the_linter_names_what_is_missing_and_where() {
    let body = in_column(
        "<mj-text>\n<a href=\"http://a.example/\">x</a></mj-text>\n<mj-image src=\"https://a.example/a.png\" />",
    );
    let found = codes(&body, None);
    for expected in [
        ("link_insecure", 2),
        ("image_without_alt", 3),
        ("preheader_missing", 0),
        ("unsubscribe_missing", 0),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
    let broken = lint(&document(&in_text("{% if %}")), &LintOptions::default());
    assert_eq!(broken[0].severity, Severity::Error);
}

#[test]
fn unknown_variables_are_named_and_known_ones_are_not() {
    let body = in_text(
        "{{ customer.name | fallback: \"customer.nonsense\" }}{{ customer.attributes.x }}{% for p in products limit: 3 %}{{ p.name }}{{ forloop.index }}\
         {% for i in last_order.items %}{{ i.name }}{% endfor %}{% endfor %}{% assign z = coupon.code %}{{ z }}{% if products.size > 0 %}{% endif %}\n\
         {{ custmer.name }}{% for p in products %}{{ p.colour }}{% endfor %}\n{% if coupon.kode == \"a\" %}{% endif %}",
    );
    let unknown: Vec<_> = lint(
        &document(&body),
        &LintOptions {
            known_variables: KNOWN_VARIABLES,
            ..LintOptions::default()
        },
    )
    .into_iter()
    .filter(|finding| finding.problem.code == "variable_unknown")
    .map(|finding| {
        (
            finding.problem.message_en,
            finding.problem.line,
            finding.problem.column,
        )
    })
    .collect();
    assert_eq!(
        unknown,
        [
            (
                "there is no variable custmer.name; check the spelling".to_owned(),
                2,
                4
            ),
            (
                "there is no variable p.colour; check the spelling".to_owned(),
                2,
                45
            ),
            (
                "there is no variable coupon.kode; check the spelling".to_owned(),
                3,
                7
            ),
        ]
    );
}

#[test]
fn a_clipped_and_a_short_email_are_noticed() {
    let data = json!({"workspace": workspace(), "unsubscribe_url": "https://t.example/u/1"});
    let sample = Data::from_json(&data);
    let long = codes(&in_text(&"長い文章です。".repeat(6_000)), Some(&sample));
    assert!(long.contains(&("html_clipped", 0)), "{long:?}");
    let mut subject = document(&in_text("x"));
    subject.variants.get_mut("ja").unwrap().subject = "とても長い件名".repeat(8);
    let found = lint(&subject, &LintOptions::default());
    assert!(
        found
            .iter()
            .any(|finding| finding.problem.code == "subject_long")
    );
}

#[test]
fn watching_words_are_found_with_their_place_and_a_way_to_mend_them() {
    let body = in_text("山田様\n昨日{{ products[0].name }}をご覧になった方へ");
    let found = lint(&document(&body), &LintOptions::default());
    let finding = found
        .iter()
        .find(|finding| finding.problem.code == "wording_surveillance")
        .unwrap();
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!((finding.problem.line, finding.problem.column), (2, 1));
    assert!(
        finding.problem.message_ja.contains("昨日をご覧になっ"),
        "{finding:?}"
    );
    assert!(finding.problem.message_ja.contains("行動に触れない言葉に"));
}

#[test]
fn sensitive_attributes_are_named_with_the_consent_they_need() {
    let sensitive = [Sensitive {
        key: "病歴".to_owned(),
        label: ("ご病歴".to_owned(), "Medical history".to_owned()),
        consent: "health".to_owned(),
    }];
    let options = LintOptions {
        sensitive: &sensitive,
        ..LintOptions::default()
    };
    let found = lint(
        &document(&in_text("{{ customer.attributes.病歴 }}")),
        &options,
    );
    let finding = found
        .iter()
        .find(|finding| finding.problem.code == "attribute_sensitive")
        .unwrap();
    assert!(
        finding.problem.message_en.contains("\"health\""),
        "{finding:?}"
    );
    let other = lint(
        &document(&in_text("{{ customer.attributes.rank }}")),
        &options,
    );
    assert!(
        other
            .iter()
            .all(|finding| finding.problem.code != "attribute_sensitive")
    );
}

#[test]
fn characters_that_a_sender_cannot_write_are_listed_once() {
    let options = LintOptions {
        can_write: Some(|char| char.is_ascii() || char == '春'),
        ..LintOptions::default()
    };
    let mut letter = document(&in_text("春🌸🌸①"));
    letter.variants.get_mut("ja").unwrap().subject = "春".to_owned();
    let found = lint(&letter, &options);
    let lacking: Vec<_> = found
        .iter()
        .filter(|finding| finding.problem.code == "charset_lacks")
        .collect();
    assert_eq!(lacking.len(), 1);
    assert!(
        lacking[0].problem.message_ja.contains("（🌸 ①）"),
        "{lacking:?}"
    );
    assert_eq!(lacking[0].problem.pointer, "/variants/ja/mjml");
}

#[test]
fn a_letter_says_where_to_ask() {
    let data = json!({"workspace": workspace(), "unsubscribe_url": "https://t.example/u/1"});
    let sample = Data::from_json(&data);
    let silent = codes(&in_text("春の新作が届きました。"), Some(&sample));
    assert!(silent.contains(&("contact_missing", 0)), "{silent:?}");
    for contact in [
        "お問い合わせはこちら",
        "電話 03-1234-5678",
        "info@shop.example.jp",
    ] {
        let found = codes(&in_text(contact), Some(&sample));
        assert!(
            !found.contains(&("contact_missing", 0)),
            "{contact}: {found:?}"
        );
    }
}
