//! Advice that the linter gives.

use contents::{Data, KNOWN_VARIABLES, LintOptions, Severity, lint};
use serde_json::json;

use crate::support::{document, in_column, in_text, workspace};

fn codes(mjml: &str, sample: Option<&Data>) -> Vec<(&'static str, usize)> {
    let options = LintOptions {
        known_variables: KNOWN_VARIABLES,
        sample,
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
            sample: None,
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
