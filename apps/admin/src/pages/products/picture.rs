//! A product's picture, or its place.

use leptos::prelude::*;

use super::logic;
use crate::ui::Icon;

/// The picture in a frame of one size; one that cannot be had leaves the frame.
#[component]
pub(super) fn Picture(
    /// The picture's address.
    #[prop(into)]
    address: Signal<Option<String>>,
    /// Whether it is the large one of the product's page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let broken = RwSignal::new(None::<String>);
    let shown = move || {
        address.get().filter(|own| {
            logic::is_picture(own) && broken.with(|broken| broken.as_ref() != Some(own))
        })
    };
    view! {
        <span class="pd-pic" class:is-large=large aria-hidden="true">
            {move || match shown() {
                Some(own) => {
                    let failed = own.clone();
                    view! { <img src=own alt="" loading="lazy" referrerpolicy="no-referrer" on:error=move |_| broken.set(Some(failed.clone()))/> }.into_any()
                }
                None => Icon::Package.view().into_any(),
            }}
        </span>
    }
}
