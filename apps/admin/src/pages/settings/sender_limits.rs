//! How fast single domains are written to: the mobile carriers with their presets, and domains of one's own.

use api_types::senders::{DomainLimit, MailCarrierView};
use leptos::prelude::*;

use crate::{
    api::{Submit, load, load::Loaded, settings},
    i18n as t,
    ui::{Button, ButtonSize, Icon, IconButton, NumberField, TextField},
};

/// The limits' own complaints begin so.
pub(super) const UNDER: &str = "/smtp/domain_limits/";

/// One limit as it is typed.
#[derive(Clone, Copy)]
struct Row {
    to: RwSignal<String>,
    per_second: RwSignal<Option<i64>>,
    per_session: RwSignal<Option<i64>>,
}

impl Row {
    fn of(limit: Option<&DomainLimit>) -> Self {
        Self {
            to: RwSignal::new(limit.map(|limit| limit.to.clone()).unwrap_or_default()),
            per_second: RwSignal::new(limit.map(|limit| i64::from(limit.per_second))),
            per_session: RwSignal::new(limit.and_then(|limit| limit.per_session).map(i64::from)),
        }
    }

    fn read(self, preset: Option<&DomainLimit>) -> Option<DomainLimit> {
        let number = |typed: RwSignal<Option<i64>>| {
            typed
                .get_untracked()
                .map(|n| u32::try_from(n).unwrap_or_default())
        };
        let (per_second, per_session) = (number(self.per_second), number(self.per_session));
        // A carrier of whom only one of the two is typed keeps the preset of the other.
        if preset.is_some() && per_second.is_none() && per_session.is_none() {
            return None;
        }
        Some(DomainLimit {
            to: self.to.get_untracked().trim().to_owned(),
            per_second: per_second
                .or_else(|| preset.map(|preset| preset.per_second))
                .unwrap_or_default(),
            per_session: per_session.or_else(|| preset.and_then(|preset| preset.per_session)),
        })
    }
}

/// What is typed.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Those that the server sent, until the carriers are known.
    present: StoredValue<Vec<DomainLimit>>,
    carriers: RwSignal<Vec<(MailCarrierView, Row)>>,
    own: RwSignal<Vec<Row>>,
    /// The form's: rows outlive the pieces of the page that show them.
    owner: StoredValue<Owner>,
}

impl Limits {
    pub(super) fn new(present: &[DomainLimit]) -> Self {
        Self {
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            present: StoredValue::new(present.to_vec()),
            carriers: RwSignal::new(Vec::new()),
            own: RwSignal::new(Vec::new()),
        }
    }

    fn owned<T>(self, make: impl FnOnce() -> T) -> T {
        self.owner.get_value().with(make)
    }

    /// Sorts the present limits to the carriers and the others.
    fn spread(self, carriers: Vec<MailCarrierView>) {
        let present = self.present.get_value();
        let of = |to: &str| present.iter().find(|limit| limit.to == to);
        let rows = carriers.into_iter().map(|carrier| {
            let row = Row::of(of(&carrier.limit.to));
            row.to.set(carrier.limit.to.clone());
            (carrier, row)
        });
        let rows: Vec<(MailCarrierView, Row)> = rows.collect();
        let is_carrier = |to: &str| rows.iter().any(|(carrier, _)| carrier.limit.to == to);
        let own = present.iter().filter(|limit| !is_carrier(&limit.to));
        self.own
            .set(own.map(|limit| Row::of(Some(limit))).collect());
        self.carriers.set(rows);
    }

    /// Returns what is set; as it was where the carriers did not come.
    pub(super) fn read(self) -> Vec<DomainLimit> {
        let carriers = self.carriers.get_untracked();
        if carriers.is_empty() {
            return self.present.get_value();
        }
        let own = self.own.get_untracked().into_iter();
        carriers
            .into_iter()
            .filter_map(|(carrier, row)| row.read(Some(&carrier.limit)))
            .chain(own.filter_map(|row| row.read(None)))
            .collect()
    }
}

