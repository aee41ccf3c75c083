//! In which words, for LINE: messages written here, and how they look in the chat.

mod card;
mod part;
mod seen;
mod state;

use api_types::campaigns::{CampaignContents, ContentsSource};
use leptos::prelude::*;

use self::{
    part::PartForm,
    seen::SeenInChat,
    state::{Kind, State, Variant},
};
use crate::{
    i18n as t,
    pages::campaigns::draft::Draft,
    ui::{Button, Choice, Icon, Menu, MenuItem, MenuLine, RadioGroup},
};

/// LINE takes so many messages at a time.
const MAX_PARTS: usize = 5;

#[component]
pub(super) fn LineSheet(draft: Draft) -> impl IntoView {
    let present = draft.read_now(|document| document.contents.clone());
    let document = match present.as_ref().map(|contents| &contents.source) {
        Some(ContentsSource::Line(line)) => Some((**line).clone()),
        _ => None,
    };
    let locale_choice = present.map(|contents| contents.locale).unwrap_or_default();
    let state = State::new(document.as_ref());
    Effect::new(move |before: Option<()>| {
        let line = state.document();
        if before.is_some() {
            let contents = CampaignContents {
                source: ContentsSource::Line(Box::new(line)),
                // A change of words leaves the choice of language alone.
                locale: locale_choice.clone(),
            };
            draft.change(|document| document.contents = Some(contents));
        }
    });
    let tab = RwSignal::new(state.default_locale());
    let languages = vec![
        Choice::new("ja", t::contents::locale_ja),
        Choice::new("en", t::contents::locale_en),
    ];
    let variant = Memo::new(move |_| state.variant(&tab.get()));
    view! {
        <div class="ln-lang"><RadioGroup label=t::campaigns::language value=tab choices=languages/></div>
        {move || view! { <Language state=state variant=variant.get()/> }}
        <SeenInChat state=state tab=tab draft=draft/>
    }
}

/// The messages of one language.
#[component]
fn Language(state: State, variant: Variant) -> impl IntoView {
    let parts = variant.parts;
    let add = move |kind: Kind| parts.update(|parts| parts.push(state.new_part(kind)));
    let lines = Signal::derive(move || {
        let line =
            |icon, label, kind| MenuLine::from(MenuItem::new(icon, label, move || add(kind)));
        vec![
            line(
                Icon::MessageCircle,
                t::campaigns::line_text as fn() -> &'static str,
                Kind::Text,
            ),
            line(Icon::Layers, t::campaigns::line_cards, Kind::Cards),
            line(Icon::Image, t::campaigns::line_image, Kind::Image),
            line(Icon::Code, t::campaigns::line_json, Kind::Json),
        ]
    });
    let list = move || {
        let entry = |(at, part)| view! { <PartForm state=state parts=parts at=at part=part/> };
        parts
            .get()
            .into_iter()
            .enumerate()
            .map(entry)
            .collect_view()
    };
    view! {
        {move || (!variant.exists.get()).then(|| view! {
            <div class="row-g">
                <span class="t-small ink-2">{t::campaigns::line_no_language}</span>
                <Button icon=Icon::Plus label=t::campaigns::line_add_language on_press=move || state.begin(variant)/>
            </div>
        })}
        <div class="ln-p">{list}</div>
        {move || (variant.exists.get() && parts.with(Vec::len) < MAX_PARTS).then(|| view! {
            <div><Menu label=t::campaigns::line_add icon=Icon::Plus lines=lines wordy=true/></div>
        })}
    }
}
