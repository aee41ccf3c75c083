//! Computed attributes: by which rules customers are dormant, new, loyal; and how far everybody has been computed.

mod affinity;
mod dormancy;
mod logic;
mod preview;
mod ranks;
mod score;
mod stages;

use api_types::computed::{ComputedAttribute, ComputedAttributes, SaveComputedAttribute};
use leptos::prelude::*;
use serde_json::Value;

use super::places::{Place, Places};
use crate::{
    api::{ApiError, Load, Submit, load, settings},
    format, i18n as t,
    pages::{analytics::definitions::by_language, customers::standing},
    state::{
        poll::{Pace, poll},
        session,
        toast::use_toasts,
    },
    ui::{Button, ButtonKind, InlineError, Note, PageHeader, Progress, Skeleton, Tone},
};

/// The page of computed attributes.
#[component]
pub(super) fn Computed() -> impl IntoView {
    let found = load(
        || (),
        |(), signal| async move { settings::computed(&signal).await },
    );
    poll(
        move || {
            let is_moving = found
                .value()
                .is_some_and(|view| !view.items.is_empty() && !view.progress.is_whole);
            if is_moving { Pace::Busy } else { Pace::Still }
        },
        move || found.reload(),
    );
    // The forms are drawn once a version: a look at the progress must not take away what is being typed.
    let shape = Memo::new(move |_| {
        found.value().map(|view| {
            let versions = view.items.iter().map(|one| (one.kind.clone(), one.version));
            versions.collect::<Vec<_>>()
        })
    });
    let body = move || match shape.get() {
        None => match found.error() {
            Some(error) => {
                view! { <InlineError error=error on_retry=move || found.reload()/> }.into_any()
            }
            None => view! { <Skeleton lines=10/> }.into_any(),
        },
        Some(_) => untrack(|| found.value())
            .map(|view| forms(&view, found))
            .into_any(),
    };
    view! {
        <PageHeader title=t::computed::title say=t::computed::about/>
        <Places here=Place::Computed/>
        {move || progress(found)}
        {body}
    }
}

fn progress(found: Load<ComputedAttributes>) -> Option<AnyView> {
    let view = found.value().filter(|view| !view.items.is_empty())?;
    let progress = view.progress;
    if progress.is_whole {
        return None;
    }
    let (done, total) = (progress.done, progress.customers);
    let view = view! {
        <Note tone=Tone::Act>{t::computed::filling}</Note>
        <Progress label=t::computed::filling_label done=Signal::stored(done) total=Signal::stored(Some(total))/>
    };
    Some(view.into_any())
}

fn forms(view: &ComputedAttributes, found: Load<ComputedAttributes>) -> AnyView {
    let own = |kind: &str| view.items.iter().find(|one| one.kind == kind).cloned();
    let has_dormancy = own("dormancy").is_some_and(|one| one.is_active);
    let currency = view.currency.clone();
    let (of_ranks, of_tastes) = (currency.clone(), currency.clone());
    view! {
        {move || (!session::may("segments:write")).then(|| view! { <Note>{t::computed::read_only}</Note> })}
        <dormancy::Dormancy held=own("dormancy") found=found/>
        <stages::Stages held=own("lifecycle") found=found has_dormancy=has_dormancy currency=currency/>
        <ranks::Ranks held=own("rank") found=found currency=of_ranks/>
        <score::Score held=own("score") found=found/>
        <affinity::Affinity held=own("affinity") found=found currency=of_tastes/>
    }
    .into_any()
}

/// What both forms do alike: save, stop, and say how it went.
#[derive(Clone, Copy)]
struct Desk {
    kind: &'static str,
    found: Load<ComputedAttributes>,
    submit: Submit,
    version: i64,
    is_active: bool,
}

impl Desk {
    fn new(
        kind: &'static str,
        held: Option<&ComputedAttribute>,
        found: Load<ComputedAttributes>,
    ) -> Self {
        Self {
            kind,
            found,
            submit: Submit::default(),
            version: held.map_or(0, |one| one.version),
            is_active: held.is_some_and(|one| one.is_active),
        }
    }

    fn save(self, rule: Value) {
        let (toasts, found) = (use_toasts(), self.found);
        let save = SaveComputedAttribute {
            rule,
            version: self.version,
        };
        self.submit.run(
            async move { settings::save_computed(self.kind, &save).await },
            move |_| {
                toasts.say(t::common::saved());
                found.reload();
            },
        );
    }

