//! Templates and data that try to do harm, and mistakes that people make.

use std::time::{Duration, Instant};

use contents::{CompiledEmail, Data, EmailVariant, Footer, MAX_SOURCE_BYTES};
use serde_json::json;

use crate::support::{compile, document, free, in_column, in_text, message, refused, render};

#[test]
fn an_endless_loop_is_stopped_at_once_and_named_by_line() {
    for body in [
        "<p>a</p>\n  {% for i in (1..10000000) %}x{% endfor %}",
        "<p>a</p>\n  {% for i in (1..9223372036854775) %}{% for j in (1..1000) %}{% endfor %}{% endfor %}",
        "<p>a</p>\n  {% tablerow i in (1..10000000) cols:3 %}x{% endtablerow %}",
    ] {
        let email = compile(&in_text(body)).unwrap();
        let start = Instant::now();
        let error = email.render(&Data::default(), &free()).unwrap_err().0;
        assert!(
            start.elapsed() < Duration::from_millis(500),
            "{:?}",
            start.elapsed()
        );
        assert_eq!(error.code, "budget_iterations");
        assert_eq!(error.line, 2);
    }
}

#[test]
fn loops_of_one_email_share_the_budget() {
    let body = "{% for i in (1..6000) %}{% endfor %}{% for i in (1..6000) %}{% endfor %}";
    assert_eq!(
        render(&in_text(body), json!({})).unwrap_err().0.code,
        "budget_iterations"
    );
}

#[test]
fn output_cannot_grow_without_end() {
    for body in [
        "{% for i in (1..9000) %}{{ long }}{% endfor %}",
        "{% assign x = long %}{% for i in (1..60) %}{% assign x = x | append: x %}{% endfor %}{{ x }}",
        "{% assign x = long %}{% for i in (1..60) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}",
        "{% assign x = long | replace: 'a', long | replace: 'a', long %}{{ x }}",
        "{% assign x = long | split: '' | join: long %}{{ x }}",
        "{% assign x = list %}{% for i in (1..60) %}{% assign x = x | concat: x %}{% endfor %}",
    ] {
        let start = Instant::now();
        let error = render(
            &in_text(body),
            json!({"long": "a".repeat(2_000), "list": ["a"]}),
        )
        .unwrap_err()
        .0;
        assert!(
            start.elapsed() < Duration::from_secs(3),
            "{body}: {:?}",
            start.elapsed()
        );
        assert!(
            matches!(error.code, "budget_output" | "render_failed"),
            "{body}: {error:?}"
        );
    }
}

#[test]
fn arithmetic_fails_instead_of_panicking() {
    let body = "{{ n | times: n | times: n | plus: 1 }}";
    let error = render(&in_text(body), json!({"n": i64::MAX}))
        .unwrap_err()
        .0;
    assert_eq!(error.code, "render_failed");
    assert_eq!(
        refused(&in_text("{{ 99999999999999999999 }}")).code,
        "number_too_large"
    );
    assert_eq!(
        render(&in_text("{{ 1 | divided_by: 0 }}"), json!({}))
            .unwrap_err()
            .0
            .code,
        "render_failed"
    );
}

#[test]
fn deep_nesting_is_refused() {
    let ifs = format!("{}x{}", "{% if a %}".repeat(17), "{% endif %}".repeat(17));
    assert_eq!(refused(&in_text(&ifs)).code, "nesting_too_deep");
    let divs = format!("{}x{}", "<div>".repeat(5_000), "</div>".repeat(5_000));
    assert_eq!(refused(&in_text(&divs)).code, "elements_too_deep");
    let brackets = format!("{{{{ {}a{} }}}}", "a[".repeat(100), "]".repeat(100));
    assert_eq!(refused(&in_text(&brackets)).code, "brackets_too_deep");
}

#[test]
fn data_is_escaped_and_raw_is_not() {
    let body = "{{ \"<script>\" }}{{ x }}<b title=\"{{ x }}\">{{ x | raw }}</b>";
    let html = message(&in_text(body), json!({"x": "<i a='\"'>&"})).html;
    assert!(
        html.contains("&lt;script&gt;&lt;i a=&#39;&quot;&#39;&gt;&amp;"),
        "{html}"
    );
    assert!(html.contains("title=\"&lt;i a=&#39;&quot;&#39;&gt;&amp;\""));
    assert!(html.contains("><i a='\"'>&</b>"));
}

