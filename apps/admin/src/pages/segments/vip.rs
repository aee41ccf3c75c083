//! How campaigns treat the members of a segment: like everybody, or as VIPs.

use api_types::segments::SegmentView;
use leptos::prelude::*;

use crate::{
    api::{Submit, segments as api},
    i18n as t,
    state::{session, toast::use_toasts},
    ui::{FormError, Section, Switch},
};

/// The switch, and what it means.
#[component]
pub(crate) fn Vip(
    /// The segment as it was last saved.
    saved: RwSignal<Option<SegmentView>>,
) -> impl IntoView {
    let submit = Submit::default();
    let toasts = use_toasts();
    let is_vip =
        Memo::new(move |_| saved.with(|saved| saved.as_ref().is_some_and(|saved| saved.is_vip)));
    let change = move |is_vip: bool| {
        let Some(segment) = saved.get_untracked() else {
            return;
        };
        submit.run(
            async move {
                if is_vip {
                    api::make_vip(&segment.id).await
                } else {
                    api::unmake_vip(&segment.id).await
                }
            },
            move |view: SegmentView| {
                toasts.say(if view.is_vip {
                    t::segments::vip_made(&view.name)
                } else {
                    t::segments::vip_unmade(&view.name)
                });
                saved.set(Some(view));
            },
        );
    };
    let busy = submit.busy();
    let is_fixed = Signal::derive(move || busy.get() || !session::may("segments:write"));
    let says = move || {
        if is_vip.get() {
            t::segments::vip_on()
        } else {
            t::segments::vip_off()
        }
    };
    view! {
        <Section title=t::segments::vip>
            <Switch label=t::segments::vip_treat checked=is_vip disabled=is_fixed on_change=change/>
            <p class="t-small ink-2">{says}</p>
            <FormError submit=submit/>
        </Section>
    }
}