    fn stop(self) {
        let (toasts, found) = (use_toasts(), self.found);
        self.submit.run(
            async move { settings::remove_computed(self.kind).await },
            move |()| {
                toasts.say(t::computed::stopped());
                found.reload();
            },
        );
    }

    /// How many stand where by now; the counts move while everybody is computed.
    fn facts(self) -> impl IntoView {
        move || {
            let all = self.found.value()?.items;
            facts(all.into_iter().find(|one| one.kind == self.kind))
        }
    }

    /// Somebody else's newer version, and the way to it.
    fn conflict(self) -> Option<AnyView> {
        let found = self.found;
        self.submit.error().filter(ApiError::is_conflict).map(|_| {
            view! {
                <Note tone=Tone::Warn>
                    {t::computed::conflict}
                    " "
                    <button type="button" class="link" on:click=move |_| found.reload()>{t::computed::reload}</button>
                </Note>
            }
            .into_any()
        })
    }

    fn buttons(self) -> impl IntoView {
        let (submit, is_active) = (self.submit, self.is_active);
        let is_closed = Signal::derive(|| !session::may("segments:write"));
        let label = if is_active {
            t::common::save
        } else {
            t::computed::start
        };
        let stop = is_active.then(|| {
            view! {
                <Button kind=ButtonKind::Danger label=t::computed::stop busy=submit.busy() disabled=is_closed on_press=move || self.stop()/>
            }
        });
        let is_put_away = self.version > 0 && !is_active;
        view! {
            {is_put_away.then(|| view! { <Note>{t::computed::is_stopped}</Note> })}
            {move || self.conflict()}
            <div class="form-end">
                <Button kind=ButtonKind::Primary label=label submit=true busy=submit.busy() disabled=is_closed/>
                {stop}
            </div>
        }
    }
}

/// In which order standings are listed.
const ORDER: &[&str] = &[
    "prospect", "active", "new", "repeat", "loyal", "dormant", "above", "below",
];

/// How many stand where, and which attributes are filled.
fn facts(held: Option<ComputedAttribute>) -> Option<AnyView> {
    let held = held.filter(|one| one.is_active)?;
    let count = |one: api_types::computed::StandingCount| {
        let n = one.customers;
        view! { <div><dt>{move || standing(&one.standing)}</dt><dd>{move || t::computed::people(n)}</dd></div> }
    };
    let is_empty = held.counts.is_empty();
    let mut counts = held.counts;
    let ranks = held.rule.pointer("/rank/ranks").and_then(Value::as_array);
    let ranks: Vec<&str> = ranks
        .map(|all| {
            all.iter()
                .filter_map(|rank| rank["name"].as_str())
                .collect()
        })
        .unwrap_or_default();
    let order = if ranks.is_empty() { ORDER } else { &ranks };
    if held.kind != "affinity" {
        counts.sort_by_key(|one| order.iter().position(|name| *name == one.standing));
    }
    let counts = counts.into_iter().map(count).collect_view();
    let key = |one: api_types::customers::AttributeView| {
        let (ja, en) = (
            one.label_ja.unwrap_or_default(),
            one.label_en.unwrap_or_default(),
        );
        view! {
            <li>{move || by_language(&ja, &en).to_owned()} " " <code class="t-small ink-3">{one.key}</code></li>
        }
    };
    let keys = held.attributes.into_iter().map(key).collect_view();
    let none =
        is_empty.then(|| view! { <p class="t-small ink-3">{t::computed::never_computed}</p> });
    let updated = format::millis(&held.updated_at);
    let view = view! {
        <div>
            <h3 class="lbl">{t::computed::now}</h3>
            {none}
            <dl class="facts">{counts}</dl>
            <h3 class="lbl">{t::computed::keys}</h3>
            <ul class="t-small">{keys}</ul>
            <p class="t-small ink-3">{move || t::computed::saved_at(format::date_time(updated))}</p>
        </div>
    };
    Some(view.into_any())
}

/// Takes a row of a form away, and what was said of it.
fn remover<R: Send + Sync + 'static>(
    rows: RwSignal<Vec<R>>,
    place: usize,
    submit: Submit,
) -> impl Fn(()) {
    move |()| {
        submit.forget();
        rows.update(|rows| {
            rows.remove(place);
        });
    }
}
