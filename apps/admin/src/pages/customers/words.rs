//! How each happening reads on the timeline.

use api_types::customers::TimelineView;
use serde_json::Value;

use crate::{
    i18n as t,
    ui::{Icon, Voice},
};

/// A happening as the timeline draws it.
pub(super) struct Told {
    pub(super) icon: Icon,
    pub(super) voice: Voice,
    pub(super) title: String,
    pub(super) note: String,
}

/// Puts a happening into words of the present language.
pub(super) fn told(item: &TimelineView) -> Told {
    let (icon, voice, title) = match item.kind.as_str() {
        "event" => event(item.name.as_deref().unwrap_or_default()),
        "consent" => consent(item),
        "merge" => (
            Icon::GitBranch,
            Voice::Theirs,
            t::customers::merged().to_owned(),
        ),
        "delivery" => delivery(item),
        "segment" => segment(item),
        "computed" => turned(item),
        other => (Icon::History, Voice::Theirs, other.to_owned()),
    };
    Told {
        icon,
        voice,
        title,
        note: note(item),
    }
}

fn event(name: &str) -> (Icon, Voice, String) {
    use Voice::{Ours, Theirs};
    let (icon, voice, word) = match name {
        "Order Completed" => (Icon::ShoppingBag, Theirs, t::customers::ordered()),
        "Order Refunded" | "Product Refunded" => (Icon::History, Theirs, t::customers::refunded()),
        "Order Cancelled" => (Icon::X, Theirs, t::customers::cancelled()),
        "Product Purchased" => (Icon::ShoppingBag, Theirs, t::customers::purchased()),
        "Product Viewed" | "Product Clicked" => (Icon::Eye, Theirs, t::customers::viewed()),
        "Product List Viewed" => (Icon::List, Theirs, t::customers::list_viewed()),
        "Products Searched" => (Icon::Search, Theirs, t::customers::searched()),
        "Product Added" => (Icon::ShoppingCart, Theirs, t::customers::added()),
        "Product Removed" => (Icon::ShoppingCart, Theirs, t::customers::removed()),
        "Cart Viewed" => (Icon::ShoppingCart, Theirs, t::customers::cart_viewed()),
        "Checkout Started" => (Icon::ShoppingCart, Theirs, t::customers::checkout()),
        "Coupon Entered" | "Coupon Applied" => (Icon::Ticket, Theirs, t::customers::coupon()),
        "Page Viewed" => (Icon::FileText, Theirs, t::customers::page_viewed()),
        "Screen Viewed" => (Icon::Smartphone, Theirs, t::customers::screen_viewed()),
        "Signed Up" => (Icon::UserPlus, Theirs, t::customers::signed_up()),
        "Signed In" => (Icon::User, Theirs, t::customers::signed_in()),
        "message_sent" => (Icon::Mail, Ours, t::customers::sent()),
        "message_bounced" => (Icon::MailX, Ours, t::customers::bounced()),
        "message_opened" => (Icon::MailOpen, Theirs, t::customers::opened()),
        "message_clicked" => (Icon::MousePointerClick, Theirs, t::customers::clicked()),
        "message_unsubscribe_clicked" => (
            Icon::MousePointerClick,
            Theirs,
            t::customers::unsubscribe_clicked(),
        ),
        "message_unsubscribed" => (Icon::Ban, Theirs, t::customers::unsubscribed()),
        "message_complained" => (Icon::Flag, Theirs, t::customers::complained()),
        "line_followed" => (Icon::UserPlus, Theirs, t::customers::line_followed_event()),
        "line_blocked" => (Icon::Ban, Theirs, t::customers::line_blocked_event()),
        "line_message_received" => (Icon::MessageCircle, Theirs, t::customers::line_wrote()),
        "line_postback" => (
            Icon::MousePointerClick,
            Theirs,
            t::customers::line_pressed(),
        ),
        "line_beacon" => (Icon::Zap, Theirs, t::customers::line_beacon()),
        "line_video_watched" => (Icon::Eye, Theirs, t::customers::line_watched()),
        "line_linked" => (Icon::GitBranch, Theirs, t::customers::line_linked_event()),
        "line_unlinked" => (Icon::GitBranch, Theirs, t::customers::line_unlinked_event()),
        "push_allowed" => (Icon::Smartphone, Theirs, t::customers::push_allowed()),
        "push_stopped" => (Icon::Ban, Theirs, t::customers::push_stopped()),
        "push_device_gone" => (Icon::Ban, Theirs, t::customers::push_gone()),
        "push_shown" => (Icon::Smartphone, Theirs, t::customers::push_shown()),
        "push_dismissed" => (Icon::X, Theirs, t::customers::push_dismissed()),
        "consent_changed" => (Icon::ShieldCheck, Theirs, t::customers::consent_changed()),
        other => (Icon::Zap, Theirs, other),
    };
    (icon, voice, word.to_owned())
}

