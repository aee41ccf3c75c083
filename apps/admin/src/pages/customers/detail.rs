//! One customer: what happened between us.

use api_types::customers::{CustomerView, TotalsView};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{beside::Beside, edit::EditSheet, logic, orders::Orders, story::Story};
use crate::{
    api::{Load, Loaded, customers, load},
    app::bar::use_crumb,
    format::{self, Figure, zone},
    i18n as t,
    routes::Route,
    state::session,
    ui::{
        Button, ButtonLink, Choice, EmptyState, Icon, InlineError, PageHeader, Skeleton, Stat,
        Stats, Tabs,
    },
};

/// One customer: what happened between us.
#[component]
pub fn CustomerPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let own = id.clone();
    let customer = load(
        move || own.clone(),
        |id, signal| async move { customers::get(&id, &signal).await },
    );
    let name = move || {
        customer
            .value()
            .map(|one| logic::name(one.full_name.as_deref(), one.is_anonymous))
            .unwrap_or_default()
    };
    use_crumb(name);
    follow_merge(id.clone(), customer);
    // The frame is drawn once; a saved change moves only what it touched.
    let shape = Memo::new(move |_| {
        customer.with(|state| match state {
            Loaded::Loading => 0,
            Loaded::Ready(_) => 1,
            Loaded::Failed(error) if error.is_not_found() => 2,
            Loaded::Failed(_) => 3,
        })
    });
    move || match shape.get() {
        0 => view! { <Skeleton lines=10/> }.into_any(),
        1 => view! { <Opened id=id.clone() customer=customer/> }.into_any(),
        2 => view! {
            <PageHeader title=t::customers::title/>
            <EmptyState title=t::customers::gone_title body=t::customers::gone_body>
                <ButtonLink to=Route::Customers label=t::customers::to_list/>
            </EmptyState>
        }
        .into_any(),
        _ => customer
            .error()
            .map(|error| {
                view! {
                    <PageHeader title=t::customers::title/>
                    <InlineError error=error on_retry=move || customer.reload()/>
                }
            })
            .into_any(),
    }
}

/// A merged customer answers under the id that lives on; the address follows.
fn follow_merge(id: String, customer: Load<CustomerView>) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Some(living) = customer.value().map(|one| one.id).filter(|own| *own != id) {
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&Route::Customer(living).path(), options);
        }
    });
}

#[component]
fn Opened(id: String, customer: Load<CustomerView>) -> impl IntoView {
    let is_editing = RwSignal::new(false);
    let tab = RwSignal::new("story".to_owned());
    let n_orders = move || customer.value().map_or(0, |one| one.totals.n_orders);
    let tabs = vec![
        Choice::new("story", t::customers::story),
        Choice::new("orders", move || t::customers::orders_tab(n_orders())),
    ];
    let body = move || {
        let id = id.clone();
        if tab.with(|tab| tab == "orders") {
            view! { <Orders id=id/> }.into_any()
        } else {
            view! { <Story id=id/> }.into_any()
        }
    };
    let beside = move || {
        customer
            .value()
            .map(|one| view! { <Beside customer=one on_edit=move || is_editing.set(true)/> })
    };
    view! {
        <Head customer=customer is_editing=is_editing/>
        {move || customer.value().map(|one| view! { <Totals totals=one.totals/> })}
        <div class="cols cu-cols">
            <div class="cu-story">
                <Tabs label=t::customers::views value=tab choices=tabs/>
                {body}
            </div>
            {beside}
        </div>
        <EditSheet open=is_editing customer=customer/>
    }
}

#[component]
fn Head(customer: Load<CustomerView>, is_editing: RwSignal<bool>) -> impl IntoView {
    let title = move || {
        let one = customer.value();
        one.map_or_else(String::new, |one| {
            let name = logic::name(one.full_name.as_deref(), one.is_anonymous);
            if one.full_name.is_some() {
                t::customers::honoured(name)
            } else {
                name
            }
        })
    };
    let meta = move || {
        customer.value().map(|one| {
            let (first, last) = (
                format::millis(&one.first_seen_at),
                format::millis(&one.last_seen_at),
            );
            let number = one
                .external_id
                .map(|number| view! { <span>{t::customers::number_is(number)}</span> });
            view! {
                <p class="cu-meta">
                    {number} <span>{t::customers::since(format::date(first))}</span>
                    <span>{t::customers::last_seen_at(format::elapsed(last, zone::now()))}</span>
                </p>
            }
        })
    };
    let edit = move || {
        session::may("profiles:write").then(
            || view! { <Button icon=Icon::Pencil label=t::common::edit on_press=move || is_editing.set(true)/> },
        )
    };
    view! {
        <div class="cu-head">
            <PageHeader title=title>{edit}</PageHeader>
            {meta}
        </div>
    }
}

#[component]
fn Totals(totals: TotalsView) -> impl IntoView {
    let (amount, n_orders) = (totals.amount, totals.n_orders);
    let last = totals.last_order_at.as_deref().map(format::millis);
    let first = totals.first_order_at.as_deref().map(format::millis);
    let none = || Figure {
        digits: "–".to_owned(),
        unit: String::new(),
    };
    let spent = Signal::derive(move || Some(format::money_short(amount, &session::currency())));
    let orders = Signal::derive(move || {
        Some(Figure {
            digits: format::integer(n_orders),
            unit: t::customers::times().to_owned(),
        })
    });
    let each = Signal::derive(move || {
        Some(if n_orders > 0 {
            format::money_short(amount / n_orders, &session::currency())
        } else {
            none()
        })
    });
    let when = Signal::derive(move || {
        Some(last.map_or_else(none, |at| Figure {
            digits: format::date(at),
            unit: String::new(),
        }))
    });
    view! {
        <Stats>
            <Stat label=t::customers::spent figure=spent exact=move || format::money(amount, &session::currency()) definition=t::customers::spent_definition>
                {move || first.map(|at| t::customers::since(format::date(at)))}
            </Stat>
            <Stat label=t::customers::n_orders figure=orders/>
            <Stat label=t::customers::per_order figure=each/>
            <Stat label=t::customers::last_order figure=when>
                {move || last.map(|at| format::elapsed(at, zone::now()))}
            </Stat>
        </Stats>
    }
}
