//! The thread of the day: filled until now, a knot for each delivery. On a phone it stands upright.

use api_types::reports::{HomeView, KnotView};
use leptos::prelude::*;

use super::logic;
use crate::{charts::measure::Measured, format, i18n as t, routes::Route};

const HOUR: i64 = 3_600_000;
const THREAD: f64 = 90.0;
const ROWS: usize = 2;

#[component]
pub(super) fn Day(home: Memo<HomeView>) -> impl IntoView {
    let upright = move || home.with(upright);
    view! {
        <section class="day" aria-label=t::home::thread>
            <div class="only-d">
                <Measured draw=move |width: f64| home.with(|home| lying(home, width))/>
            </div>
            <ol class="tl only-m daym">{upright}</ol>
        </section>
    }
}

/// Where a delivery leads: to its numbers once it has any.
fn leads(knot: &KnotView) -> String {
    if knot.sent > 0 {
        Route::CampaignReport(knot.campaign_id.clone()).path()
    } else {
        Route::Campaign(knot.campaign_id.clone()).path()
    }
}

fn at(knot: &KnotView) -> i64 {
    format::time::millis(&knot.at)
}

fn spoken(count: i64, now: i64) -> String {
    let now = format::clock(now);
    t::home::ThreadSpoken { count, now }.say()
}

fn lying(home: &HomeView, width: f64) -> AnyView {
    let now = logic::now(home);
    let x = |at: i64| logic::place(at, home) * width;
    let start = format::time::millis(&home.day_start);
    let hours = (format::time::millis(&home.day_end) - start) / HOUR;
    let step = if width < 700.0 { 6 } else { 3 };
    let ticks = (0..=hours)
        .filter(|hour| hour % step == 0)
        .map(|hour| {
            let place = x(start + hour * HOUR);
            let (anchor, text) = match hour {
                0 => ("start", "0:00".to_owned()),
                hour if hour == hours => ("end", format!("{hours}:00")),
                hour => ("middle", format::clock(start + hour * HOUR)),
            };
            view! {
                <line x1=place x2=place y1="112" y2="116" class="g-axis"></line>
                <text x=place y="130" text-anchor=anchor>{text}</text>
            }
        })
        .collect_view();
    let spots: Vec<(f64, f64)> = home
        .knots
        .iter()
        .map(|knot| {
            let (place, room) = (x(at(knot)), room(knot));
            // At the right edge the words stand before the knot.
            let from = if place + room > width {
                place - room
            } else {
                place
            };
            (from, room)
        })
        .collect();
    let rows = logic::rows(&spots, ROWS);
    let knots = home
        .knots
        .iter()
        .zip(rows)
        .map(|(knot, row)| drawn(knot, x(at(knot)), row, width))
        .collect_view();
    let here = x(now);
    let count = i64::try_from(home.knots.len()).unwrap_or_default();
    let spoken = spoken(count, now);
    let nothing = home.knots.is_empty().then(|| {
        view! { <text x=width / 2.0 y="60" text-anchor="middle" class="m">{t::home::thread_empty()}</text> }
    });
    view! {
        <svg class="tx" width=width height="136" role="group" aria-label=spoken>
            {ticks}
            {nothing}
            <line x1=here x2=width y1=THREAD y2=THREAD class="day-rest"></line>
            <line x1="0" x2=here y1=THREAD y2=THREAD class="day-run"></line>
            {knots}
            <path d=format!("M{here:.1} 68V112") class="day-now"></path>
            <rect x=(here - 19.0).clamp(0.0, width - 38.0) y="115" width="38" height="18" rx="2" class="day-tag"></rect>
            <text x=here.clamp(19.0, width - 19.0) y="128" text-anchor="middle" class="day-clock">{format::clock(now)}</text>
        </svg>
    }
    .into_any()
}

/// About how wide a label is.
fn room(knot: &KnotView) -> f64 {
    let wide = |text: &str| {
        text.chars()
            .map(|c| if c.is_ascii() { 7.0 } else { 12.5 })
            .sum::<f64>()
    };
    wide(&shortened(&knot.name)).max(wide(&below(knot))) + 16.0
}

/// What stands under the name: when, and how far it has come.
fn below(knot: &KnotView) -> String {
    format!("{} {}", format::clock(at(knot)), logic::progress(knot))
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= 16 {
        return name.to_owned();
    }
    let head: String = name.chars().take(15).collect();
    format!("{head}…")
}

fn drawn(knot: &KnotView, x: f64, row: usize, width: f64) -> impl IntoView + use<> {
    let top = if row == 0 { 3.0 } else { 37.0 };
    let is_run = knot.sent > 0;
    // At the right edge the words stand before the line.
    let (anchor, words) = if x + room(knot) > width {
        ("end", x - 7.0)
    } else {
        ("start", x + 7.0)
    };
    let class = if is_run {
        "day-knot"
    } else {
        "day-knot is-rest"
    };
    view! {
        <g>
            <a href=leads(knot)>
                <title>{knot.name.clone()}</title>
                <line x1=x x2=x y1="84" y2=top class="day-stem"></line>
                <text x=words y=top + 9.0 text-anchor=anchor class="k b">{shortened(&knot.name)}</text>
                <text x=words y=top + 24.0 text-anchor=anchor>{below(knot)}</text>
                <circle cx=x cy=THREAD r=if is_run { "5.5" } else { "5" } class=class></circle>
            </a>
        </g>
    }
}

fn upright(home: &HomeView) -> AnyView {
    let now = logic::now(home);
    let line = |knot: &KnotView| {
        let class = if knot.sent > 0 { "" } else { "us rest" };
        view! {
            <li class=class>
                <time>{format::clock(at(knot))}</time>
                <span class="k"></span>
                <div class="c">
                    <a class="nm" href=leads(knot)><b>{knot.name.clone()}</b></a>
                    <div class="s">{logic::progress(knot)}</div>
                </div>
            </li>
        }
    };
    let before = home
        .knots
        .iter()
        .filter(|knot| at(knot) <= now)
        .map(line)
        .collect_view();
    let after = home
        .knots
        .iter()
        .filter(|knot| at(knot) > now)
        .map(line)
        .collect_view();
    view! {
        {before}
        <li class="now">
            <time>{format::clock(now)}</time>
            <span class="k"></span>
            <div class="c">{t::home::now()}</div>
        </li>
        {after}
    }
    .into_any()
}
