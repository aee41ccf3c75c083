//! What can be done with the ticked rows.

use leptos::prelude::*;

use crate::{
    format, i18n as t,
    ui::{Button, ButtonKind, Icon, Selection},
};

/// The bar above a table while rows are ticked: "12 selected — select all 4,310".
#[component]
pub fn BulkBar(
    /// The ticked rows.
    selection: Selection,
    /// How many match the filter, if known; offers to take them all.
    #[prop(optional, into)]
    total: Signal<Option<i64>>,
    /// The buttons; the ones pressed read `selection`.
    children: ChildrenFn,
) -> impl IntoView {
    let count = move || i64::try_from(selection.len()).unwrap_or_default();
    let words = move || match (selection.is_all(), total.get()) {
        (true, Some(total)) => t::ui::selected(total),
        (true, None) => t::ui::selected_all().to_owned(),
        (false, _) => t::ui::selected(count()),
    };
    let offer = move || {
        let total = total
            .get()
            .filter(|total| !selection.is_all() && *total > count())?;
        Some(view! {
            <button type="button" class="link" on:click=move |_| selection.select_all()>
                {t::ui::select_all_of(format::integer(total))}
            </button>
        })
    };
    move || {
        (!selection.is_empty()).then(|| {
            view! {
                <div class="bulk" role="region" aria-label=t::ui::selection>
                    <b>{words}</b>
                    {offer}
                    <span class="grow"></span>
                    {children()}
                    <Button kind=ButtonKind::Quiet icon=Icon::X label=t::ui::deselect on_press=move || selection.clear()/>
                </div>
            }
        })
    }
}