fn consent(item: &TimelineView) -> (Icon, Voice, String) {
    let channel = channel(item.channel.as_deref().unwrap_or_default());
    if item.is_granted == Some(true) {
        (
            Icon::ShieldCheck,
            Voice::Theirs,
            t::customers::consented(channel),
        )
    } else {
        (Icon::Ban, Voice::Theirs, t::customers::withdrew(channel))
    }
}

/// What stands in the ledger and not among the events was not sent, or nobody knows whether it was.
fn delivery(item: &TimelineView) -> (Icon, Voice, String) {
    let step = item.outcome.as_ref().map(|outcome| outcome.step.as_str());
    if step == Some("unknown") {
        let words = t::customers::unanswered().to_owned();
        return (Icon::Mail, Voice::Ours, words);
    }
    let words = t::customers::not_sent().to_owned();
    (Icon::MailX, Voice::NotSent, words)
}

/// Entering and leaving a segment follow from what she did: hers, though nobody sees it happen.
fn segment(item: &TimelineView) -> (Icon, Voice, String) {
    let word = if item.is_granted == Some(true) {
        t::customers::segment_entered()
    } else {
        t::customers::segment_left()
    };
    (Icon::Funnel, Voice::Theirs, word.to_owned())
}

/// A turn of a computed attribute follows from what she did, or did not do.
fn turned(item: &TimelineView) -> (Icon, Voice, String) {
    let is_back = field(item, "before").as_deref() == Some("dormant");
    let word = match (item.name.as_deref(), is_back) {
        (Some("lifecycle"), _) => t::computed::turned_stage(),
        (Some("rank"), _) => t::computed::turned_rank(),
        (Some("score"), _) => t::computed::turned_score(),
        (_, true) => t::computed::turned_active(),
        (_, false) => t::computed::turned_dormant(),
    };
    (Icon::Clock, Voice::Theirs, word.to_owned())
}

/// Returns the word for where somebody stands.
pub(in crate::pages) fn standing(name: &str) -> String {
    match name {
        "prospect" => t::computed::stage_prospect(),
        "new" => t::computed::stage_new(),
        "repeat" => t::computed::stage_repeat(),
        "loyal" => t::computed::stage_loyal(),
        "dormant" => t::computed::stage_dormant(),
        "active" => t::computed::stage_active(),
        "above" => t::computed::side_above(),
        "below" => t::computed::side_below(),
        other => other,
    }
    .to_owned()
}

/// From which stage to which.
fn stages(item: &TimelineView) -> String {
    let word = |name: &str| {
        field(item, name).map_or_else(|| t::computed::nobody().to_owned(), |name| standing(&name))
    };
    t::computed::FromTo {
        from: word("before"),
        to: word("after"),
    }
    .say()
}

/// Returns the words for why somebody entered or left a segment.
pub(super) fn segment_cause(name: &str) -> String {
    match name {
        "event" => t::customers::cause_event(),
        "profile" => t::customers::cause_profile(),
        "consent" => t::customers::cause_consent(),
        "merge" => t::customers::cause_merge(),
        "erase" => t::customers::cause_erase(),
        "time" => t::customers::cause_time(),
        "list" => t::customers::cause_list(),
        "catalogue" => t::customers::cause_catalogue(),
        "backfill" => t::customers::cause_backfill(),
        other => other,
    }
    .to_owned()
}

/// Returns a channel's word.
pub(super) fn channel(name: &str) -> String {
    match name {
        "email" => t::customers::channel_email(),
        "line" => t::customers::channel_line(),
        "push" => t::customers::channel_push(),
        "sms" => t::customers::channel_sms(),
        other => other,
    }
    .to_owned()
}

/// Returns a channel's icon.
pub(super) fn channel_icon(name: &str) -> Icon {
    match name {
        "email" => Icon::Mail,
        "line" => Icon::MessageCircle,
        "push" | "sms" => Icon::Smartphone,
        _ => Icon::Send,
    }
}

/// Returns the words for what a consent is for.
pub(super) fn purpose(name: &str) -> String {
    match name {
        "marketing" => t::customers::purpose_marketing(),
        "tracking" | "analytics" => t::customers::purpose_tracking(),
        "transactional" => t::customers::purpose_transactional(),
        other => other,
    }
    .to_owned()
}

