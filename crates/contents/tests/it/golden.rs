//! What the pipeline writes, seen whole.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use contents::Data;
use serde_json::json;

use crate::support::{compile, free, in_column, in_text, message, render};

/// Returns what stands inside the first `mj-text`.
fn inner(html: &str) -> String {
    let start = html.find("text-align:left;color:#000000;\">").unwrap()
        + "text-align:left;color:#000000;\">".len();
    let end = html[start..].find("</div>").unwrap();
    html[start..start + end].trim().to_owned()
}

#[test]
fn liquid_with_comparison_signs_works_inside_text() {
    let body = "{% if a < 3 and b > 1 %}少ない{% else %}多い{% endif %}";
    assert_eq!(
        inner(&message(&in_text(body), json!({"a": 2, "b": 2})).html),
        "少ない"
    );
    assert_eq!(
        inner(&message(&in_text(body), json!({"a": 5, "b": 2})).html),
        "多い"
    );
}

#[test]
fn liquid_works_around_sections_columns_and_rows_and_in_attributes() {
    let mjml = r#"<mjml><mj-body>
      {% for p in products %}
      <mj-section background-color="{{ color }}">
        {% if p.url %}<mj-column><mj-button href="{{ p.url }}?a=1&amp;b={{ p.n | url_encode }}">{{ p.n }}</mj-button></mj-column>{% endif %}
        <mj-column><mj-table>{% for r in p.rows %}<tr><td>{{ r }}</td></tr>{% endfor %}</mj-table></mj-column>
      </mj-section>
      {% endfor %}</mj-body></mjml>"#;
    let data = json!({"color": "#ffee00", "products": [
        {"n": "茶 & 菓子", "url": "https://example.com/1", "rows": [1, 2]},
        {"n": "𠮷野", "rows": []},
    ]});
    let html = message(mjml, data).html;
    assert_eq!(
        html.matches("background: #ffee00").count() + html.matches("background:#ffee00").count(),
        4,
        "{html}"
    );
    assert!(
        html.contains("href=\"https://example.com/1?a=1&amp;b=%E8%8C%B6"),
        "{html}"
    );
    assert!(
        html.contains("<tbody><tr><td>1</td></tr><tr><td>2</td></tr></tbody>"),
        "{html}"
    );
    assert!(html.contains("茶 &amp; 菓子") && !html.contains("enlq"));
    assert!(!html.contains("{%") && !html.contains("{{"));
}

#[test]
fn japanese_emoji_and_rare_characters_pass_unharmed() {
    let body = "{{ name }}さん 𠮷野家 👨‍👩‍👧 髙﨑 ～";
    let rendered = message(&in_text(body), json!({"name": "𠮷田🎂"}));
    assert!(rendered.html.contains("𠮷田🎂さん 𠮷野家 👨‍👩‍👧 髙﨑 ～"));
    assert!(rendered.text.contains("𠮷田🎂さん 𠮷野家"));
}

