//! The starters: each compiles, renders, and needs no advice.

use contents::{
    CompiledEmail, Data, Footer, KNOWN_VARIABLES, LintOptions, RenderOptions, Severity, gallery,
    lint, sample_data,
};
use serde_json::json;

use crate::support::workspace;

#[test]
fn every_starter_renders_for_a_full_and_for_an_empty_customer() {
    assert_eq!(gallery().len(), 6);
    for starter in gallery() {
        let email = CompiledEmail::compile(&starter.document, Footer::Ensure).unwrap();
        for locale in ["ja", "en"] {
            let options = RenderOptions {
                locale: Some(locale),
                ..RenderOptions::default()
            };
            let full = email
                .render(&Data::from_json(&sample_data(locale)), &options)
                .unwrap();
            assert_eq!(full.warnings, [], "{} {locale}", starter.id);
            let full = full.into_message();
            assert!(
                full.html.len() < 40_000,
                "{} {locale}: {}",
                starter.id,
                full.html.len()
            );
            let bare = json!({"workspace": workspace(), "unsubscribe_url": "https://t.example/u/1", "customer": {}});
            let bare = email
                .render(&Data::from_json(&bare), &options)
                .unwrap()
                .into_message();
            for part in [
                &full.html,
                &full.text,
                &bare.html,
                &bare.text,
                &full.subject,
                &bare.subject,
                &bare.preheader,
            ] {
                assert!(
                    !part.contains("{{") && !part.contains("{%") && !part.contains("enlq"),
                    "{part}"
                );
            }
        }
    }
}

#[test]
fn every_starter_lints_clean_but_for_what_only_the_company_can_fill_in() {
    for starter in gallery() {
        let sample = Data::from_json(&sample_data("ja"));
        let options = LintOptions {
            known_variables: KNOWN_VARIABLES,
            sample: Some(&sample),
            ..LintOptions::default()
        };
        let findings = lint(&starter.document, &options);
        let other: Vec<_> = findings
            .iter()
            .filter(|f| !matches!(f.problem.code, "link_placeholder" | "contact_missing"))
            .collect();
        assert!(other.is_empty(), "{}: {other:?}", starter.id);
        assert!(
            findings
                .iter()
                .all(|finding| finding.severity != Severity::Error)
        );
    }
}

#[test]
fn the_text_of_a_starter_reads_well() {
    let starter = gallery()
        .iter()
        .find(|starter| starter.id == "last-order")
        .unwrap();
    let email = CompiledEmail::compile(&starter.document, Footer::Ensure).unwrap();
    let rendered = email
        .render(
            &Data::from_json(&sample_data("ja")),
            &RenderOptions::default(),
        )
        .unwrap();
    insta::assert_snapshot!("last_order_text", rendered.into_message().text);
}
