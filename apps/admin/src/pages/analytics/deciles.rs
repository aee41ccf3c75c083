//! Deciles (デシル分析): buyers by money in ten groups, as a chart and as the exact table.

use api_types::analytics::{DecileGroup, DecilesView};
use leptos::prelude::*;

use super::{
    buyers::{self, Asked, Export, Pages},
    definitions::Definitions,
    logic,
};
use crate::{
    api::{analytics as api, load},
    charts::{Bar, BarChart},
    format, i18n as t,
    routes::Route,
    ui::{
        ChartCard, ChartState, ChartTable, CountBar, PageHeader, Section,
        list_query::use_list_query,
    },
};

/// The page of deciles.
#[component]
pub fn Deciles() -> impl IntoView {
    let definitions = Definitions::read();
    let state = use_list_query(buyers::FILTERS);
    let found = load(
        move || buyers::asked(&state.get()),
        |query, signal| async move { api::deciles(&query, &signal).await },
    );
    let body = move || {
        buyers::shown(
            found,
            |view| view.total.buyers,
            move |view| whole(&view, definitions).into_any(),
        )
    };
    view! {
        <Pages here=Route::Deciles/>
        <PageHeader title=t::buyers::deciles_title say=t::buyers::deciles_say>
            <Export analysis="deciles" state=state/>
        </PageHeader>
        <Asked state=state groups=&["10", "5", "20"]/>
        {body}
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(
        || "–".to_owned(),
        |share| format!("{}%", format::number::decimal(share * 100.0, 2)),
    )
}

fn mean(group: &DecileGroup, currency: &str) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "money of one person, rounded to minor units"
    )]
    let rounded = group.mean.map(|mean| mean.round() as i64);
    rounded.map_or_else(|| "–".to_owned(), |mean| format::money(mean, currency))
}

fn table(view: &DecilesView) -> ChartTable {
    let row = |group: &DecileGroup| {
        vec![
            group.number.to_string(),
            format::integer(group.sum.buyers),
            format::money(group.sum.amount, &view.frame.currency),
            percent(group.share),
            percent(group.cumulative),
            mean(group, &view.frame.currency),
        ]
    };
    let head = [
        t::buyers::col_group(),
        t::buyers::col_buyers(),
        t::buyers::col_amount(),
        t::buyers::col_share_money(),
        t::buyers::col_cumulative(),
        t::buyers::col_mean(),
    ];
    ChartTable {
        head: head.map(str::to_owned).to_vec(),
        rows: view.groups.iter().map(row).collect(),
    }
}

fn whole(view: &DecilesView, definitions: Definitions) -> impl IntoView + use<> {
    let note = t::buyers::TotalNote {
        buyers: format::integer(view.total.buyers),
        counted: buyers::counted(&view.frame),
    }
    .say();
    let bar = |group: &DecileGroup| Bar {
        label: group.number.to_string(),
        value: group.share.map(|share| share * 100.0),
    };
    let bars: Vec<Bar> = view.groups.iter().map(bar).collect();
    let exact = table(view);
    let has_money = view.total.amount > 0;
    let state = Signal::derive(move || {
        if has_money {
            ChartState::Ready
        } else {
            ChartState::TooLittle(t::buyers::no_money().to_owned())
        }
    });
    let chart = move || {
        let bars = bars.clone();
        view! { <BarChart label=t::buyers::deciles_spoken bars=Signal::derive(move || bars.clone()) value=|share| percent(Some(share / 100.0))/> }
    };
    let rows = view
        .groups
        .iter()
        .map(|group| row(view, group))
        .collect_view();
    view! {
        <ChartCard
            title=t::buyers::share_title
            note=t::buyers::share_note
            definition=move || definitions.formula("monetary")
            state=state
            chart=chart
            table=Signal::derive(move || exact.clone())
            foot=t::buyers::share_foot
        />
        <Section title=t::buyers::table_title note=note definition=t::buyers::deciles_def>
            <div class="tbl-x">
                <table class="tbl tbl-dense" aria-label=t::buyers::table_title>
                    <thead>
                        <tr>
                            <th scope="col">{t::buyers::col_group}</th>
                            <th class="num" scope="col">{t::buyers::col_buyers}</th>
                            <th class="num" scope="col">{t::buyers::col_amount}</th>
                            <th class="num" scope="col">{t::buyers::col_share_money}</th>
                            <th class="num" scope="col">{t::buyers::col_cumulative}</th>
                            <th class="num" scope="col">{t::buyers::col_mean}</th>
                            <th class="num" scope="col">{t::buyers::col_span}</th>
                            <th scope="col" aria-label=t::buyers::to_segment></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Section>
    }
}

fn row(view: &DecilesView, group: &DecileGroup) -> impl IntoView + use<> {
    let currency = &view.frame.currency;
    let span = match (group.least, group.most) {
        (Some(least), Some(most)) => t::buyers::Span {
            from: format::money(least, currency),
            to: format::money(most, currency),
        }
        .say(),
        _ => "–".to_owned(),
    };
    let name = t::buyers::group_name(i64::from(group.number));
    let condition = logic::decile(&view.frame, &[group.number]);
    let to = buyers::segment_link(std::slice::from_ref(&condition), &name);
    view! {
        <tr>
            <td>{group.number}</td>
            <td class="num">{format::integer(group.sum.buyers)}</td>
            <td class="num">{format::money(group.sum.amount, currency)}</td>
            <td class="num">{percent(group.share)}<CountBar share=group.share.unwrap_or(0.0)/></td>
            <td class="num">{percent(group.cumulative)}</td>
            <td class="num">{mean(group, currency)}</td>
            <td class="num ink-3">{span}</td>
            <td class="nowrap"><a class="link" rel="external" href=to aria-label=t::buyers::to_segment_of(&name)>{t::buyers::to_segment}</a></td>
        </tr>
    }
}
