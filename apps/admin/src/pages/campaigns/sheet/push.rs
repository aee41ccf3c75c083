//! In which words, for push: one notice in each language, and how telephones and browsers show it.

mod phone;
mod seen;
mod state;

use api_types::campaigns::{CampaignContents, ContentsSource};
use leptos::prelude::*;

pub(crate) use phone::Phones;

use self::{
    seen::SeenOnPhones,
    state::{Press, State, Variant},
};
use crate::{
    i18n as t,
    pages::campaigns::draft::Draft,
    ui::{
        Button, ButtonSize, Choice, FieldKind, Icon, IconButton, RadioGroup, TextArea, TextField,
    },
};

/// Browsers show so many.
const MAX_BUTTONS: usize = 2;

#[component]
pub(super) fn PushSheet(draft: Draft) -> impl IntoView {
    let present = draft.read_now(|document| document.contents.clone());
    let document = match present.as_ref().map(|contents| &contents.source) {
        Some(ContentsSource::Push(push)) => Some((**push).clone()),
        _ => None,
    };
    let locale_choice = present.map(|contents| contents.locale).unwrap_or_default();
    let state = State::new(document.as_ref());
    Effect::new(move |before: Option<()>| {
        let push = state.document();
        if before.is_some() {
            let contents = CampaignContents {
                source: ContentsSource::Push(Box::new(push)),
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
        <SeenOnPhones state=state tab=tab draft=draft/>
    }
}

/// The push in one language.
#[component]
fn Language(state: State, variant: Variant) -> impl IntoView {
    let begin = move || {
        view! {
            <div class="row-g">
                <span class="t-small ink-2">{t::campaigns::line_no_language}</span>
                <Button icon=Icon::Plus label=t::campaigns::line_add_language on_press=move || state.begin(variant)/>
            </div>
        }
    };
    move || {
        if variant.exists.get() {
            view! { <Fields state=state variant=variant/> }.into_any()
        } else {
            begin().into_any()
        }
    }
}

#[component]
fn Fields(state: State, variant: Variant) -> impl IntoView {
    let buttons = variant.buttons;
    let presses = move || {
        let entry = |press| view! { <PressForm buttons=buttons press=press/> };
        buttons.get().into_iter().map(entry).collect_view()
    };
    let add = move || buttons.update(|buttons| buttons.push(state.new_press()));
    view! {
        <div class="form">
            <TextField label=t::campaigns::push_title value=variant.title hint=t::campaigns::push_title_hint/>
            <TextArea label=t::campaigns::push_body value=variant.body rows=3 hint=t::campaigns::push_body_hint/>
            <TextField label=t::campaigns::push_link value=variant.link kind=FieldKind::Url hint=t::campaigns::push_link_hint/>
            <TextField label=t::campaigns::push_image value=variant.image kind=FieldKind::Url/>
            {presses}
            {move || (buttons.with(Vec::len) < MAX_BUTTONS).then(|| view! {
                <div><Button size=ButtonSize::Small icon=Icon::Plus label=t::campaigns::card_add_button on_press=add/></div>
            })}
        </div>
    }
}

#[component]
fn PressForm(buttons: RwSignal<Vec<Press>>, press: Press) -> impl IntoView {
    let remove = move || buttons.update(|buttons| buttons.retain(|other| other.id != press.id));
    view! {
        <div class="pu-b">
            <TextField label=t::campaigns::press_label value=press.label/>
            <TextField label=t::campaigns::push_press_link value=press.link/>
            <IconButton icon=Icon::X size=ButtonSize::Small label=t::campaigns::press_remove on_press=remove/>
        </div>
    }
}
