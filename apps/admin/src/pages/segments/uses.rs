//! Where a segment is used: in campaigns and in other segments.

use api_types::segments::SegmentView;
use leptos::prelude::*;

use crate::{
    api::{Load, campaigns, load},
    i18n as t,
    routes::Route,
    ui::{Icon, Section},
};

/// The list of users.
#[component]
pub(crate) fn Uses(
    /// The segment.
    id: String,
    /// All segments.
    segments: Load<Vec<SegmentView>>,
) -> impl IntoView {
    let campaigns = load(
        || (),
        |(), signal| async move { campaigns::newest(Some(&signal)).await },
    );
    let id = StoredValue::new(id);
    let rows = move || {
        let id = id.get_value();
        let refers =
            |document: &serde_json::Value| document.to_string().contains(&format!("\"{id}\""));
        let own = segments.value().unwrap_or_default();
        let others = own
            .iter()
            .filter(|segment| segment.id != id && refers(&segment.document))
            .map(|segment| {
                (
                    Icon::Funnel,
                    segment.name.clone(),
                    Route::Segment(segment.id.clone()),
                )
            });
        let sent = campaigns.value().unwrap_or_default();
        let sent = sent
            .iter()
            .filter(|campaign| campaigns::names_segment(campaign, &id))
            .map(|campaign| {
                (
                    Icon::Send,
                    campaign.summary.name.clone(),
                    Route::Campaign(campaign.summary.id.clone()),
                )
            });
        sent.chain(others).collect::<Vec<_>>()
    };
    let body = move || {
        let rows = rows();
        if rows.is_empty() {
            return view! { <p class="t-small ink-2">{t::segments::unused}</p> }.into_any();
        }
        let row = |(icon, name, to): (Icon, String, Route)| {
            view! { <li><span class="ink-3">{icon.small()}</span> <a href=to.path()>{name}</a></li> }
        };
        view! { <ul class="uses">{rows.into_iter().map(row).collect_view()}</ul> }.into_any()
    };
    view! { <Section title=t::segments::uses>{body}</Section> }
}
