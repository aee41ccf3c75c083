//! The thread.

use leptos::prelude::*;

use crate::{
    format::Figure,
    i18n as t,
    routes::Route,
    ui::{
        Answer, FiveCards, Icon, Section, Timeline, TimelineDay, TimelineGap, TimelineItem, Voice,
    },
};

const DAY: i64 = 1_783_925_000_000;

pub(super) fn timeline() -> impl IntoView {
    view! {
        <Section title=t::gallery::story>
            <Timeline label=t::gallery::story>
                <TimelineDay at=DAY/>
                <TimelineItem at=DAY icon=Icon::ShoppingBag title=t::gallery::bought note=t::gallery::bought_note amount="¥4,862"/>
                <TimelineItem at={DAY - 3_600_000} voice=Voice::Ours icon=Icon::Mail title=t::gallery::line_sent note=t::gallery::line_note/>
                <TimelineItem at={DAY - 9_000_000} voice=Voice::NotSent icon=Icon::MailX title=t::gallery::not_sent>
                    {t::gallery::not_sent_why}
                </TimelineItem>
                <TimelineGap label=t::gallery::folded on_open=|| ()/>
            </Timeline>
        </Section>
    }
}

pub(super) fn five() -> impl IntoView {
    let facts = Signal::derive(|| {
        vec![(
            t::gallery::matching().to_owned(),
            Figure {
                digits: "612".to_owned(),
                unit: t::gallery::cap_unit().to_owned(),
            },
        )]
    });
    let card = |title: fn() -> &'static str,
                asks: fn() -> &'static str,
                sentence: fn() -> &'static str,
                is_tied: bool| Answer {
        title: title.into(),
        asks: asks.into(),
        sentence: sentence.into(),
        is_tied: is_tied.into(),
        to: Route::NewCampaign,
        facts,
    };
    let answers = vec![
        card(
            t::gallery::target,
            t::gallery::target_asks,
            t::gallery::target_say,
            true,
        ),
        card(
            t::gallery::offer,
            t::gallery::offer_asks,
            t::gallery::offer_say,
            true,
        ),
        card(
            t::gallery::timing,
            t::gallery::timing_asks,
            t::gallery::timing_say,
            true,
        ),
        card(
            t::gallery::channel,
            t::gallery::channel_asks,
            t::gallery::channel_say,
            true,
        ),
        card(
            t::gallery::contents,
            t::gallery::contents_asks,
            t::gallery::contents_say,
            false,
        ),
    ];
    view! { <Section title=t::gallery::five><FiveCards answers=answers/></Section> }
}
