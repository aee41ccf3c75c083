//! Which channels reach a person: three fixed places, so that a column of them reads at a glance.

use api_types::customers::ReachView;
use leptos::prelude::*;

use super::words;
use crate::{i18n as t, ui::Icon};

/// Draws the three places: an icon reaches, a dash does not, a struck one is broken.
pub(super) fn view(reach: ReachView) -> impl IntoView {
    let marks = [
        ("email", reach.email),
        ("line", reach.line),
        ("push", reach.push),
    ];
    let spoken = {
        let marks = marks.clone();
        move || {
            let say = |(channel, state): &(&str, String)| {
                t::customers::Way {
                    channel: words::channel(channel),
                    state: state_word(state),
                }
                .say()
            };
            marks
                .iter()
                .map(say)
                .collect::<Vec<_>>()
                .join(t::customers::comma())
        }
    };
    let title = spoken.clone();
    let mark = |(channel, state): (&'static str, String)| match state.as_str() {
        "open" => view! { <span>{words::channel_icon(channel).view()}</span> }.into_any(),
        "broken" => view! { <span class="is-broken">{broken(channel).view()}</span> }.into_any(),
        _ => view! { <span class="is-not">"–"</span> }.into_any(),
    };
    view! {
        <span class="ways" role="img" aria-label=spoken title=title>{marks.map(mark).into_iter().collect_view()}</span>
    }
}

fn broken(channel: &str) -> Icon {
    if channel == "email" {
        Icon::MailX
    } else {
        Icon::Ban
    }
}

fn state_word(state: &str) -> &'static str {
    match state {
        "open" => t::customers::way_open(),
        "refused" => t::customers::way_refused(),
        "broken" => t::customers::way_broken(),
        "unasked" => t::customers::way_unasked(),
        _ => t::customers::way_missing(),
    }
}
