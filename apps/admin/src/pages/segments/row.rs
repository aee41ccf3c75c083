//! The conditions as sentences with controls in them.

mod clock;
pub(crate) mod events;
pub(crate) mod fact;
mod measure;
mod past;
mod sequence;
pub(crate) mod since;
pub(crate) mod small;
pub(crate) mod standing;
mod window;

use leptos::prelude::*;

use super::{editor::Editor, logic::Kind};
use crate::i18n as t;

/// Draws the controls of a condition; `at` is the pointer of its node.
pub(crate) fn controls(editor: Editor, kind: Kind, at: &str) -> AnyView {
    let at = at.to_owned();
    match kind {
        Kind::Fact => view! { <fact::FactControls editor=editor at=at/> }.into_any(),
        Kind::Events => view! { <events::EventsControls editor=editor at=at/> }.into_any(),
        Kind::Sequence => view! { <sequence::SequenceControls editor=editor at=at/> }.into_any(),
        Kind::Message => view! { <small::MessageControls editor=editor at=at/> }.into_any(),
        Kind::Consent => view! { <small::ConsentControls editor=editor at=at/> }.into_any(),
        Kind::Reachable => view! { <small::ReachControls editor=editor at=at/> }.into_any(),
        Kind::Segment => view! { <small::SegmentControls editor=editor at=at/> }.into_any(),
        Kind::List => view! { <small::ListControls editor=editor at=at/> }.into_any(),
        Kind::WasIn => view! { <past::PastControls editor=editor at=at/> }.into_any(),
        Kind::Share => view! { <small::ShareControls editor=editor at=at/> }.into_any(),
        Kind::Standing => view! { <standing::StandingControls editor=editor at=at/> }.into_any(),
        Kind::All | Kind::Any | Kind::Unknown => {
            view! { <span class="ink-3">{t::segments::unknown_condition}</span> }.into_any()
        }
    }
}
