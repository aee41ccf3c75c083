//! In which words: a saved email, seen as a chosen customer would receive it.
#![expect(
    clippy::too_many_lines,
    reason = "a view is easier to follow whole than in pieces"
)]

use api_types::{
    campaigns::{CampaignContents, ContentsSource, LocaleChoice},
    contents::{ContentPreview, PreviewContent},
    customers::CustomerSummary,
};
use leptos::prelude::*;

use crate::{
    api::{Load, Loaded, campaigns as api, load, segments},
    i18n as t,
    pages::{campaigns::draft::Draft, segments::picker::Picker},
    routes::Route,
    ui::{ButtonLink, Choice, Icon, InlineError, Note, PreviewFrame, SelectField, Skeleton, Tone},
};

#[component]
pub(super) fn ContentsSheet(draft: Draft) -> impl IntoView {
    let present = draft.read_now(|document| document.contents.clone());
    let saved = match present.as_ref().map(|contents| &contents.source) {
        Some(ContentsSource::Saved(id)) => id.clone(),
        _ => String::new(),
    };
    let is_inline = matches!(
        present.as_ref().map(|contents| &contents.source),
        Some(ContentsSource::Inline(_))
    );
    let locale = match present.map(|contents| contents.locale) {
        Some(LocaleChoice::Fixed(locale)) => locale,
        _ => String::new(),
    };
    let (content, locale) = (RwSignal::new(saved), RwSignal::new(locale));
    Effect::new(move |before: Option<(String, String)>| {
        let now = (content.get(), locale.get());
        if before.is_some_and(|before| before != now) && !now.0.is_empty() {
            let locale = if now.1.is_empty() {
                LocaleChoice::Person
            } else {
                LocaleChoice::Fixed(now.1.clone())
            };
            let source = ContentsSource::Saved(now.0.clone());
            draft.change(|document| document.contents = Some(CampaignContents { source, locale }));
        }
        now
    });
    let emails = Signal::derive(move || {
        let mut choices = vec![Choice::new("", t::campaigns::choose_email)];
        choices.extend(
            draft
                .known()
                .contents
                .into_iter()
                .map(|email| Choice::new(email.id, email.name)),
        );
        choices
    });
    let locales = Signal::derive(move || {
        let id = content.get();
        let mut choices = vec![Choice::new("", t::campaigns::locale_person)];
        let found = draft
            .known()
            .contents
            .into_iter()
            .find(|email| email.id == id);
        choices.extend(
            found
                .into_iter()
                .flat_map(|email| email.locales)
                .map(|locale| Choice::new(locale.clone(), locale)),
        );
        choices
    });
    view! {
        {is_inline.then(|| view! { <Note>{t::campaigns::inline_note}</Note> })}
        <SelectField label=t::campaigns::email value=content choices=emails/>
        <SelectField label=t::campaigns::language value=locale choices=locales/>
        <div class="row-g">
            {move || {
                let id = content.get();
                (!id.is_empty()).then(|| view! { <ButtonLink to=Route::Content(id) icon=Icon::Pencil label=t::campaigns::edit_email/> })
            }}
            <ButtonLink to=Route::NewContent icon=Icon::Plus label=t::campaigns::new_email/>
        </div>
        <SeenBy content=content locale=locale/>
    }
}

/// The email as one customer would receive it.
#[component]
fn SeenBy(content: RwSignal<String>, locale: RwSignal<String>) -> impl IntoView {
    let customer = RwSignal::new(None::<(String, String)>);
    let rendered = load(
        move || {
            (
                content.get(),
                locale.get(),
                customer.get().map(|(id, _)| id),
            )
        },
        |(content, locale, customer_id), _| async move {
            if content.is_empty() {
                return Ok(None);
            }
            let locale = (!locale.is_empty()).then_some(locale);
            let asked = PreviewContent {
                content_id: Some(content),
                customer_id,
                locale,
                ..PreviewContent::default()
            };
            api::preview(&asked).await.map(Some)
        },
    );
    let src = Signal::derive(move || {
        rendered
            .value()
            .flatten()
            .map(|preview| preview.preview_url)
            .unwrap_or_default()
    });
    let shape = Memo::new(move |_| match rendered.get() {
        Loaded::Loading => 0,
        Loaded::Failed(_) => 1,
        Loaded::Ready(None) => 2,
        Loaded::Ready(Some(_)) => 3,
    });
    view! {
        <CustomerPick customer=customer/>
        {move || match shape.get() {
            0 => view! { <Skeleton lines=6/> }.into_any(),
            1 => rendered.error().map(|error| view! { <InlineError error=error on_retry=move || rendered.reload()/> }).into_any(),
            2 => ().into_any(),
            _ => view! { <Seen rendered=rendered src=src/> }.into_any(),
        }}
    }
}

#[component]
fn Seen(rendered: Load<Option<ContentPreview>>, src: Signal<String>) -> impl IntoView {
    let head = move || {
        rendered.value().flatten().map(|preview| {
            let empty: Vec<String> = preview.warnings.into_iter().map(|warning| warning.variable).collect();
            let note = (!empty.is_empty()).then(|| {
                let names = empty.join(", ");
                view! { <Note tone=Tone::Warn>{t::campaigns::empty_variables(names)}</Note> }
            });
            view! {
                <div class="seen-h"><b>{preview.subject}</b> <span class="ink-3 t-small">{preview.preheader}</span></div>
                {note}
            }
        })
    };
    view! { {head} <PreviewFrame title=t::campaigns::as_received src=src height=420/> }
}

/// Chooses a customer by name or address.
#[component]
pub(crate) fn CustomerPick(
    /// The id and the name chosen.
    customer: RwSignal<Option<(String, String)>>,
) -> impl IntoView {
    let part = RwSignal::new(String::new());
    let found = load(
        move || part.get(),
        |part, signal| async move { segments::customers(part.trim(), Some(&signal)).await },
    );
    let choices = Signal::derive(move || {
        let name = |found: &CustomerSummary| {
            let name = found
                .full_name
                .clone()
                .or_else(|| found.email.clone())
                .or_else(|| found.external_id.clone());
            name.unwrap_or_else(|| found.id.clone())
        };
        let entry = |found: CustomerSummary| Choice::new(found.id.clone(), name(&found));
        let mut choices: Vec<Choice> = found
            .value()
            .unwrap_or_default()
            .into_iter()
            .map(entry)
            .collect();
        if let Some((id, name)) = customer.get()
            && !choices.iter().any(|choice| choice.value == id)
        {
            choices.push(Choice::new(id, name));
        }
        choices
    });
    let pick = move |id: String| {
        let name = choices.with_untracked(|choices| {
            choices
                .iter()
                .find(|choice| choice.value == id)
                .map(|choice| choice.label.get().into_owned())
        });
        customer.set(Some((id, name.unwrap_or_default())));
    };
    let chosen = Signal::derive(move || {
        customer
            .get()
            .map(|(id, _)| id)
            .into_iter()
            .collect::<Vec<_>>()
    });
    let search = Callback::new(move |(typed,): (String,)| part.set(typed));
    view! {
        <div class="field pk-f">
            <span class="lbl">{t::campaigns::seen_by}</span>
            <Picker label=t::campaigns::seen_by chosen=chosen choices=choices nothing=t::campaigns::sample_person on_pick=pick on_search=search/>
        </div>
    }
}
