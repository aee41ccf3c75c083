//! The deliveries under way.

use api_types::reports::{HomeView, MovingView};
use leptos::prelude::*;

use crate::{
    format, i18n as t,
    routes::Route,
    ui::{Icon, Section, Status, ThreadBar, ThreadPhase, Tone},
};

#[component]
pub(super) fn Moving(home: Memo<HomeView>) -> impl IntoView {
    let rows = move || home.with(|home| home.moving.iter().map(row).collect_view());
    let is_empty = Memo::new(move |_| home.with(|home| home.moving.is_empty()));
    let more = move || {
        let count = home.with(|home| home.n_campaigns);
        view! { <a href=Route::Campaigns.path()>{t::home::moving_all(count)}</a> }
    };
    view! {
        <Section title=t::home::moving_title more=more>
            <Show when=move || !is_empty.get() fallback=|| view! { <p class="ink-3 t-small">{t::home::moving_empty}</p> }>
                <div class="tbl-x home-moving">
                    <table class="tbl" aria-label=t::home::moving_title>
                        <thead>
                            <tr>
                                <th scope="col">{t::home::moving_name}</th>
                                <th scope="col">{t::home::moving_state}</th>
                                <th scope="col">{t::home::moving_progress}</th>
                                <th class="num" scope="col">{t::home::moving_count}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </Show>
        </Section>
    }
}

fn row(one: &MovingView) -> impl IntoView + use<> {
    let route = if one.sent > 0 {
        Route::CampaignReport(one.campaign_id.clone())
    } else {
        Route::Campaign(one.campaign_id.clone())
    };
    let due = one
        .due_at
        .as_deref()
        .map(|at| format::date_time(format::time::millis(at)));
    let (tone, icon, word) = match one.state.as_str() {
        "running" => (Tone::Act, Icon::Send, t::home::state_running().to_owned()),
        "paused" => (
            Tone::Warn,
            Icon::CirclePause,
            t::home::state_paused().to_owned(),
        ),
        _ => (
            Tone::Neutral,
            Icon::Clock,
            due.map_or_else(
                || t::home::state_scheduled_plain().to_owned(),
                t::home::state_scheduled,
            ),
        ),
    };
    let total = one.left.map(|left| one.sent + left);
    #[expect(clippy::cast_precision_loss, reason = "a bar of some hundred pixels")]
    let share = total
        .filter(|total| *total > 0)
        .map_or(0.0, |total| one.sent as f64 / total as f64);
    let phase = match (one.sent, one.left) {
        (0, _) => ThreadPhase::Planned,
        (_, Some(0)) => ThreadPhase::Done,
        _ => ThreadPhase::Running,
    };
    let count = total.map_or_else(
        || "–".to_owned(),
        |total| format!("{} / {}", format::integer(one.sent), format::integer(total)),
    );
    view! {
        <tr>
            <td><a class="nm" href=route.path()>{one.name.clone()}</a></td>
            <td><Status tone=tone icon=icon label=word/></td>
            <td class="home-thr"><ThreadBar share=share phase=phase label=one.name.clone()/></td>
            <td class="num">{count}</td>
        </tr>
    }
}
