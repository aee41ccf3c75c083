//! The palette of variables: what may be inserted, and what comes out for the receiver in view.

use api_types::contents::VariableView;
use leptos::prelude::*;

use super::state::State;
use crate::{
    api::{Loaded, client, contents as api, load},
    i18n as t,
    state::locale,
    ui::{InlineError, Skeleton},
};

/// The palette.
#[component]
pub fn Variables(
    /// The state of the editor.
    state: State,
) -> impl IntoView {
    let key = move || {
        let customer = state
            .customer
            .with(|customer| customer.as_ref().map(|customer| customer.id.clone()));
        (customer, state.tab.get(), locale::current())
    };
    let variables = load(key, |(customer, tab, _), signal| async move {
        let query = client::query(&[("customer_id", customer), ("locale", Some(tab))]);
        api::variables(&query, &signal).await
    });
    move || {
        match variables.get() {
        Loaded::Loading => view! { <div class="vars"><Skeleton lines=4/></div> }.into_any(),
        Loaded::Failed(error) => {
            view! { <InlineError error=error on_retry=move || variables.reload()/> }.into_any()
        }
        Loaded::Ready(variables) => view! {
            <div class="vars">
                <p class="hint">{t::contents::insert_say}</p>
                {groups(variables).into_iter().map(|(name, own)| view! {
                    <h2>{title(&name)}</h2>
                    <ul>{own.into_iter().map(|variable| view! { <Variable state=state variable=variable/> }).collect_view()}</ul>
                }).collect_view()}
            </div>
        }
        .into_any(),
    }
    }
}

#[component]
fn Variable(state: State, variable: VariableView) -> impl IntoView {
    let is_empty = variable.sample.trim().is_empty();
    let sample = variable.sample;
    let shown = move || {
        if is_empty {
            t::contents::insert_none().to_owned()
        } else {
            sample.clone()
        }
    };
    let insert = variable.insert;
    view! {
        <li>
            <button type="button" title=insert.clone() on:click=move |_| state.insert(&insert)>
                <span>{variable.label}</span>
                <span class="ink-3 cut">{shown}</span>
            </button>
        </li>
    }
}

/// Keeps the order in which the server lists groups.
fn groups(variables: Vec<VariableView>) -> Vec<(String, Vec<VariableView>)> {
    let mut groups: Vec<(String, Vec<VariableView>)> = Vec::new();
    for variable in variables {
        match groups.iter_mut().find(|(name, _)| *name == variable.group) {
            Some((_, own)) => own.push(variable),
            None => groups.push((variable.group.clone(), vec![variable])),
        }
    }
    groups
}

fn title(group: &str) -> String {
    match group {
        "customer" => t::contents::group_customer().to_owned(),
        "attributes" => t::contents::group_attributes().to_owned(),
        "products" => t::contents::group_products().to_owned(),
        "order" => t::contents::group_order().to_owned(),
        "coupon" => t::contents::group_coupon().to_owned(),
        "workspace" => t::contents::group_workspace().to_owned(),
        "links" => t::contents::group_links().to_owned(),
        other => other.to_owned(),
    }
}
