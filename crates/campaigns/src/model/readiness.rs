//! What is missing before a campaign can be launched.

use channel_core::ChannelKind;
use contents::{
    CompiledEmail, EmailDocument, Footer, Problem, line::LineDocument, push::PushDocument,
};
use kernel::{
    id::SegmentId,
    invalid::{FieldError, Invalid},
    time::Millis,
};

use super::{Block, CampaignDocument, Offer, Target, Timing};
use crate::Way;

/// What the rest of the workspace says about the things that a campaign names.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The present instant.
    pub now: Millis,
    /// The segments that exist.
    pub segments: Vec<SegmentId>,
    /// Whether the sender exists and can send.
    pub has_sender: bool,
    /// The email that the contents name.
    pub content: ContentFacts,
    /// Whether the workspace has a postal address for the footer.
    pub has_postal_address: bool,
    /// The sensitive attributes that the campaign uses.
    pub sensitive: Vec<SensitiveUse>,
}

/// A sensitive attribute in the words of a campaign, or in the conditions of a segment that it is sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveUse {
    /// What people call it, in Japanese and English.
    pub label: (String, String),
    /// The purpose whose consent its use needs.
    pub consent: String,
    /// Whether everybody in each segment of the target has given that consent.
    pub is_assured: bool,
}

/// What is known of the email.
#[derive(Debug, Clone, Default)]
pub enum ContentFacts {
    /// The content that is named does not exist.
    #[default]
    Unknown,
    /// The email.
    Email(Box<EmailDocument>),
    /// Messages for LINE, and what LINE would refuse of them.
    Line(Box<LineDocument>, Vec<Problem>),
    /// A push, and what no device would show of it.
    Push(Box<PushDocument>, Vec<Problem>),
}

impl ContentFacts {
    const fn channel(&self) -> Option<ChannelKind> {
        match self {
            Self::Unknown => None,
            Self::Email(_) => Some(ChannelKind::Email),
            Self::Line(..) => Some(ChannelKind::Line),
            Self::Push(..) => Some(ChannelKind::Push),
        }
    }
}

/// Returns what is missing or wrong, each with its card; nothing means ready to launch.
pub fn missing(name: &str, document: &CampaignDocument, facts: &Facts) -> Vec<FieldError> {
    let mut found = document.check().err().unwrap_or_default();
    if name.trim().is_empty() {
        found.push(FieldError::new(
            "/name",
            "missing",
            "give the campaign a name",
            "キャンペーンに名前をつけてください",
        ));
    }
    check_target(document.target.as_ref(), facts, &mut found);
    check_sensitive(facts, &mut found);
    check_offer(document.offer.as_ref(), facts, &mut found);
    check_timing(document.timing.as_ref(), facts, &mut found);
    check_channel(document, facts, &mut found);
    check_contents(document, facts, &mut found);
    if document.goal.is_none() {
        found.push(FieldError::new(
            "/goal",
            "missing",
            "say what the campaign is for",
            "何のためのキャンペーンか（ゴール）を決めてください",
        ));
    }
    found.0
}

fn check_target(target: Option<&Target>, facts: &Facts, found: &mut Invalid) {
    let Some(target) = target.filter(|target| target.everybody || !target.include.is_empty())
    else {
        found.push(FieldError::new(
            "/target",
            "missing",
            "choose who gets it",
            "誰に送るかを選んでください",
        ));
        return;
    };
    for (side, list) in [("include", &target.include), ("exclude", &target.exclude)] {
        for (index, id) in list.iter().enumerate() {
            if !facts.segments.contains(id) {
                found.push(FieldError::new(
                    format!("/target/{side}/{index}"),
                    "unknown",
                    "this segment does not exist any more; choose another",
                    "このセグメントはもうありません。選び直してください",
                ));
            }
        }
    }
}

/// Data of which people expect no use is not used without their word.
fn check_sensitive(facts: &Facts, found: &mut Invalid) {
    for used in facts.sensitive.iter().filter(|used| !used.is_assured) {
        let ((ja, en), consent) = (&used.label, &used.consent);
        found.push(FieldError::new(
            "/target",
            "sensitive_consent",
            format!(
                "{en} is a sensitive attribute: each segment of the target must ask for the consent \"{consent}\", or the campaign must do without it"
            ),
            format!(
                "「{ja}」は取り扱いに注意する属性です。対象のすべてのセグメントに「{consent}」への同意の条件を加えるか、この属性を使わないでください"
            ),
        ));
    }
}