#[test]
fn captured_html_is_escaped_once_and_data_inside_it_always() {
    let body = "{% capture hi %}<b>{{ x }}</b>{% endcapture %}{{ hi }}";
    let html = message(&in_text(body), json!({"x": "<&>"})).html;
    assert!(html.contains("<b>&lt;&amp;&gt;</b>"), "{html}");
    let link = "{% capture l %}<a href=\"https://example.com/{{ x }}\">L</a>{% endcapture %}";
    for shown in ["{{ l }}", "{{ l | raw }}"] {
        let message = message(&in_text(&format!("{link}{shown}")), json!({"x": "a&b"}));
        assert!(
            message
                .html
                .contains("<a href=\"https://example.com/a&amp;b\">L</a>"),
            "{}",
            message.html
        );
        assert!(
            message.text.contains("L <https://example.com/a&b>"),
            "{}",
            message.text
        );
    }
    let untaken = "{% if false %}{% capture hi %}{% endcapture %}{% endif %}{{ hi }}";
    assert!(
        message(&in_text(untaken), json!({"hi": "<x>"}))
            .html
            .contains("&lt;x&gt;")
    );
}

#[test]
fn script_addresses_are_refused_wherever_they_come_from() {
    for url in [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "java&#10;script:x",
        "javascript&colon;x",
        "\u{1}javascript:x",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "/path",
        "",
        "https:evil",
    ] {
        let source = in_text(&format!("\n <a href=\"{url}\">x</a>"));
        let problem = match CompiledEmail::compile(&document(&source), Footer::Leave) {
            Err(error) => error.0[0].clone(),
            Ok(_) => panic!("{url:?} was accepted"),
        };
        assert!(
            matches!(problem.code, "url_refused" | "control_character"),
            "{url:?} {problem:?}"
        );
        let email = compile(&in_text("\n <a href=\"{{ url }}\">x</a>")).unwrap();
        // What the data holds is literal text, so entities in it are not decoded into a scheme.
        let error = email
            .render(&Data::from_json(&json!({"url": url})), &free())
            .unwrap_err()
            .0;
        assert_eq!(
            (error.code, error.line, error.column),
            ("url_refused", 2, 11),
            "{url:?}"
        );
    }
    let image = render(
        &in_column("<mj-image src=\"{{ url }}\" />"),
        json!({"url": "javascript:x"}),
    );
    assert_eq!(image.unwrap_err().0.code, "url_refused");
    let raw = render(
        &in_text("{{ block | raw }}"),
        json!({"block": "<a HREF = javascript:x>y</a>"}),
    );
    assert_eq!(raw.unwrap_err().0.code, "url_refused");
}

#[test]
fn active_elements_are_refused() {
    assert_eq!(
        refused(&in_text("<script>x</script>")).code,
        "element_refused"
    );
    assert_eq!(
        refused(&in_text("<b onclick=\"x\">x</b>")).code,
        "handler_refused"
    );
    assert_eq!(
        refused("<mjml><mj-body><mj-include path=\"/etc/passwd\" /></mj-body></mjml>").code,
        "element_refused"
    );
    assert_eq!(
        refused(&in_text("{% include 'x' %}")).code,
        "include_refused"
    );
    assert_eq!(
        refused(&in_text("{% render 'x' %}")).code,
        "include_refused"
    );
}

#[test]
fn a_subject_cannot_bring_in_a_header() {
    let mut document = document(&in_text("x"));
    document.variants.get_mut("ja").unwrap().subject = "Hi {{ name }}".to_owned();
    let email = CompiledEmail::compile(&document, Footer::Leave).unwrap();
    for name in ["a\r\nBcc: x@example.com", "a\nb"] {
        let error = email
            .render(&Data::from_json(&json!({"name": name})), &free())
            .unwrap_err()
            .0;
        assert_eq!(
            (error.code, error.pointer.as_str()),
            ("line_break_in_header", "/variants/ja/subject")
        );
    }
    let plain = email
        .render(&Data::from_json(&json!({"name": "Tom & <Jerry>"})), &free())
        .unwrap();
    assert_eq!(plain.subject, "Hi Tom & <Jerry>");
}

