//! Conditions about messages, permissions and other segments.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use api_types::lists::ListView;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::{events::count_label, window::WindowControls};
use crate::{
    i18n as t,
    pages::segments::{
        control::{NumberBox, Pick, TextBox},
        editor::Editor,
        logic::test,
        picker::Picker,
    },
    ui::Choice,
};

fn text_at(editor: Editor, at: String, default: &'static str) -> Memo<String> {
    let held = editor.at(at);
    Memo::new(move |_| {
        held.get()
            .and_then(|held| held.as_str().map(str::to_owned))
            .unwrap_or_else(|| default.to_owned())
    })
}

#[component]
pub(super) fn MessageControls(editor: Editor, at: String) -> impl IntoView {
    let base = StoredValue::new(format!("{at}/message"));
    let kind = text_at(editor, format!("{at}/message/kind"), "sent");
    let kinds = Signal::derive(|| {
        vec![
            Choice::new("sent", t::segments::message_sent),
            Choice::new("opened", t::segments::message_opened),
            Choice::new("clicked", t::segments::message_clicked),
        ]
    });
    let count = editor.at(format!("{at}/message/count"));
    let word =
        Memo::new(move |_| test::word(&count.get().unwrap_or_else(|| json!({"at_least": 1}))));
    let words = Signal::derive(|| {
        let entry = |word: &&str| Choice::new(*word, count_label(&format!("count.times.{word}")));
        test::COUNT_WORDS.iter().map(entry).collect::<Vec<_>>()
    });
    let pick_kind = move |to: String| editor.set(&format!("{}/kind", base.get_value()), json!(to));
    let pick_word = move |to: String| {
        let former = count
            .get_untracked()
            .unwrap_or_else(|| json!({"at_least": 1}));
        editor.set(
            &format!("{}/count", base.get_value()),
            test::make(&to, &former),
        );
    };
    let numbers = move || {
        let word = word.get();
        let at = format!("{}/count/{word}", base.get_value());
        if word == "between" {
            view! {
                <NumberBox editor=editor pointer=format!("{at}/0") label=t::segments::at_least_value/>
                <span class="say-w">{t::segments::w_to}</span>
                <NumberBox editor=editor pointer=format!("{at}/1") label=t::segments::at_most_value/>
            }
            .into_any()
        } else {
            view! { <NumberBox editor=editor pointer=at label=t::segments::value/> }.into_any()
        }
    };
    view! {
        <Pick label=t::segments::message value=kind choices=kinds on_pick=pick_kind/>
        <WindowControls editor=editor at=format!("{at}/message/within")/>
        {numbers}
        <Pick label=t::segments::comparison value=word choices=words on_pick=pick_word/>
    }
}

#[component]
pub(super) fn ReachControls(editor: Editor, at: String) -> impl IntoView {
    let channel = text_at(editor, format!("{at}/reachable/channel"), "email");
    let say = move || {
        channel.with(|channel| match channel.as_str() {
            "line" => t::segments::reachable_line(),
            "push" => t::segments::reachable_push(),
            _ => t::segments::reachable_email(),
        })
    };
    view! { <span class="say-w">{say}</span> }
}

#[component]
pub(super) fn ConsentControls(editor: Editor, at: String) -> impl IntoView {
    let base = StoredValue::new(format!("{at}/consent"));
    let channel = text_at(editor, format!("{at}/consent/channel"), "email");
    let purpose = text_at(editor, format!("{at}/consent/purpose"), "marketing");
    let state = text_at(editor, format!("{at}/consent/state"), "granted");
    let channels = Signal::derive(|| {
        vec![
            Choice::new("email", t::segments::channel_email),
            Choice::new("line", t::segments::channel_line),
            Choice::new("push", t::segments::channel_push),
            Choice::new("sms", t::segments::channel_sms),
            Choice::new("any", t::segments::channel_any),
        ]
    });
    let purposes = Signal::derive(|| {
        vec![
            Choice::new("marketing", t::segments::purpose_marketing),
            Choice::new("tracking", t::segments::purpose_tracking),
        ]
    });
    let states = Signal::derive(|| {
        vec![
            Choice::new("granted", t::segments::consent_granted),
            Choice::new("withdrawn", t::segments::consent_withdrawn),
            Choice::new("none", t::segments::consent_none),
        ]
    });
    let put = move |name: &'static str| {
        move |to: String| editor.set(&format!("{}/{name}", base.get_value()), json!(to))
    };
    view! {
        <Pick label=t::segments::channel value=channel choices=channels on_pick=put("channel")/>
        <span class="say-w">{t::segments::w_for}</span>
        <Pick label=t::segments::purpose value=purpose choices=purposes on_pick=put("purpose")/>
        <Pick label=t::segments::consent value=state choices=states on_pick=put("state")/>
    }
}

#[component]
pub(super) fn SegmentControls(editor: Editor, at: String) -> impl IntoView {
    view! {
        <span class="say-w">{t::segments::w_segment}</span>
        <SegmentPick editor=editor place=format!("{at}/segment/id")/>
        <span class="say-w">{t::segments::w_in_segment}</span>
    }
}

/// The word that chooses a segment.
#[component]
pub(super) fn SegmentPick(editor: Editor, place: String) -> impl IntoView {
    let choices = Signal::derive(move || {
        let segments = editor.segments.value().unwrap_or_default();
        segments
            .into_iter()
            .map(|segment| Choice::new(segment.id, segment.name))
            .collect::<Vec<_>>()
    });
    view! { <Named editor=editor place=place label=t::segments::segment choices=choices/> }
}

#[component]
pub(super) fn ListControls(editor: Editor, at: String) -> impl IntoView {
    let choices = Signal::derive(move || {
        let lists = editor.lists.value().unwrap_or_default();
        let choice = |list: ListView| Choice::new(list.id, list.name);
        lists.into_iter().map(choice).collect::<Vec<_>>()
    });
    view! {
        <span class="say-w">{t::segments::w_list}</span>
        <Named editor=editor place=format!("{at}/list/id") label=t::segments::list choices=choices/>
        <span class="say-w">{t::segments::w_on_list}</span>
    }
}

/// The word that chooses a thing by its id.
#[component]
fn Named(
    editor: Editor,
    place: String,
    label: fn() -> &'static str,
    choices: Signal<Vec<Choice>>,
) -> impl IntoView {
    let place = StoredValue::new(place);
    let held = editor.at(place.get_value());
    let chosen = Signal::derive(move || {
        held.get()
            .and_then(|held: Value| held.as_str().map(str::to_owned))
            .into_iter()
            .collect::<Vec<_>>()
    });
    let pick = move |value: String| editor.set(&place.get_value(), json!(value));
    view! { <Picker label=label chosen=chosen choices=choices nothing=t::segments::choose on_pick=pick/> }
}

#[component]
pub(super) fn ShareControls(editor: Editor, at: String) -> impl IntoView {
    let at = format!("{at}/share");
    view! {
        <span class="say-w">{t::segments::w_draw}</span>
        <TextBox editor=editor pointer=format!("{at}/salt") label=t::segments::salt/>
        <span class="say-w">{t::segments::w_draw_in}</span>
        <NumberBox editor=editor pointer=format!("{at}/from") label=t::segments::at_least_value fractions=true/>
        <span class="say-w">{t::segments::w_percent_from}</span>
        <NumberBox editor=editor pointer=format!("{at}/until") label=t::segments::at_most_value fractions=true/>
        <span class="say-w">{t::segments::w_percent_until}</span>
    }
}
