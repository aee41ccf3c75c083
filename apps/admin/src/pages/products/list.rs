//! The list of products.

use api_types::products::ProductView;
use leptos::prelude::*;

use super::{form::ProductForm, picture::Picture};
use crate::{
    api::{
        load,
        products::{self, Wanted},
    },
    app::bar::use_crumb,
    format, i18n as t,
    routes::{Route, use_go},
    state::session,
    ui::{
        Button, ButtonKind, ButtonLink, Choice, Column, DataTable, EmptyState, Icon, PageHeader,
        Phone, SearchField, Segmented, Sheet, Status, Tone, list_query::ListState, table::Row,
        use_list_query,
    },
};

const PAGE: usize = 50;

/// The catalogue.
#[component]
pub fn ProductList() -> impl IntoView {
    use_crumb(t::products::title);
    let list = use_list_query(&["category", "sale"]);
    let goods = load(
        move || {
            let query = list.get();
            Wanted {
                category: query.filter("category").to_owned(),
                sale: query.filter("sale").to_owned(),
                search: query.q,
                after: query.after,
            }
        },
        |wanted, signal| async move { products::list(&wanted, PAGE, &signal).await },
    );
    let is_adding = RwSignal::new(false);
    let go = use_go();
    let on_saved = Callback::from(move |product: ProductView| go(&Route::Product(product.id)));
    let acts = move || {
        session::may("contents:write").then(|| {
            view! {
                <ButtonLink to=Route::NewImport icon=Icon::Upload label=t::products::import_csv/>
                <Button kind=ButtonKind::Primary icon=Icon::Plus label=t::products::add on_press=move || is_adding.set(true)/>
            }
        })
    };
    let category = move || {
        let category = list.get().filter("category").to_owned();
        (!category.is_empty()).then(|| {
            view! {
                <button type="button" class="tok pd-tok" on:click=move |_| list.change(|query| query.filters.retain(|(name, _)| name != "category"))>
                    <span class="sr">{t::products::without}</span>
                    {category}
                    {Icon::X.small()}
                </button>
            }
        })
    };
    view! {
        <PageHeader title=t::products::title>{acts}</PageHeader>
        <div class="tools">
            <SearchField label=t::products::search value=list.search()/>
            <OnSale list=list/>
            {category}
        </div>
        <DataTable
            label=t::products::title
            columns=columns(list)
            load=goods
            row=Row::new(|product: &ProductView| product.id.clone()).opens(|product| Route::Product(product.id.clone()))
            list=list
            page_size=PAGE
            empty=|| view! { <EmptyState title=t::products::empty_title body=t::products::empty_body><ButtonLink to=Route::NewImport icon=Icon::Upload label=t::products::import_csv/></EmptyState> }
        />
        <Sheet open=is_adding title=t::products::add><ProductForm present=None on_saved=on_saved/></Sheet>
    }
}

#[component]
fn OnSale(list: ListState) -> impl IntoView {
    let sale = RwSignal::new(untrack(|| list.get().filter("sale").to_owned()));
    Effect::new(move |_| {
        let own = list.get().filter("sale").to_owned();
        if sale.get_untracked() != own {
            sale.set(own);
        }
    });
    Effect::new(move |_| {
        let chosen = sale.get();
        if untrack(|| list.get().filter("sale") != chosen) {
            list.change(|query| {
                query.filters.retain(|(name, _)| name != "sale");
                query.filters.push(("sale".to_owned(), chosen));
            });
        }
    });
    let choices = vec![
        Choice::new("", t::products::all),
        Choice::new("on", t::products::on_sale),
        Choice::new("off", t::products::off_sale),
    ];
    view! { <Segmented label=t::products::sale value=sale choices=choices/> }
}

fn columns(list: ListState) -> Vec<Column<ProductView>> {
    let name = |product: &ProductView| {
        view! {
            <span class="pd-name">
                <Picture address=Signal::stored(product.image_url.clone())/>
                <a class="nm" href=Route::Product(product.id.clone()).path()>{product.name.clone()}</a>
            </span>
        }
    };
    let sku = |product: &ProductView| product.sku.clone();
    let category = move |product: &ProductView| match product.category.clone() {
        None => view! { "–" }.into_any(),
        Some(category) => {
            let own = category.clone();
            let narrow = move |_| {
                list.change(|query| {
                    query.filters.retain(|(name, _)| name != "category");
                    query.filters.push(("category".to_owned(), own.clone()));
                });
            };
            view! { <button type="button" class="link" on:click=narrow>{category}</button> }
                .into_any()
        }
    };
    let price = |product: &ProductView| match (product.price, &product.currency) {
        (Some(price), Some(currency)) => format::money(price, currency),
        (Some(price), None) => format::money(price, &session::currency()),
        (None, _) => "–".to_owned(),
    };
    let stock = |product: &ProductView| {
        let stock = product.stock;
        match stock {
            Some(0) => view! { <Status tone=Tone::Warn icon=Icon::TriangleAlert label=t::products::sold_out/> }.into_any(),
            Some(stock) => format::integer(stock).into_any(),
            None => view! { <span class="ink-3">{t::products::uncounted}</span> }.into_any(),
        }
    };
    let state = |product: &ProductView| state(product.is_active);
    vec![
        Column::new(t::products::name, name).on_phone(Phone::Title),
        Column::new(t::products::sku, sku).on_phone(Phone::Hidden),
        Column::new(t::products::category, category),
        Column::new(t::products::price, price).number(),
        Column::new(t::products::stock, stock).number(),
        Column::new(t::products::sale, state),
    ]
}

/// Draws whether a product is on sale.
pub(super) fn state(is_active: bool) -> AnyView {
    if is_active {
        view! { <Status tone=Tone::Good icon=Icon::Check label=t::products::on_sale/> }.into_any()
    } else {
        view! { <Status tone=Tone::Neutral icon=Icon::Ban label=t::products::off_sale help=t::products::off_sale_about/> }
            .into_any()
    }
}