fn check_offer(offer: Option<&Offer>, facts: &Facts, found: &mut Invalid) {
    match offer {
        None => found.push(FieldError::new(
            "/offer",
            "missing",
            "choose what is offered, or choose \"no offer\"",
            "オファーを決めるか、「オファーなし」を選んでください",
        )),
        Some(Offer::Coupon {
            expires_at: Some(end),
            ..
        }) if *end <= facts.now => found.push(FieldError::new(
            "/offer/expires_at",
            "past",
            "the coupon has expired; choose a later day",
            "クーポンの期限が過ぎています。先の日付にしてください",
        )),
        Some(Offer::Products { block, .. }) if !shows(&facts.content, *block) => {
            found.push(FieldError::new(
                "/offer/block",
                "unused",
                format!(
                    "the email does not show these products; put `{}` into it or change the offer",
                    block.variable()
                ),
                format!(
                    "メールにこの商品が出てきません。`{}` を入れるか、オファーを変えてください",
                    block.variable()
                ),
            ));
        }
        Some(_) => {}
    }
}

/// Tells whether an email shows a block of products in each of its languages; one that is not there is not judged.
fn shows(content: &ContentFacts, block: Block) -> bool {
    match content {
        ContentFacts::Unknown => true,
        ContentFacts::Email(email) => email
            .variants
            .values()
            .all(|variant| variant.mjml.contains(block.variable())),
        ContentFacts::Line(line, _) => line.variants.values().all(|variant| {
            let source = serde_json::to_string(variant).unwrap_or_default();
            source.contains(block.variable())
        }),
        ContentFacts::Push(push, _) => push.variants.values().all(|variant| {
            let source = serde_json::to_string(variant).unwrap_or_default();
            source.contains(block.variable())
        }),
    }
}

fn check_timing(timing: Option<&Timing>, facts: &Facts, found: &mut Invalid) {
    match timing {
        None => found.push(FieldError::new(
            "/timing",
            "missing",
            "choose when it is sent",
            "いつ送るかを選んでください",
        )),
        Some(timing) if timing.last_due(facts.now) < facts.now => found.push(FieldError::new(
            "/timing",
            "past",
            "this time has passed; choose a later one",
            "送信時刻が過ぎています。これからの時刻を選んでください",
        )),
        Some(_) => {}
    }
}

fn check_channel(document: &CampaignDocument, facts: &Facts, found: &mut Invalid) {
    if document.channel.is_none() {
        found.push(FieldError::new(
            "/channel",
            "missing",
            "choose the sender",
            "差出人を選んでください",
        ));
    } else if !facts.has_sender {
        found.push(FieldError::new(
            "/channel/sender",
            "unknown",
            "this sender cannot send; choose another or finish its settings",
            "この差出人からは送れません。選び直すか、設定を済ませてください",
        ));
    }
    let is_email = Way::of(document.channel.as_ref()) == Way::Email;
    if document.channel.is_some() && is_email && !facts.has_postal_address {
        found.push(FieldError::new(
            "/channel",
            "postal_address",
            "the law wants your postal address in the footer; enter it under settings",
            "フッターに住所の表示が必要です。設定で住所を入力してください",
        ));
    }
}

fn check_contents(document: &CampaignDocument, facts: &Facts, found: &mut Invalid) {
    if document.contents.is_none() {
        found.push(FieldError::new(
            "/contents",
            "missing",
            "choose or write the words",
            "メッセージを選ぶか、書いてください",
        ));
        return;
    }
    let channel = document.channel.as_ref();
    let is_other = |kind| channel.is_some() && Way::of(channel).kind() != kind;
    match &facts.content {
        content if content.channel().is_some_and(is_other) => found.push(FieldError::new(
            "/contents/source",
            "channel",
            "these words are for another channel; write them for the one that was chosen",
            "このメッセージは別のチャネル用です。選んだチャネルに合わせて書いてください",
        )),
        ContentFacts::Unknown => found.push(FieldError::new(
            "/contents/source",
            "unknown",
            "this email does not exist any more; choose another",
            "このメールはもうありません。選び直してください",
        )),
        ContentFacts::Email(email) => check_email(email, found),
        ContentFacts::Line(_, problems) | ContentFacts::Push(_, problems) => {
            note(problems, found);
        }
    }
}

fn note(problems: &[Problem], found: &mut Invalid) {
    for problem in problems {
        let place = if problem.line > 0 {
            format!(" ({}:{})", problem.line, problem.column)
        } else {
            String::new()
        };
        found.push(FieldError::new(
            format!("/contents{}", problem.pointer),
            problem.code,
            format!("{}{place}", problem.message_en),
            format!("{}{place}", problem.message_ja),
        ));
    }
}

