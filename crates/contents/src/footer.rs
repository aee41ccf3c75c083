//! The legal footer: who sends this, from where, and how to stop it.

use std::borrow::Cow;

const UNSUBSCRIBE: &str = "unsubscribe_url";

/// Adds the standard footer to an MJML source that has no unsubscribe link.
///
/// It stands on one line before `</mj-body>`, so that the author's line numbers stay.
pub fn ensure_footer<'s>(mjml: &'s str, locale: &str) -> Cow<'s, str> {
    if mjml.contains(UNSUBSCRIBE) {
        return Cow::Borrowed(mjml);
    }
    let Some(at) = mjml.rfind("</mj-body>") else {
        return Cow::Borrowed(mjml);
    };
    let is_japanese = locale.starts_with("ja");
    let (stop, preferences) = words(is_japanese);
    let (other_stop, _) = words(!is_japanese);
    let section = format!(
        "<mj-section padding=\"24px 16px 32px\"><mj-column><mj-text align=\"center\" font-size=\"12px\" \
         line-height=\"1.8\" color=\"#6b6b6b\" font-family=\"-apple-system,'Hiragino Sans','Noto Sans JP',Meiryo,sans-serif\">\
         {{{{ workspace.name }}}}<br />{{{{ workspace.postal_address }}}}<br />\
         <a href=\"{{{{ unsubscribe_url }}}}\" style=\"color:#6b6b6b\">{stop} / {other_stop}</a>\
         {{% if preferences_url %}} ・ <a href=\"{{{{ preferences_url }}}}\" style=\"color:#6b6b6b\">{preferences}</a>{{% endif %}}\
         </mj-text></mj-column></mj-section>"
    );
    Cow::Owned(format!("{}{section}{}", &mjml[..at], &mjml[at..]))
}

/// Adds the standard footer to a plain-text source that has no unsubscribe link.
pub fn ensure_footer_text<'s>(text: &'s str, locale: &str) -> Cow<'s, str> {
    if text.contains(UNSUBSCRIBE) {
        return Cow::Borrowed(text);
    }
    let is_japanese = locale.starts_with("ja");
    let (stop, _) = words(is_japanese);
    let (other_stop, _) = words(!is_japanese);
    Cow::Owned(format!(
        "{}\n\n----\n{{{{ workspace.name }}}}\n{{{{ workspace.postal_address }}}}\n{stop} / {other_stop}: {{{{ unsubscribe_url }}}}\n",
        text.trim_end()
    ))
}

fn words(is_japanese: bool) -> (&'static str, &'static str) {
    if is_japanese {
        ("配信停止", "配信設定")
    } else {
        ("Unsubscribe", "Preferences")
    }
}
