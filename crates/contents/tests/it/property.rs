//! What must hold for any data.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::LazyLock;

use contents::{CompiledEmail, Data};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{compile, free, in_text};

static EMAIL: LazyLock<CompiledEmail> = LazyLock::new(|| {
    compile(&in_text(
        "[[{{ x }}|{{ x | upcase }}|{{ x | newline_to_br }}|{{ x | escape }}|{% capture c %}{{ x }}{% endcapture %}{{ c }}|\
         {% assign a = x %}{{ a }}|{% for c in list %}{{ c }}{% endfor %}|<b title=\"{{ x }}\">{{ x | truncate: 10 }}</b>]]",
    ))
    .unwrap()
});

fn render(x: &str) -> String {
    let data = Data::from_json(&json!({"x": x, "list": [x]}));
    EMAIL.render(&data, &free()).unwrap().into_message().html
}

proptest! {
    #[test]
    fn no_angle_bracket_or_quote_of_the_data_reaches_the_html(x in "[a<>&\"'|\\PC\n\u{1}\u{2}\u{3}\r\t]{0,60}") {
        let empty = render("");
        let html = render(&x);
        let count = |html: &str, c: char| html.matches(c).count();
        let breaks = html.matches("<br />").count() - empty.matches("<br />").count();
        prop_assert_eq!(count(&html, '<') - breaks, count(&empty, '<'));
        prop_assert_eq!(count(&html, '"'), count(&empty, '"'));
        let is_marked = html.contains(['\u{1}', '\u{2}', '\u{3}']);
        prop_assert!(!is_marked);
    }

    #[test]
    fn no_template_makes_the_compiler_panic(source in "[{}%|<>/\"' a-c.\\[\\]()0-9\n]{0,80}") {
        let _ = compile(&in_text(&source));
        let _ = compile(&source);
        let _ = compile(&format!("<mjml><mj-body>{source}</mj-body></mjml>"));
    }

    #[test]
    fn tags_in_any_order_never_panic(parts in proptest::collection::vec(prop::sample::select(vec![
        "{% if a %}", "{% else %}", "{% elsif b %}", "{% endif %}", "{% for i in l %}", "{% endfor %}",
        "{% case a %}", "{% when 1 %}", "{% endcase %}", "{{ a }}", "{{- a -}}", "{% capture c %}",
        "{% endcapture %}", "{% raw %}", "{% endraw %}", "{% comment %}", "{% endcomment %}", "<p>", "</p>",
        "<a href=\"{{ a }}\">", "</a>", "<!--", "-->", "é𠮷",
    ]), 0..12)) {
        if let Ok(email) = compile(&in_text(&parts.concat())) {
            let _ = email.render(&Data::from_json(&json!({"a": "https://example.com/", "l": [1, 2]})), &free());
        }
    }
}
