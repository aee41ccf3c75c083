//! States, reasons and answers in words.

use api_types::{
    campaigns::{
        CampaignDocument, ChannelCard, ContentsSource, Goal, LocaleChoice, Offer, Target, Timing,
    },
    contents::ContentSummary,
    line_messages::{LineDocument, LineMessage},
    push_messages::PushDocument,
    segments::SegmentView,
    senders::SenderView,
};

use super::logic::{Card, State};
use crate::{
    format, i18n as t,
    ui::{Icon, Tone},
};

/// A message of the catalogue.
type Word = fn() -> &'static str;

/// How a state is drawn: tone, icon, word, help.
pub(crate) fn state(state: State) -> (Tone, Icon, Word, Word) {
    match state {
        State::Draft => (
            Tone::Neutral,
            Icon::Pencil,
            t::campaigns::draft,
            t::campaigns::draft_help,
        ),
        State::Scheduled => (
            Tone::Act,
            Icon::Clock,
            t::campaigns::scheduled,
            t::campaigns::scheduled_help,
        ),
        State::Running => (
            Tone::Act,
            Icon::Send,
            t::campaigns::running,
            t::campaigns::running_help,
        ),
        State::Paused => (
            Tone::Warn,
            Icon::CirclePause,
            t::campaigns::paused,
            t::campaigns::paused_help,
        ),
        State::Finished => (
            Tone::Good,
            Icon::CircleCheck,
            t::campaigns::finished,
            t::campaigns::finished_help,
        ),
        State::Cancelled => (
            Tone::Neutral,
            Icon::CircleStop,
            t::campaigns::cancelled,
            t::campaigns::cancelled_help,
        ),
    }
}

/// Names a card and what it asks.
pub(crate) fn card(card: Card) -> (Word, Word) {
    match card {
        Card::Target => (t::campaigns::target, t::campaigns::target_asks),
        Card::Offer => (t::campaigns::offer, t::campaigns::offer_asks),
        Card::Timing => (t::campaigns::timing, t::campaigns::timing_asks),
        Card::Channel => (t::campaigns::channel, t::campaigns::channel_asks),
        Card::Contents => (t::campaigns::contents, t::campaigns::contents_asks),
        Card::Goal => (t::campaigns::goal, t::campaigns::goal_asks),
    }
}

/// Says why somebody gets no message.
pub(crate) fn reason(word: &str) -> String {
    match word {
        "gone" => t::campaigns::gone(),
        "no_address" => t::campaigns::no_address(),
        "no_consent" => t::campaigns::no_consent(),
        "refused" => t::campaigns::refused(),
        "unsubscribed" => t::campaigns::unsubscribed(),
        "hard_bounce" => t::campaigns::hard_bounce(),
        "blocked" => t::campaigns::line_blocked(),
        "soft_bounce" => t::campaigns::soft_bounce(),
        "complaint" => t::campaigns::complaint(),
        "manual" => t::campaigns::manual(),
        "vip" => t::campaigns::vip(),
        "same_mailbox" => t::campaigns::same_mailbox(),
        "cancelled" => t::campaigns::cancelled(),
        other => return other.replace('_', " "),
    }
    .to_owned()
}

/// What the sentences of the cards need to know of the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Known {
    /// The segments.
    pub(crate) segments: Vec<SegmentView>,
    /// The senders.
    pub(crate) senders: Vec<SenderView>,
    /// The saved emails.
    pub(crate) contents: Vec<ContentSummary>,
}

/// Returns the present answer of a card as one sentence, or what is open.
pub(crate) fn answer(card: Card, document: &CampaignDocument, known: &Known) -> String {
    if !card.is_answered(document) {
        return match card {
            Card::Target => t::campaigns::target_open(),
            Card::Offer => t::campaigns::offer_open(),
            Card::Timing => t::campaigns::timing_open(),
            Card::Channel => t::campaigns::channel_open(),
            Card::Contents => t::campaigns::contents_open(),
            Card::Goal => t::campaigns::goal_open(),
        }
        .to_owned();
    }
    let said = match card {
        Card::Target => document
            .target
            .as_ref()
            .map(|target| target_sentence(target, known)),
        Card::Offer => document.offer.as_ref().map(offer_sentence),
        Card::Timing => document.timing.as_ref().map(timing_sentence),
        Card::Channel => document
            .channel
            .as_ref()
            .map(|card| channel_sentence(card, known)),
        Card::Contents => document.contents.as_ref().map(|contents| {
            let subject = match &contents.source {
                ContentsSource::Saved(id) => {
                    let found = known.contents.iter().find(|own| own.id == *id);
                    found
                        .map(|content| content.name.clone())
                        .unwrap_or_default()
                }
                ContentsSource::Inline(email) => email.name.clone(),
                ContentsSource::Line(line) => return line_sentence(line),
                ContentsSource::Push(push) => return push_sentence(push),
            };
            match &contents.locale {
                LocaleChoice::Person => t::campaigns::contents_says(subject),
                LocaleChoice::Fixed(locale) => {
                    t::campaigns::ContentsSaysIn { locale, subject }.say()
                }
            }
        }),
        Card::Goal => document.goal.as_ref().map(goal_sentence),
    };
    said.unwrap_or_default()
}

