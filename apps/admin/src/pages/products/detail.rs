//! One product.

use api_types::products::ProductView;
use leptos::prelude::*;

use super::{form::ProductForm, list, picture::Picture};
use crate::{
    api::{Load, Loaded, load, products},
    app::bar::use_crumb,
    format::{self, Figure},
    i18n as t,
    routes::Route,
    state::session,
    ui::{ButtonLink, EmptyState, Icon, InlineError, PageHeader, Section, Skeleton, Stat, Stats},
};

/// One product.
#[component]
pub fn ProductPage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let product = load(
        move || id.clone(),
        |id, signal| async move { products::get(&id, &signal).await },
    );
    let name = move || product.value().map(|own| own.name).unwrap_or_default();
    use_crumb(name);
    let shape = Memo::new(move |_| {
        product.with(|state| match state {
            Loaded::Loading => 0,
            Loaded::Ready(_) => 1,
            Loaded::Failed(error) if error.is_not_found() => 2,
            Loaded::Failed(_) => 3,
        })
    });
    move || match shape.get() {
        0 => view! { <Skeleton lines=8/> }.into_any(),
        1 => view! { <Opened product=product/> }.into_any(),
        2 => view! {
            <PageHeader title=t::products::title/>
            <EmptyState title=t::products::gone_title body=t::products::gone_body>
                <ButtonLink to=Route::Products label=t::products::to_list/>
            </EmptyState>
        }
        .into_any(),
        _ => product
            .error()
            .map(|error| view! { <InlineError error=error on_retry=move || product.reload()/> })
            .into_any(),
    }
}

#[component]
fn Opened(product: Load<ProductView>) -> impl IntoView {
    let title = move || product.value().map(|own| own.name).unwrap_or_default();
    let picture = Signal::derive(move || product.value().and_then(|own| own.image_url));
    let meta = move || {
        product.value().map(|own| {
            let at = format::millis(&own.updated_at);
            let shop = own.url.map(|url| {
                view! { <a href=url target="_blank" rel="noopener noreferrer external">{t::products::in_shop} " " {Icon::ExternalLink.small()}</a> }
            });
            view! {
                <p class="cu-meta">
                    <span>{own.sku}</span> <span>{own.category}</span> {list::state(own.is_active)}
                    <span>{move || t::products::changed(format::date_time(at))}</span> {shop}
                </p>
            }
        })
    };
    let figure = move |read: fn(&ProductView) -> Figure| {
        Signal::derive(move || product.value().map(|own| read(&own)))
    };
    let on_saved = Callback::from(move |saved: ProductView| product.set(saved));
    let present = untrack(move || product.value());
    view! {
        <div class="cu-head">
            <PageHeader title=title/>
            {meta}
        </div>
        <div class="cols pd-cols">
            <div>
                <Picture address=picture large=true/>
                <Stats>
                    <Stat label=t::products::price figure=figure(price)/>
                    <Stat label=t::products::stock figure=figure(stock)/>
                </Stats>
            </div>
            <Section title=t::products::facts><ProductForm present=present on_saved=on_saved/></Section>
        </div>
    }
}

fn price(product: &ProductView) -> Figure {
    let currency = product.currency.clone().unwrap_or_else(session::currency);
    Figure {
        digits: product
            .price
            .map_or_else(|| "–".to_owned(), |price| format::money(price, &currency)),
        unit: String::new(),
    }
}

fn stock(product: &ProductView) -> Figure {
    Figure {
        digits: product
            .stock
            .map_or_else(|| "–".to_owned(), format::integer),
        unit: product
            .stock
            .map_or_else(String::new, |_| t::products::pieces().to_owned()),
    }
}