/// Asks for the limits.
#[component]
pub(super) fn LimitFields(typed: Limits, submit: Submit) -> impl IntoView {
    let carriers = load(
        || (),
        |(), signal| async move { settings::mail_carriers(&signal).await },
    );
    Effect::new(move |_| {
        let found = carriers.with(|state| state.ready().cloned());
        if let (Some(found), true) = (found, typed.carriers.with_untracked(Vec::is_empty)) {
            typed.owned(|| typed.spread(found));
        }
    });
    view! {
        <h3 class="t-h3">{t::settings::limits_title}</h3>
        <p class="t-small ink-3 set-under">{t::settings::limits_about}</p>
        {move || carriers.with(|state| match state {
            Loaded::Failed(error) => Some(view! { <p class="err">{error.sentence()}</p> }),
            _ => None,
        })}
        {move || typed.carriers.get().into_iter().map(|(carrier, row)| carrier_row(&carrier, row, typed, submit)).collect_view()}
        {move || (!typed.carriers.with(Vec::is_empty)).then(|| view! { <Own typed=typed submit=submit/> })}
    }
}

fn carrier_name(carrier: &str) -> &'static str {
    match carrier {
        "docomo" => t::settings::carrier_docomo(),
        "au" => t::settings::carrier_au(),
        _ => t::settings::carrier_softbank(),
    }
}

/// Returns the complaint about a field of what is sent; carriers without a limit are not in it.
fn complaint(
    typed: Limits,
    submit: Submit,
    row: Row,
    field: &'static str,
) -> Signal<Option<String>> {
    Signal::derive(move || {
        let error = submit.error()?;
        let to = row.to.get_untracked();
        let sent = untrack(|| typed.read());
        let place = sent.iter().position(|limit| limit.to == to.trim())?;
        error.field(&format!("{UNDER}{place}/{field}"))
    })
}

fn carrier_row(
    carrier: &MailCarrierView,
    row: Row,
    typed: Limits,
    submit: Submit,
) -> impl IntoView + use<> {
    let to = StoredValue::new(carrier.limit.to.clone());
    let name = move || to.with_value(|to| carrier_name(to));
    let rate = i64::from(carrier.limit.per_second);
    let session = i64::from(carrier.limit.per_session.unwrap_or_default());
    let domains = carrier.domains.join("、");
    view! {
        <fieldset class="limit-row" aria-label=name title=domains>
            <span class="t-small"><b>{name}</b></span>
            <NumberField label=t::settings::limit_per_second value=row.per_second hint=move || t::settings::limit_preset(rate) error=complaint(typed, submit, row, "per_second")/>
            <NumberField label=t::settings::limit_per_session value=row.per_session hint=move || t::settings::limit_preset(session) error=complaint(typed, submit, row, "per_session")/>
        </fieldset>
    }
}

#[component]
fn Own(typed: Limits, submit: Submit) -> impl IntoView {
    let add = move |()| {
        let row = typed.owned(|| Row::of(None));
        typed.own.update(|rows| rows.push(row));
    };
    let row = move |(place, row): (usize, Row)| {
        let remove = move |()| {
            submit.forget();
            typed.own.update(|rows| {
                rows.remove(place);
            });
        };
        view! {
            <fieldset class="limit-row" aria-label=move || row.to.get()>
                <TextField label=t::settings::limit_domain value=row.to placeholder="example.jp" error=complaint(typed, submit, row, "to")/>
                <NumberField label=t::settings::limit_per_second value=row.per_second error=complaint(typed, submit, row, "per_second")/>
                <NumberField label=t::settings::limit_per_session value=row.per_session error=complaint(typed, submit, row, "per_session")/>
                <IconButton icon=Icon::Trash2 label=move || t::settings::limit_remove(row.to.get()) size=ButtonSize::Small on_press=remove/>
            </fieldset>
        }
    };
    let is_full = Signal::derive(move || typed.own.with(Vec::len) >= 90);
    view! {
        {move || typed.own.get().into_iter().enumerate().map(row).collect_view()}
        <div><Button label=t::settings::limit_add icon=Icon::Plus size=ButtonSize::Small disabled=is_full on_press=add/></div>
    }
}
