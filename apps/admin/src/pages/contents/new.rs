//! A new email: the gallery to start from.

use leptos::prelude::*;

use super::starters::Starters;
use crate::{app::bar::use_crumb, i18n as t, ui::PageHeader};

/// A new email.
#[component]
pub fn NewContent() -> impl IntoView {
    use_crumb(t::contents::new_title);
    view! {
        <PageHeader title=t::contents::new_title say=t::contents::new_say/>
        <Starters/>
    }
}