#[test]
fn css_is_inlined_and_media_queries_stay() {
    let mjml = r#"<mjml><mj-head><mj-style>
        .lead { color: #123456; }
        @media (max-width: 480px) { .lead { font-size: 20px !important; } }
        @media (prefers-color-scheme: dark) { .lead { color: white !important; } }
      </mj-style></mj-head><mj-body><mj-section><mj-column><mj-text><p class="lead">x</p></mj-text></mj-column></mj-section></mj-body></mjml>"#;
    let html = message(mjml, json!({})).html;
    assert!(
        html.contains("<p class=\"lead\" style=\"color: #123456"),
        "{html}"
    );
    assert!(html.contains("max-width: 480px") && html.contains("prefers-color-scheme: dark"));
    assert!(!html.contains("fonts.googleapis.com"));
}

#[test]
fn filters_write_what_people_expect() {
    let cases = [
        ("{{ none | fallback: \"お客\" | honorific }}", "お客様"),
        ("{{ name | honorific }}", "山田様"),
        ("{{ honored | honorific }}", "山田様"),
        ("{{ name | honorific: \"さん\" }}", "山田さん"),
        ("{{ spaces | fallback: \"x\" }}", "x"),
        ("{{ price | money: \"JPY\" }}", "¥123,456"),
        ("{{ price | money: \"USD\" }}", "$1,234.56"),
        ("{{ price | number }}", "123,456"),
        ("{{ when | date_ja }}", "2026年11月22日(日)"),
        ("{{ when | date: \"%Y/%m/%d %H:%M\" }}", "2026/11/22 00:30"),
        ("{{ millis | date_en }}", "22 November 2026"),
        ("{{ born | date_ja }}", "2月29日"),
        ("{{ born | date_en }}", "29 February"),
        ("{{ note | newline_to_br }}", "a&lt;<br />\nb"),
        ("{{ name | escape }}", "山田"),
        (
            "{{ none | upcase }}{{ none | times: 2 }}{{ none.deeper }}",
            "",
        ),
        (
            "{% for i in (1..3) %}{{ forloop.index }}/{{ forloop.length }}{% unless forloop.last %},{% endunless %}{% endfor %}",
            "1/3,2/3,3/3",
        ),
        (
            "{% for i in (1..5) reversed limit:2 offset:1 %}{{ i }}{% endfor %}",
            "32",
        ),
        (
            "{% for i in list %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}",
            "13",
        ),
        ("{% for i in none %}x{% else %}なし{% endfor %}", "なし"),
        (
            "{% case n %}{% when 1 %}one{% when 2 %}two{% else %}many{% endcase %}",
            "two",
        ),
        (
            "{% for i in (1..2) %}{% for j in (1..2) %}{{ forloop.parentloop.index }}{{ j }} {% endfor %}{% endfor %}",
            "11 12 21 22",
        ),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("a{% comment %} {{ broken {% endcomment %}b", "ab"),
        ("{{ list | join: \"、\" }}", "1、2、3、4"),
    ];
    let data = json!({
        "name": "山田", "honored": "山田様", "spaces": " ", "price": 123_456, "n": 2,
        "when": "2026-11-21T15:30:00Z", "millis": 1_795_273_200_000_i64, "note": "a<\nb", "born": "--02-29", "list": [1, 2, 3, 4],
    });
    for (body, expected) in cases {
        assert_eq!(
            inner(&message(&in_text(body), data.clone()).html),
            expected,
            "{body}"
        );
    }
}

#[test]
fn absent_variables_are_empty_and_reported_once_with_their_place() {
    let body = "\n{{ customer.first_name }}{{ customer.name | fallback: \"x\" }}\n {% for p in products %}{{ p.price }}{% endfor %}";
    let rendered = render(
        &in_text(body),
        json!({"customer": {}, "products": [{}, {}]}),
    )
    .unwrap();
    let found: Vec<_> = rendered
        .warnings
        .iter()
        .map(|w| (w.variable.as_str(), w.position.line, w.position.column))
        .collect();
    assert_eq!(found, [("customer.first_name", 2, 1), ("p.price", 3, 25)]);
}

#[test]
fn parts_and_customers_do_not_see_each_other() {
    let email = compile(&in_text("{% increment n %}{% assign a = \"x\" %}")).unwrap();
    let first = email
        .render(&Data::default(), &free())
        .unwrap()
        .into_message();
    let second = email
        .render(&Data::default(), &free())
        .unwrap()
        .into_message();
    assert_eq!(first, second);
}

#[test]
fn a_whole_email_in_html_and_text() {
    let mjml = in_column(
        "<mj-text><h1>{{ customer.name | honorific }}</h1><p>こんにちは。<br />本日の<a href=\"{{ url }}\">おすすめ</a>です。</p>\
         <ul>{% for p in products %}<li>{{ p }}</li>{% endfor %}</ul></mj-text>\
         <mj-button href=\"https://example.com/a?b=1&amp;c=2\">見る</mj-button>",
    );
    let data = json!({"customer": {"name": "佐藤"}, "url": "https://example.com/x?y=1&z=2", "products": ["茶", "菓子 <限定>"]});
    let message = message(&mjml, data);
    insta::assert_snapshot!("whole_email_text", message.text);
    insta::assert_snapshot!("whole_email_html", message.html);
}
