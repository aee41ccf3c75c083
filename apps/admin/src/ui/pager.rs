//! Back and forth through a list by cursor.

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    i18n as t,
    ui::{Icon, list_query::ListState, text},
};

/// The bar above and below a table.
#[component]
pub fn Pager(
    /// The list.
    list: ListState,
    /// The cursor of the next page, `None` on the last.
    #[prop(into)]
    next: Signal<Option<String>>,
    /// What is in view: `2,431人`.
    #[prop(optional, into)]
    note: TextProp,
) -> impl IntoView {
    let is_first = move || list.get().after.is_empty();
    view! {
        <div class="pager">
            <span>{text(note)}</span>
            <span class="grow"></span>
            <span class="segc segc-s" role="group" aria-label=t::ui::pages>
                <button type="button" disabled=is_first on:click=move |_| list.previous()>
                    {Icon::ChevronLeft.small()}
                    {t::ui::previous}
                </button>
                <button
                    type="button"
                    disabled=move || next.with(Option::is_none)
                    on:click=move |_| {
                        if let Some(cursor) = next.get_untracked() {
                            list.next(&cursor);
                        }
                    }
                >
                    {t::ui::next}
                    {Icon::ChevronRight.small()}
                </button>
            </span>
        </div>
    }
}
