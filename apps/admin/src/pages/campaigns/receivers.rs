//! The message as those who are written to will see it, one real person after the other.

use api_types::{
    campaigns::{CampaignView, ContentsSource, LocaleChoice},
    contents::{ContentPreview, PreviewContent},
    line_messages::{LinePreview, PreviewLine},
    push_messages::{PreviewPush, PushPreview},
};
use leptos::prelude::*;

use crate::{
    api::{ApiError, Load, Loaded, campaigns as api, load, segments},
    i18n as t,
    pages::campaigns::sheet::Phones,
    ui::{ButtonSize, Icon, IconButton, InlineError, Note, PreviewFrame, Section, Skeleton, Tone},
};

/// The preview, with steps through the people.
#[component]
pub(super) fn Receivers(
    /// The campaign as it would be launched.
    campaign: StoredValue<CampaignView>,
) -> impl IntoView {
    let people = load(
        move || {
            campaign.with_value(|campaign| {
                let has_target = campaign.document.target.is_some();
                has_target.then(|| campaign.summary.id.clone())
            })
        },
        |id, signal| async move {
            let Some(id) = id else {
                return Ok(Vec::new());
            };
            let page = api::people(&id, "sendable", None, Some(&signal)).await?;
            Ok(page
                .items
                .into_iter()
                .map(|person| person.profile)
                .collect::<Vec<_>>())
        },
    );
    let at = RwSignal::new(0_usize);
    let person = Memo::new(move |_| {
        people
            .value()
            .and_then(|people| people.get(at.get()).cloned())
    });
    let seen = load(
        move || person.get(),
        move |person, signal| async move {
            let Some(person) = person else {
                return Ok(None);
            };
            let name = segments::customer_name(&person, &signal).await;
            let asked = campaign.with_value(|campaign| asked(campaign, person));
            let Some(asked) = asked else {
                return Ok(None);
            };
            rendered(asked).await.map(|shown| Some((name, shown)))
        },
    );
    let body = move || {
        match seen.get() {
        Loaded::Loading => view! { <Skeleton lines=12/> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || seen.reload()/> }.into_any()
        }
        Loaded::Ready(None) => {
            view! { <p class="t-small ink-3">{t::campaigns::seen_by_nobody}</p> }.into_any()
        }
        Loaded::Ready(Some((name, Shown::Phones(preview)))) => view! {
            <div class="seen-h"><span class="ink-2 t-small">{t::contents::from_to} " " {t::contents::receiver_name(&name)}</span></div>
            <Phones preview=preview from=String::new()/>
        }
        .into_any(),
        Loaded::Ready(Some(_)) => view! { <Seen seen=seen/> }.into_any(),
    }
    };
    let steps = ViewFn::from(move || view! { <Steps at=at people=people/> });
    view! { <Section title=t::campaigns::as_seen more=steps>{body}</Section> }
}

/// What is rendered.
enum Asked {
    Email(PreviewContent),
    Line(PreviewLine),
    Push(PreviewPush),
}

/// How it is shown.
#[derive(Clone)]
enum Shown {
    Frame(ContentPreview),
    Phones(PushPreview),
}

async fn rendered(asked: Asked) -> Result<Shown, ApiError> {
    match asked {
        Asked::Email(asked) => api::preview(&asked).await.map(Shown::Frame),
        Asked::Line(asked) => api::preview_line(&asked).await.map(as_in_a_frame),
        Asked::Push(asked) => api::preview_push(&asked).await.map(Shown::Phones),
    }
}

/// Messages for LINE are a page in a frame as well; they have no subject.
fn as_in_a_frame(line: LinePreview) -> Shown {
    Shown::Frame(ContentPreview {
        locale: line.locale,
        warnings: line.warnings,
        preview_url: line.preview_url,
        ..ContentPreview::default()
    })
}

/// Returns what to render for a person; `None` while the campaign has no words.
fn asked(campaign: &CampaignView, person: String) -> Option<Asked> {
    let contents = campaign.document.contents.as_ref()?;
    let locale = match &contents.locale {
        LocaleChoice::Fixed(locale) => Some(locale.clone()),
        LocaleChoice::Person => None,
    };
    let campaign_id = Some(campaign.summary.id.clone());
    let (document, content_id) = match &contents.source {
        ContentsSource::Saved(id) => (None, Some(id.clone())),
        ContentsSource::Inline(email) => (Some((**email).clone()), None),
        ContentsSource::Line(line) => {
            return Some(Asked::Line(PreviewLine {
                document: (**line).clone(),
                customer_id: Some(person),
                campaign_id,
                locale,
            }));
        }
        ContentsSource::Push(push) => {
            return Some(Asked::Push(PreviewPush {
                document: (**push).clone(),
                customer_id: Some(person),
                campaign_id,
                locale,
            }));
        }
    };
    Some(Asked::Email(PreviewContent {
        document,
        content_id,
        customer_id: Some(person),
        campaign_id,
        locale,
        dark: false,
    }))
}

/// One person back, one on; the first page of people is enough to see how it reads.
#[component]
fn Steps(at: RwSignal<usize>, people: Load<Vec<String>>) -> impl IntoView {
    let count = move || people.with(|state| state.ready().map_or(0, Vec::len));
    let step = move |by: isize| {
        let next = at.get_untracked().checked_add_signed(by);
        if let Some(next) = next.filter(|next| *next < untrack(count)) {
            at.set(next);
        }
    };
    view! {
        <span class="nw">
            <IconButton icon=Icon::ChevronLeft size=ButtonSize::Small label=t::contents::receiver_previous on_press=move || step(-1)/>
            <IconButton icon=Icon::ChevronRight size=ButtonSize::Small label=t::contents::receiver_next on_press=move || step(1)/>
        </span>
    }
}

#[component]
fn Seen(seen: Load<Option<(String, Shown)>>) -> impl IntoView {
    let preview = move || match seen.value().flatten() {
        Some((name, Shown::Frame(preview))) => Some((name, preview)),
        _ => None,
    };
    let src = Signal::derive(move || {
        preview()
            .map(|(_, preview)| preview.preview_url)
            .unwrap_or_default()
    });
    let head = move || {
        preview().map(|(name, preview)| {
            let empty: Vec<String> = preview
                .warnings
                .into_iter()
                .map(|warning| warning.variable)
                .collect();
            let note = (!empty.is_empty()).then(|| {
                let names = empty.join(", ");
                view! { <Note tone=Tone::Warn>{t::campaigns::empty_variables(names)}</Note> }
            });
            view! {
                <div class="seen-h">
                    <b>{preview.subject}</b>
                    <span class="ink-3 t-small">{preview.preheader}</span>
                    <span class="ink-2 t-small">{t::contents::from_to} " " {t::contents::receiver_name(&name)}</span>
                </div>
                {note}
            }
        })
    };
    view! { {head} <PreviewFrame title=t::campaigns::as_received src=src height=560/> }
}
