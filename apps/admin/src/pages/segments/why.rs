//! Why one person is in or out, clause by clause.

use api_types::{
    customers::CustomerSummary,
    segments::{
        SegmentClause, SegmentEvent, SegmentExplanation, SegmentPast, SegmentPlace, SegmentStay,
        SegmentSteps,
    },
};
use leptos::prelude::*;
use serde_json::Value;

use super::{
    editor::{Editor, said},
    logic,
    picker::Picker,
};
use crate::{
    api::{Loaded, load, segments as api},
    format, i18n as t,
    routes::Route,
    state::session,
    ui::{Choice, Icon, Skeleton},
};

/// The question and its answer.
#[component]
pub(crate) fn Why(
    /// The rule.
    editor: Editor,
) -> impl IntoView {
    let person = RwSignal::new(None::<(String, String)>);
    let explained = load(
        move || {
            let is_counted = editor.preview().is_some() && !editor.is_asking() && editor.is_sound();
            person.get().zip(is_counted.then(|| editor.document_now()))
        },
        |asked, signal| async move {
            match asked {
                Some(((id, _), document)) => {
                    api::explain(document, id, Some(&signal)).await.map(Some)
                }
                None => Ok(None),
            }
        },
    );
    let body = move || match (person.get(), explained.get()) {
        (None, _) => view! { <p class="t-small ink-2">{t::segments::why_hint}</p> }.into_any(),
        (_, Loaded::Failed(error)) => {
            view! { <p class="t-small ink-2" role="alert">{move || error.sentence()}</p> }
                .into_any()
        }
        (Some(person), Loaded::Ready(Some(found))) => answer(editor, &person, &found).into_any(),
        _ => view! { <Skeleton lines=4/> }.into_any(),
    };
    view! {
        <div class="why-out">
            <div class="sec-h">
                <h2 class="t-head">{t::segments::why_title}</h2>
                <span class="why-p"><Who person=person/></span>
            </div>
            {body}
        </div>
    }
}

/// The word that chooses the person.
#[component]
fn Who(person: RwSignal<Option<(String, String)>>) -> impl IntoView {
    let part = RwSignal::new(String::new());
    let found = load(
        move || part.get(),
        |part, signal| async move { api::customers(part.trim(), Some(&signal)).await },
    );
    let choices = Signal::derive(move || {
        let own = person.get().map(|(id, name)| Choice::new(id, name));
        let found = found.value().unwrap_or_default();
        let mut choices: Vec<Choice> = found
            .iter()
            .map(|customer| Choice::new(customer.id.clone(), name_of(customer)))
            .collect();
        // The one chosen keeps a name while others are looked for.
        choices.extend(own.filter(|own| found.iter().all(|customer| customer.id != own.value)));
        choices
    });
    let pick = move |id: String| {
        let name = choices.with_untracked(|choices| {
            let choice = choices.iter().find(|choice| choice.value == id);
            choice.map(|choice| choice.label.get().into_owned())
        });
        person.set(Some((id, name.unwrap_or_default())));
    };
    let search = Callback::new(move |(typed,): (String,)| part.set(typed));
    let chosen = Signal::derive(move || {
        person
            .get()
            .map(|(id, _)| id)
            .into_iter()
            .collect::<Vec<_>>()
    });
    view! {
        <Picker label=t::segments::why_person chosen=chosen choices=choices nothing=t::segments::why_pick on_pick=pick on_search=search/>
    }
}

fn name_of(customer: &CustomerSummary) -> String {
    let name = customer
        .full_name
        .clone()
        .or_else(|| customer.email.clone());
    match (name, customer.external_id.clone()) {
        (Some(name), Some(number)) => format!("{name}  {number}"),
        (Some(name), None) => name,
        (None, Some(number)) => number,
        (None, None) => t::segments::nameless().to_owned(),
    }
}

fn answer(
    editor: Editor,
    (id, name): &(String, String),
    found: &SegmentExplanation,
) -> impl IntoView + use<> {
    let name = name.split("  ").next().unwrap_or(name).to_owned();
    let verdict = if found.is_member {
        t::segments::person_in(&name)
    } else {
        t::segments::person_out(&name)
    };
    let turns = found.flips_at.as_deref().map(|at| {
        let at = format::date_time(format::millis(at));
        if found.is_member {
            t::segments::leaves_at(at)
        } else {
            t::segments::enters_at(at)
        }
    });
    let document = editor.document_now();
    let is_leaf = |clause: &&SegmentClause| {
        let item = logic::item(&document, &clause.pointer);
        item.inner == clause.pointer && !item.kind.is_group()
    };
    let leaves = found.clauses.iter().filter(is_leaf);
    let rows: Vec<_> = leaves.map(|clause| row(editor, clause)).collect();
    let href = Route::Customer(id.clone()).path();
    view! {
        <div class="wo" aria-live="polite">
            <p class="t-say why-s"><a href=href>{verdict}</a> {turns}</p>
            <ul>{rows}</ul>
        </div>
    }
}

