//! Where to ask and complain: the law on advertising mail (特定電子メール法) wants an address, a number or a page for it
//! beside the sender's name, postal address and the way to unsubscribe, which the footer enforces.

use std::sync::LazyLock;

use regex::Regex;

use super::{Linter, Severity};
use crate::Message;

/// A mail address, a telephone number with hyphens, or words that lead to a page for questions.
static CONTACT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)[\w.+-]+@[\w-]+\.[\w.-]+|0\d{1,4}[-‐－ー()（）]\d{1,4}[-‐－ー()（）]\d{3,4}|\+\d{2,3}[ -]\d|問い?合わ?せ|お問合|ご相談|ご連絡先|サポート|contact|help ?cent|support|customer service|questions\?",
    )
    .ok()
});

pub(super) fn check(linter: &mut Linter<'_>, locale: &str, message: &Message) {
    let says = |part: &str| {
        CONTACT
            .as_ref()
            .is_none_or(|contact| contact.is_match(part))
    };
    if says(&message.text) {
        return;
    }
    // Elsewhere the law asks for the postal address alone.
    let severity = if locale.starts_with("ja") {
        Severity::Warning
    } else {
        Severity::Info
    };
    linter.add(
        severity,
        "contact_missing",
        ("mjml", "", None),
        "問い合わせや苦情の受付先がありません。特定電子メール法では、電話番号・メールアドレス・URLのどれかの表示が必要です。",
        "there is nowhere to ask or complain; Japanese law wants a telephone number, an address or a page for it",
    );
}