fn channel_sentence(card: &ChannelCard, known: &Known) -> String {
    let found = known.senders.iter().find(|own| own.id == card.sender());
    match (card, found) {
        (ChannelCard::Email { .. }, Some(sender)) => t::campaigns::channel_says(&sender.from_name),
        (ChannelCard::Email { .. }, None) => t::campaigns::channel_email().to_owned(),
        (ChannelCard::Line { .. }, Some(sender)) => t::campaigns::line_says(&sender.from_name),
        (ChannelCard::Line { .. }, None) => t::campaigns::channel_line().to_owned(),
        (ChannelCard::Push { .. }, Some(sender)) => t::campaigns::push_says(&sender.from_name),
        (ChannelCard::Push { .. }, None) => t::campaigns::channel_push().to_owned(),
    }
}

/// Names what is sent by its first words.
fn line_sentence(line: &LineDocument) -> String {
    let first = line
        .variants
        .get(&line.default_locale)
        .and_then(|variant| variant.messages.first());
    let words = match first {
        Some(LineMessage::Text { text }) => text.as_str(),
        Some(LineMessage::Cards { alt_text, .. }) => alt_text.as_str(),
        Some(LineMessage::Image { .. } | LineMessage::Json { .. }) | None => "",
    };
    let short: String = words
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(40)
        .collect();
    t::campaigns::contents_line(short)
}

/// Names a push by its title.
fn push_sentence(push: &PushDocument) -> String {
    let variant = push.variants.get(&push.default_locale);
    let title = variant.map(|variant| variant.title.as_str());
    let short: String = title.unwrap_or_default().chars().take(40).collect();
    t::campaigns::contents_push(short)
}

/// Returns what a way out is called.
pub(crate) fn way(transport: &str) -> fn() -> &'static str {
    match transport {
        "sandbox" => t::campaigns::way_sandbox,
        "line" => t::campaigns::way_line,
        "push" => t::campaigns::way_push,
        _ => t::campaigns::way_smtp,
    }
}

fn target_sentence(target: &Target, known: &Known) -> String {
    let name = |id: &String| {
        let found = known.segments.iter().find(|segment| segment.id == *id);
        found.map_or_else(
            || t::campaigns::a_segment().to_owned(),
            |segment| segment.name.clone(),
        )
    };
    let names = |ids: &[String]| {
        ids.iter()
            .map(name)
            .collect::<Vec<_>>()
            .join(t::campaigns::or())
    };
    let who = if target.everybody {
        t::campaigns::everybody().to_owned()
    } else {
        names(&target.include)
    };
    let said = if target.exclude.is_empty() {
        t::campaigns::target_says(who)
    } else {
        t::campaigns::TargetSaysBut {
            but: names(&target.exclude),
            who,
        }
        .say()
    };
    if target.include_vip {
        t::campaigns::target_says_vip(said)
    } else {
        said
    }
}

fn offer_sentence(offer: &Offer) -> String {
    match offer {
        Offer::None {} => t::campaigns::offer_none_says().to_owned(),
        Offer::Free { label } => t::campaigns::offer_says(label),
        Offer::Products { label, .. } => t::campaigns::offer_products_says(label),
        Offer::Coupon {
            label,
            code,
            expires_at,
        } => match expires_at {
            Some(at) => t::campaigns::OfferCouponUntil {
                code,
                label,
                until: format::date_long(format::millis(at)),
            }
            .say(),
            None => t::campaigns::OfferCouponSays { code, label }.say(),
        },
    }
}

/// Says when.
pub(crate) fn timing_sentence(timing: &Timing) -> String {
    match timing {
        Timing::Now {} => t::campaigns::timing_now_says().to_owned(),
        Timing::At { at } => {
            let at = format::millis(at);
            t::campaigns::TimingAtSays {
                clock: format::clock(at),
                day: format::date_long(at),
            }
            .say()
        }
        Timing::LocalTime { date, time } => {
            let noon = format::millis(&format!("{date}T03:00:00Z"));
            t::campaigns::TimingLocalSays {
                day: format::date_long(noon),
                time,
            }
            .say()
        }
    }
}

fn goal_sentence(goal: &Goal) -> String {
    let days = i64::from(goal.window_days);
    if goal.event == "revenue" {
        t::campaigns::goal_revenue_says(days)
    } else {
        t::campaigns::goal_order_says(days)
    }
}
