//! What a list is called, and what it is for.

use api_types::lists::SaveList;
use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    api::Submit,
    i18n as t,
    ui::{Button, ButtonKind, Dialog, FormError, TextArea, TextField},
};

/// Asks for the name.
#[component]
pub(super) fn NameDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Its title.
    #[prop(into)]
    title: TextProp,
    /// The word on the button.
    #[prop(into)]
    action: TextProp,
    /// What it is called now.
    #[prop(optional, into)]
    present: Signal<SaveList>,
    /// The call.
    submit: Submit,
    /// Called with the new name.
    on_name: Callback<(SaveList,)>,
) -> impl IntoView {
    let (name, about) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move |_| {
        if open.get() {
            let present = present.get_untracked();
            name.set(present.name);
            about.set(present.description);
        }
    });
    let press = move || {
        let body = SaveList {
            name: name.get_untracked(),
            description: about.get_untracked(),
        };
        on_name.run((body,));
    };
    let footer = ViewFn::from(move || {
        view! {
            <Button label=t::common::cancel on_press=move || open.set(false)/>
            <Button kind=ButtonKind::Primary label=action.clone() busy=submit.busy() on_press=press/>
        }
    });
    view! {
        <Dialog open=open title=title footer=footer>
            <TextField label=t::lists::name value=name error=submit.field("/name")/>
            <TextArea label=t::lists::about value=about error=submit.field("/description")/>
            <FormError submit=submit fields=&["/name", "/description"]/>
        </Dialog>
    }
}