#[test]
fn mistakes_are_named_where_they_are() {
    let cases = [
        ("{% if a %}\nx", "block_unclosed", 1),
        ("x\n\n  {% endfor %}", "tag_misplaced", 3),
        (
            "x\n{% for p in products %}\n{% if p %}\n{% endfor %}",
            "block_unclosed",
            3,
        ),
        ("x\n{{ customer.name", "tag_unclosed", 2),
        ("x\n{{ a | nonsense }}", "filter_unknown", 2),
        ("x\n{% assign a = b | nonsense %}", "filter_unknown", 2),
        ("x\n{% foo %}", "tag_unknown", 2),
        ("x\n{{ a | }}", "liquid_syntax", 2),
        ("x\n{% if a == %}y{% endif %}", "liquid_syntax", 2),
        ("x\n{% for a of b %}y{% endfor %}", "liquid_syntax", 2),
        ("x\n{{ a | raw | upcase }}", "raw_not_last", 2),
        ("x\n{{ }}", "liquid_syntax", 2),
    ];
    for (body, code, line) in cases {
        let problem = refused(&in_text(body));
        assert_eq!(
            (problem.code, problem.line),
            (code, line),
            "{body}: {problem:?}"
        );
        assert_eq!(problem.pointer, "/variants/ja/mjml");
        assert!(!problem.message_ja.is_ascii());
    }
    let filter = refused(&in_text("日本語 {{ 名 }} {{ a | upcase | nonsense }}"));
    assert_eq!(
        (filter.line, filter.code),
        (1, "liquid_syntax"),
        "{filter:?}"
    );
    let column = refused(&in_text("日本語 {{ a | upcase | nonsense }}"));
    let expected = in_text("日本語 {{ a | upcase | ").chars().count() - in_text("").chars().count()
        + in_text("|").find('|').unwrap()
        + 1;
    assert_eq!(column.column, expected, "{column:?}");
}

#[test]
fn broken_mjml_is_named_where_it_is() {
    let unknown = refused("<mjml>\n<mj-body>\n{{ a | raw }}</mj-body></mjml>");
    assert_eq!((unknown.code, unknown.line), ("text_outside_text", 3));
    let element = refused(
        "<mjml>\n<mj-body>\n{% if a %}\n  <mj-nonsense></mj-nonsense>{% endif %}\n</mj-body></mjml>",
    );
    assert_eq!(
        (element.code, element.line),
        ("element_unknown", 4),
        "{element:?}"
    );
    let open = refused("<mjml>\n<mj-body>\n<mj-section>\n</mj-body></mjml>");
    assert!(
        open.code.starts_with("mjml_") || open.code == "element_unclosed",
        "{open:?}"
    );
    assert_eq!(refused("hello").code, "mjml_root_missing");
    assert_eq!(
        refused("<mjml><mj-body><mj-section css-class=\"a></mj-section></mj-body></mjml>").code,
        "attribute_unclosed"
    );
    let between = refused(
        "<mjml><mj-body>\n<mj-section {% if a %}x=\"1\"{% endif %}></mj-section></mj-body></mjml>",
    );
    assert_eq!(
        (between.code, between.line),
        ("liquid_between_attributes", 2)
    );
    let head = refused(
        "<mjml><mj-head>\n{% if a %}<mj-title>x</mj-title>{% endif %}</mj-head><mj-body></mj-body></mjml>",
    );
    assert_eq!((head.code, head.line), ("liquid_misplaced", 2), "{head:?}");
}

#[test]
fn a_huge_template_is_refused() {
    let problem = refused(&in_text(&"x".repeat(1024 * 1024)));
    assert_eq!(problem.code, "source_too_long");
    assert!(problem.message_en.contains(&MAX_SOURCE_BYTES.to_string()));
}

#[test]
fn a_document_is_read_strictly() {
    let read = |value| {
        contents::EmailDocument::from_json(value)
            .unwrap_err()
            .remove(0)
    };
    let variant = json!({"subject": "s", "mjml": "<mjml></mjml>"});
    assert_eq!(read(json!({"version": 1})).code, "document_malformed");
    let unknown =
        json!({"version": 2, "name": "n", "default_locale": "ja", "variants": {"ja": variant}});
    assert_eq!(
        (read(unknown.clone()).code, read(unknown).pointer.as_str()),
        ("version_unknown", "/version")
    );
    let locale =
        json!({"version": 1, "name": "n", "default_locale": "en", "variants": {"ja": variant}});
    assert_eq!(read(locale).pointer, "/default_locale");
    let extra = json!({"version": 1, "name": "n", "default_locale": "ja", "variants": {}, "x": 1});
    assert_eq!(read(extra).code, "document_malformed");
    let variant = EmailVariant {
        subject: "a\nb".into(),
        preheader: String::new(),
        mjml: "<mjml>".into(),
        text: None,
    };
    let mut broken = document("x");
    broken.variants.insert("ja".to_owned(), variant);
    let found = &broken.validate()[0];
    assert_eq!(
        (found.pointer.as_str(), found.line, found.column),
        ("/variants/ja/subject", 1, 2)
    );
}