/// Whether a clause is met; what stands in an exclusion is met when it does not hold.
fn is_met(clause: &SegmentClause) -> Option<bool> {
    let is_turned = clause.pointer.matches("/not").count() % 2 == 1;
    match (clause.truth.as_str(), is_turned) {
        ("true", false) | ("false", true) => Some(true),
        ("unknown", _) => None,
        _ => Some(false),
    }
}

fn row(editor: Editor, clause: &SegmentClause) -> impl IntoView + use<> {
    let met = is_met(clause);
    let (class, icon, word): (_, _, fn() -> &'static str) = match met {
        Some(true) => ("st st-good", Icon::Check, t::segments::met),
        Some(false) => ("st st-warn", Icon::X, t::segments::unmet),
        None => ("st", Icon::Minus, t::segments::unknown),
    };
    let is_not = clause.pointer.contains("/not");
    let sentence = said(&clause.sentence);
    let pointer = clause.pointer.trim_end_matches("/not").to_owned();
    let evidence = evidence(clause);
    view! {
        <li>
            <span class=class>{icon.view()} {word}</span>
            <button type="button" class="why-c" class:is-key=met != Some(true) on:click=move |_| editor.go_to(&pointer)>
                {is_not.then(t::segments::except)} {sentence}
            </button>
            <span class="ink-3">{evidence}</span>
        </li>
    }
}

/// Says what a clause rests on.
fn evidence(clause: &SegmentClause) -> String {
    if let Some(events) = &clause.events {
        if events.lines == 0 {
            return t::segments::no_record().to_owned();
        }
        let dates = events
            .latest
            .iter()
            .take(4)
            .map(|event| format::date(format::millis(&event.at)));
        let dates = dates.collect::<Vec<_>>().join(t::segments::comma());
        let times = t::segments::times_found(events.times);
        let amount = if events.amount == 0 {
            String::new()
        } else {
            format!(" {}", format::money(events.amount, &session::currency()))
        };
        return t::segments::TimesOn {
            dates,
            times: format!("{times}{amount}"),
        }
        .say();
    }
    if let Some(steps) = &clause.sequence {
        return reached(steps);
    }
    if let Some(past) = &clause.past {
        return stays(past);
    }
    if let Some(since) = &clause.listed_at {
        return t::segments::listed_since(format::date(format::millis(since)));
    }
    if let Some(place) = &clause.standing {
        return placed(place);
    }
    if let Some(consent) = &clause.consent {
        return match consent.as_str() {
            "granted" => t::segments::consent_granted(),
            "withdrawn" => t::segments::consent_withdrawn(),
            _ => t::segments::consent_none(),
        }
        .to_owned();
    }
    match (&clause.value, clause.metres) {
        (Some(Value::String(text)), Some(metres)) => t::segments::PlaceAway {
            metres: format::integer(i64::from(metres)),
            place: text,
        }
        .say(),
        (value, _) => value_said(value.as_ref()),
    }
}

fn value_said(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(t::segments::comma()),
        Some(Value::Bool(true)) => t::segments::is_yes().to_owned(),
        Some(Value::Bool(false)) => t::segments::is_no().to_owned(),
        Some(Value::Null) | None => t::segments::no_record().to_owned(),
        Some(other) => other.to_string(),
    }
}

/// Says when somebody was in a segment.
fn stays(past: &SegmentPast) -> String {
    let day = |at: &String| format::date(format::millis(at));
    let stay = |stay: &SegmentStay| {
        let left = stay.left_at.as_ref().map(day).unwrap_or_default();
        t::segments::Stay {
            from: day(&stay.entered_at),
            until: left,
        }
        .say()
    };
    let stays: Vec<String> = past.stays.iter().map(stay).collect();
    let known = match &past.kept_since {
        Some(since) => t::segments::kept_since(day(since)),
        None => t::segments::never_kept().to_owned(),
    };
    let stays = if stays.is_empty() {
        t::segments::never_stayed().to_owned()
    } else {
        stays.join(t::segments::comma())
    };
    format!("{stays}{known}")
}

/// Says how far somebody got in a sequence.
fn reached(found: &SegmentSteps) -> String {
    if found.steps.is_empty() {
        return t::segments::no_record().to_owned();
    }
    let at = |event: &SegmentEvent| format::date_time(format::millis(&event.at));
    let instants: Vec<String> = found.steps.iter().map(at).collect();
    let steps = t::segments::StepsReached {
        all: found.n_steps.to_string(),
        at: instants.join(" → "),
        n: found.steps.len().to_string(),
    }
    .say();
    let end = match (&found.broken_by, &found.open_until) {
        (Some(event), _) => t::segments::broken_at(at(event)),
        (None, Some(until)) => t::segments::open_until(format::date_time(format::millis(until))),
        (None, None) => String::new(),
    };
    [steps, end]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(t::segments::comma())
}

/// Says where somebody stands among the buyers.
fn placed(place: &SegmentPlace) -> String {
    let value = |value: i64| match place.by.as_str() {
        "recency" => t::buyers::days(value),
        "frequency" => t::buyers::orders(value),
        _ => format::money(value, &session::currency()),
    };
    t::segments::Placed {
        buyers: format::integer(place.n_buyers),
        group: place.group,
        span: t::buyers::Span {
            from: value(place.least),
            to: value(place.most),
        }
        .say(),
        value: value(place.value),
    }
    .say()
}
