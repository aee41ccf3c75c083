//! States, figures, progress, tables.

use leptos::prelude::*;

use crate::{
    api::{ApiError, Load, Loaded, Page},
    format::{self, Figure},
    i18n as t,
    routes::Route,
    ui::{
        Badge, Better, Change, Column, DataTable, EmptyState, Icon, Note, Progress, Section, Stat,
        Stats, Status, Tone, table::Row, use_list_query,
    },
};

pub(super) fn states() -> impl IntoView {
    view! {
        <Section title=t::gallery::states>
            <div class="tools">
                <Status tone=Tone::Neutral icon=Icon::Pencil label=t::gallery::draft help=t::gallery::draft_help/>
                <Status tone=Tone::Warn icon=Icon::ShieldCheck label=t::gallery::approval/>
                <Status tone=Tone::Act icon=Icon::LoaderCircle label=t::gallery::running help=t::gallery::running_help/>
                <Status tone=Tone::Good icon=Icon::Play label=t::gallery::live/>
                <Status tone=Tone::Danger icon=Icon::CirclePause label=t::gallery::stopped/>
                <Status tone=Tone::Neutral icon=Icon::Check label=t::gallery::done/>
            </div>
            <div class="tools">
                <Badge icon=Icon::Pencil label=t::gallery::draft/>
                <Badge tone=Tone::Act icon=Icon::Send label=t::gallery::running/>
                <Badge tone=Tone::Good icon=Icon::Play label=t::gallery::live/>
                <Badge tone=Tone::Warn icon=Icon::ShieldCheck label=t::gallery::approval/>
                <Badge tone=Tone::Danger icon=Icon::CirclePause label=t::gallery::stopped/>
            </div>
            <div class="g-notes">
                <Note tone=Tone::Good>{t::gallery::note_good}</Note>
                <Note tone=Tone::Warn>{t::gallery::note_warn}</Note>
                <Note tone=Tone::Danger>{t::gallery::note_bad}</Note>
            </div>
        </Section>
    }
}

pub(super) fn numbers() -> impl IntoView {
    let revenue = Signal::derive(|| {
        let figure = format::money_short(1_840_000, "JPY");
        Some(Figure {
            digits: format!("+{}", figure.digits),
            unit: figure.unit,
        })
    });
    let unknown = Signal::stored(Some(Figure {
        digits: "–".to_owned(),
        unit: String::new(),
    }));
    view! {
        <Section title=t::gallery::numbers>
            <Stats>
                <Stat label=t::gallery::revenue figure=revenue exact=|| format::money(1_840_000, "JPY") definition=t::gallery::revenue_definition to=Route::Analytics>
                    <Change difference=1.0 label=t::gallery::revenue_change/>
                </Stat>
                <Stat label=t::gallery::optout figure=Signal::derive(|| Some(format::rate_figure(9, 1_000)))>
                    <Change difference=0.4 better=Better::Lower label=t::gallery::optout_change/>
                </Stat>
                <Stat label=t::gallery::line_opens figure=unknown>{t::gallery::under_20}</Stat>
                <Stat label=t::gallery::counting figure=Signal::stored(None)/>
            </Stats>
        </Section>
    }
}

pub(super) fn progress() -> impl IntoView {
    view! {
        <Section title=t::gallery::progress>
            <Progress label=t::gallery::planned done=Signal::stored(0) total=Signal::stored(Some(1_204))/>
            <Progress label=t::gallery::sending done=Signal::stored(612) total=Signal::stored(Some(1_204)) per_second=Signal::stored(Some(2.0))/>
            <Progress label=t::gallery::finished done=Signal::stored(754) total=Signal::stored(Some(754))/>
        </Section>
    }
}

pub(super) fn tables() -> impl IntoView {
    let list = use_list_query(&[]);
    let failure = ApiError {
        status: 503,
        request_id: "req_7f3a".to_owned(),
        ..ApiError::default()
    };
    let tables = [
        Load::fixed(Loaded::<Page<String>>::Loading),
        Load::fixed(Loaded::Ready(Page {
            items: Vec::new(),
            next: None,
        })),
        Load::fixed(Loaded::Failed(failure)),
    ];
    let table = move |load: Load<Page<String>>| {
        let columns = vec![
            Column::new(t::example::name, |row: &String| row.clone()),
            Column::new(t::example::spent, |row: &String| row.clone()).number(),
        ];
        view! {
            <DataTable
                label=t::gallery::tables
                columns=columns
                load=load
                row=Row::new(|row: &String| row.clone())
                list=list
                page_size=4
                empty=|| view! { <EmptyState title=t::example::empty_title body=t::example::empty_body/> }
            />
        }
    };
    let link = || view! { <a href=Route::Example.path()>{t::example::title}</a> };
    view! {
        <Section title=t::gallery::tables more=link>
            <div class="g-three">{tables.map(|load| view! { <div>{table(load)}</div> }).into_iter().collect_view()}</div>
        </Section>
    }
}
