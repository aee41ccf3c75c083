//! What was changed, by whom.

use api_types::session::AuditEntryView;
use leptos::prelude::*;

use super::{
    places::{Place, Places},
    words,
};
use crate::{
    api::{load, settings},
    format, i18n as t,
    ui::{Column, DataTable, EmptyState, PageHeader, Phone, table::Row, use_list_query},
};

/// The page of the audit log.
#[component]
pub(super) fn Audit() -> impl IntoView {
    let list = use_list_query(&[]);
    let entries = load(
        move || list.get().after,
        |after, signal| async move { settings::audit(&after, &signal).await },
    );
    view! {
        <PageHeader title=t::settings::audit say=t::settings::audit_about/>
        <Places here=Place::Audit/>
        <DataTable
            label=t::settings::audit
            columns=columns()
            load=entries
            row=Row::new(|entry: &AuditEntryView| entry.id.clone())
            list=list
            empty=|| view! { <EmptyState title=t::settings::audit_empty_title body=t::settings::audit_empty_body/> }
        />
    }
}

fn columns() -> Vec<Column<AuditEntryView>> {
    let at = |entry: &AuditEntryView| {
        let at = format::millis(&entry.at);
        move || format::date_time(at)
    };
    let who = |entry: &AuditEntryView| {
        let (kind, name) = (entry.actor_kind.clone(), entry.actor_name.clone());
        move || match (kind.as_str(), &name) {
            (_, Some(name)) => name.clone(),
            ("key", None) => t::settings::by_key().to_owned(),
            ("system", None) => t::settings::by_system().to_owned(),
            (_, None) => t::settings::by_somebody().to_owned(),
        }
    };
    let what = |entry: &AuditEntryView| {
        let (kind, action) = (entry.object_kind.clone(), entry.action.clone());
        move || {
            t::settings::Did {
                deed: words::deed(&action),
                object: words::object(&kind),
            }
            .say()
        }
    };
    let detail = |entry: &AuditEntryView| {
        let text = told(&entry.detail);
        view! { <span class="t-small ink-3 set-detail">{text}</span> }
    };
    vec![
        Column::new(t::settings::what, what).on_phone(Phone::Title),
        Column::new(t::settings::who, who),
        Column::new(t::settings::detail, detail),
        Column::new(t::settings::at, at).number(),
    ]
}

/// Writes a detail as `name: value` pairs, as it was recorded.
fn told(detail: &serde_json::Value) -> String {
    let Some(fields) = detail.as_object() else {
        return String::new();
    };
    let pair = |(name, value): (&String, &serde_json::Value)| {
        let value = match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Null => return None,
            other => other.to_string(),
        };
        Some(format!("{name}: {value}"))
    };
    fields
        .iter()
        .filter_map(pair)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_detail_reads_as_pairs() {
        let detail =
            serde_json::json!({ "after": "admin", "before": "viewer", "gone": null, "n": 3 });
        assert_eq!(told(&detail), "after: admin, before: viewer, n: 3");
        assert_eq!(told(&serde_json::json!(null)), "");
    }
}