/// Returns the name of a language by its tag.
pub(super) fn language(tag: &str) -> String {
    match tag.split(['-', '_']).next().unwrap_or(tag) {
        "ja" => t::customers::japanese(),
        "en" => t::customers::english(),
        _ => tag,
    }
    .to_owned()
}

/// Returns the words for who told us a fact.
pub(super) fn source(name: &str) -> String {
    match name {
        "import" => t::customers::source_import(),
        "api" | "rest" => t::customers::source_api(),
        "server" => t::customers::source_server(),
        "browser" => t::customers::source_browser(),
        "admin" | "operator" => t::customers::source_admin(),
        "recipient" | "customer" | "preference_page" | "preferences" => {
            t::customers::source_recipient()
        }
        other => other,
    }
    .to_owned()
}

fn note(item: &TimelineView) -> String {
    let mut parts: Vec<String> = Vec::new();
    let n_pieces = item.quantity.filter(|n| *n > 1);
    parts.extend(item.link.clone());
    parts.extend(item.product.clone());
    parts.extend(n_pieces.map(t::customers::pieces));
    parts.extend(item.category.clone());
    for name in [
        "subject",
        "campaign_name",
        "title",
        "query",
        "coupon_id",
        "coupon",
        "reason",
    ] {
        parts.extend(field(item, name));
    }
    if parts.is_empty() {
        parts.extend(field(item, "url").or_else(|| field(item, "path")));
    }
    parts.extend(line_words(item));
    if item.kind == "consent" {
        parts.extend(item.name.as_deref().map(purpose));
    }
    if item.kind == "segment" {
        parts.extend(field(item, "cause").as_deref().map(segment_cause));
    }
    if item.kind == "computed" {
        if item.name.as_deref() != Some("dormancy") {
            parts.push(stages(item));
        }
        parts.extend(field(item, "cause").as_deref().map(segment_cause));
    }
    if let Some(own) = item.source.as_deref() {
        parts.push(source(own));
    }
    if item.is_machine {
        parts.push(t::customers::by_machine().to_owned());
    }
    if item.is_derived {
        parts.push(t::customers::derived().to_owned());
    }
    parts.join("・")
}

/// What was said or pressed in LINE, and on which device something happened to pushes.
fn line_words(item: &TimelineView) -> Option<String> {
    let detail = item.detail.as_ref()?;
    let is_true = |name: &str| detail.get(name).and_then(Value::as_bool) == Some(true);
    match item.name.as_deref()? {
        "line_followed" if is_true("is_unblocked") => {
            Some(t::customers::line_came_back().to_owned())
        }
        "line_message_received" if is_true("is_unsent") => {
            Some(t::customers::line_unsent().to_owned())
        }
        "line_message_received" => field(item, "text"),
        "line_postback" => field(item, "data"),
        "push_allowed" | "push_stopped" | "push_device_gone" => field(item, "device"),
        _ => None,
    }
}

fn field(item: &TimelineView, name: &str) -> Option<String> {
    let text = item.detail.as_ref()?.get(name).and_then(Value::as_str)?;
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use api_types::customers::OutcomeView;

    use super::*;

    #[test]
    fn a_message_is_ours_and_its_opening_theirs() {
        assert_eq!(event("message_sent").1, Voice::Ours);
        assert_eq!(event("message_opened").1, Voice::Theirs);
        assert_eq!(event("line_message_received").1, Voice::Theirs);
        assert_eq!(event("Moon Seen").2, "Moon Seen");
    }

    #[test]
    fn what_was_not_sent_is_told_apart_from_what_nobody_answered() {
        let item = |step: &str| TimelineView {
            kind: "delivery".to_owned(),
            outcome: Some(OutcomeView {
                step: step.to_owned(),
                ..OutcomeView::default()
            }),
            ..TimelineView::default()
        };
        assert_eq!(told(&item("no_consent")).voice, Voice::NotSent);
        assert_eq!(told(&item("unknown")).voice, Voice::Ours);
    }

    #[test]
    fn a_note_says_what_and_how_it_is_known() {
        let item = TimelineView {
            kind: "event".to_owned(),
            name: Some("Product Viewed".to_owned()),
            product: Some("国産野菜の焼き餃子".to_owned()),
            category: Some("冷凍食品".to_owned()),
            is_derived: true,
            ..TimelineView::default()
        };
        assert!(
            told(&item)
                .note
                .starts_with("国産野菜の焼き餃子・冷凍食品・")
        );
    }
}