fn check_email(email: &EmailDocument, found: &mut Invalid) {
    for (locale, variant) in &email.variants {
        if variant.subject.trim().is_empty() {
            found.push(FieldError::new(
                format!("/contents/variants/{locale}/subject"),
                "missing",
                "write a subject",
                "件名を入力してください",
            ));
        }
    }
    if let Err(error) = CompiledEmail::compile(email, Footer::Ensure) {
        note(&error.0, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ChannelCard, Contents, ContentsSource, Goal, GoalEvent, LocaleChoice};
    use kernel::id::SenderId;

    fn email(mjml: &str) -> EmailDocument {
        serde_json::from_value(serde_json::json!({
            "version": 1, "name": "x", "default_locale": "ja",
            "variants": {"ja": {"subject": "こんにちは", "mjml": mjml}},
        }))
        .unwrap()
    }

    fn ready() -> (CampaignDocument, Facts) {
        let mail = email("<mjml><mj-body></mj-body></mjml>");
        let document = CampaignDocument {
            target: Some(Target {
                include: vec![SegmentId::from_raw(7)],
                ..Target::default()
            }),
            offer: Some(Offer::None {}),
            timing: Some(Timing::Now {}),
            channel: Some(ChannelCard::mail(SenderId::from_raw(1))),
            contents: Some(Contents {
                source: ContentsSource::Inline(Box::new(mail.clone())),
                locale: LocaleChoice::Person,
            }),
            goal: Some(Goal {
                event: GoalEvent::Order,
                window_days: 7,
            }),
            ..CampaignDocument::default()
        };
        let facts = Facts {
            now: Millis(1_000),
            segments: vec![SegmentId::from_raw(7)],
            has_sender: true,
            content: ContentFacts::Email(Box::new(mail)),
            has_postal_address: true,
            sensitive: Vec::new(),
        };
        (document, facts)
    }

    fn codes(document: &CampaignDocument, facts: &Facts) -> Vec<String> {
        missing("夏", document, facts)
            .into_iter()
            .map(|error| format!("{} {}", error.pointer, error.code))
            .collect()
    }

    #[test]
    fn a_complete_campaign_lacks_nothing_and_each_empty_card_is_named() {
        let (document, facts) = ready();
        assert_eq!(codes(&document, &facts), Vec::<String>::new());
        assert_eq!(
            codes(&CampaignDocument::default(), &facts),
            [
                "/target missing",
                "/offer missing",
                "/timing missing",
                "/channel missing",
                "/contents missing",
                "/goal missing"
            ]
        );
    }

    #[test]
    fn a_sensitive_attribute_needs_its_consent_in_the_target() {
        let (document, mut facts) = ready();
        let used = |is_assured| SensitiveUse {
            label: ("病歴".to_owned(), "Medical history".to_owned()),
            consent: "health".to_owned(),
            is_assured,
        };
        facts.sensitive = vec![used(true)];
        assert_eq!(codes(&document, &facts), Vec::<String>::new());
        facts.sensitive.push(used(false));
        assert_eq!(codes(&document, &facts), ["/target sensitive_consent"]);
    }

    #[test]
    fn products_that_the_email_does_not_show_are_no_offer() {
        let (mut document, mut facts) = ready();
        document.offer = Some(Offer::Products {
            label: "人気の品".to_owned(),
            block: Block::Popular,
            category: None,
        });
        assert_eq!(codes(&document, &facts), ["/offer/block unused"]);
        facts.content = ContentFacts::Email(Box::new(email(
            "<mjml><mj-body>{% for product in products %}{% endfor %}</mj-body></mjml>",
        )));
        assert_eq!(codes(&document, &facts), Vec::<String>::new());
    }

    #[test]
    fn what_has_gone_or_passed_in_the_meantime_is_named_too() {
        let (mut document, mut facts) = ready();
        facts.segments.clear();
        facts.has_sender = false;
        facts.has_postal_address = false;
        facts.content = ContentFacts::Email(Box::new(email("<mjml>{% if %}</mjml>")));
        document.timing = Some(Timing::At { at: Millis(999) });
        let found = codes(&document, &facts);
        for expected in [
            "/target/include/0 unknown",
            "/timing past",
            "/channel/sender unknown",
            "/channel postal_address",
        ] {
            assert!(
                found.iter().any(|code| code == expected),
                "{expected}: {found:?}"
            );
        }
        assert!(
            found
                .iter()
                .any(|code| code.starts_with("/contents/variants/ja/mjml"))
        );
    }
}
