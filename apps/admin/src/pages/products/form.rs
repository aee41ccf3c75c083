//! A product's fields.

use api_types::products::{ProductView, WriteProduct};
use leptos::{ev, prelude::*};

use super::{logic, picture::Picture};
use crate::{
    api::{ApiError, Submit, products},
    i18n as t,
    state::{session, toast::use_toasts},
    ui::{Button, ButtonKind, FieldKind, FormError, Note, NumberField, Switch, TextField, Tone},
};

/// What is typed.
#[derive(Clone, Copy)]
struct Typed {
    sku: RwSignal<String>,
    name: RwSignal<String>,
    category: RwSignal<String>,
    price: RwSignal<String>,
    currency: RwSignal<String>,
    image_url: RwSignal<String>,
    url: RwSignal<String>,
    stock: RwSignal<Option<i64>>,
    is_active: RwSignal<bool>,
}

impl Typed {
    fn new(present: Option<&ProductView>) -> Self {
        let text = |read: fn(&ProductView) -> Option<String>| {
            RwSignal::new(present.and_then(read).unwrap_or_default())
        };
        let currency = present
            .and_then(|product| product.currency.clone())
            .unwrap_or_else(session::currency);
        Self {
            sku: text(|product| Some(product.sku.clone())),
            name: text(|product| Some(product.name.clone())),
            category: text(|product| product.category.clone()),
            price: RwSignal::new(logic::typed(
                present.and_then(|product| product.price),
                &currency,
            )),
            currency: RwSignal::new(currency),
            image_url: text(|product| product.image_url.clone()),
            url: text(|product| product.url.clone()),
            stock: RwSignal::new(present.and_then(|product| product.stock)),
            is_active: RwSignal::new(present.is_none_or(|product| product.is_active)),
        }
    }

    /// Returns the product as typed; `None` where the price is none.
    fn read(self, version: Option<i64>) -> Option<WriteProduct> {
        let filled = |text: RwSignal<String>| {
            let text = text.get_untracked().trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let currency = self.currency.get_untracked().trim().to_uppercase();
        let price = logic::price(&self.price.get_untracked(), &currency).ok()?;
        Some(WriteProduct {
            version,
            sku: self.sku.get_untracked().trim().to_owned(),
            name: self.name.get_untracked().trim().to_owned(),
            category: filled(self.category),
            price,
            currency: price.map(|_| currency),
            image_url: filled(self.image_url),
            url: filled(self.url),
            stock: self.stock.get_untracked(),
            is_active: self.is_active.get_untracked(),
            attributes: serde_json::Map::new(),
        })
    }
}

/// The form of a new or present product.
#[component]
pub(super) fn ProductForm(
    /// The one that is changed.
    present: Option<ProductView>,
    /// Called with what was saved.
    on_saved: Callback<(ProductView,)>,
) -> impl IntoView {
    let typed = Typed::new(present.as_ref());
    let (submit, toasts, bad_price) = (Submit::default(), use_toasts(), RwSignal::new(false));
    let version = RwSignal::new(present.as_ref().map(|product| product.version));
    let is_new = present.is_none();
    let present = StoredValue::new(present);
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(mut product) = typed.read(version.get_untracked()) else {
            return bad_price.set(true);
        };
        bad_price.set(false);
        let id = present.with_value(|own| own.as_ref().map(|own| own.id.clone()));
        if let Some(attributes) =
            present.with_value(|own| own.as_ref().map(|own| own.attributes.clone()))
        {
            product.attributes = attributes;
        }
        submit.run(
            async move { products::write(id.as_deref(), &product).await },
            move |saved| {
                version.set(Some(saved.version));
                toasts.say(t::common::saved());
                on_saved.run((saved,));
            },
        );
    };
    let price_error = Signal::derive(move || {
        let own = bad_price.get().then(|| t::products::bad_price().to_owned());
        own.or_else(|| submit.field("/price").get())
    });
    let is_closed = Signal::derive(|| !session::may("contents:write"));
    let fixed_sku = Signal::derive(move || !is_new || is_closed.get());
    let picture = Signal::derive(move || Some(typed.image_url.get()));
    view! {
        <form class="form" on:submit=on_submit>
            <TextField label=t::products::name value=typed.name error=submit.field("/name") disabled=is_closed required=true/>
            <TextField label=t::products::sku value=typed.sku hint=t::products::sku_hint error=submit.field("/sku") disabled=fixed_sku required=true/>
            <TextField label=t::products::category value=typed.category hint=t::products::category_hint error=submit.field("/category") disabled=is_closed/>
            <div class="set-two">
                <TextField label=t::products::price value=typed.price error=price_error disabled=is_closed/>
                <TextField label=t::products::currency value=typed.currency error=submit.field("/currency") disabled=is_closed/>
            </div>
            <NumberField label=t::products::stock value=typed.stock hint=t::products::stock_hint error=submit.field("/stock") disabled=is_closed/>
            <div class="pd-image">
                <Picture address=picture/>
                <TextField label=t::products::image kind=FieldKind::Url value=typed.image_url error=submit.field("/image_url") disabled=is_closed/>
            </div>
            <TextField label=t::products::url kind=FieldKind::Url value=typed.url error=submit.field("/url") disabled=is_closed/>
            <div><Switch label=t::products::on_sale checked=typed.is_active on_change=move |is_on: bool| typed.is_active.set(is_on) disabled=is_closed/></div>
            <Conflict submit=submit present=present version=version/>
            {move || {
                submit
                    .error()
                    .is_some_and(|error| error.slug != "conflict")
                    .then(|| view! { <FormError submit=submit fields=&["/name", "/sku", "/category", "/price", "/currency", "/stock", "/image_url", "/url"]/> })
            }}
            <div><Button kind=ButtonKind::Primary label=t::common::save submit=true busy=submit.busy() disabled=is_closed/></div>
        </form>
    }
}

/// Somebody saved first: what is typed stays, and may be saved knowingly over the newer version.
#[component]
fn Conflict(
    submit: Submit,
    present: StoredValue<Option<ProductView>>,
    version: RwSignal<Option<i64>>,
) -> impl IntoView {
    let again = Submit::default();
    let take = move |_| {
        let (Some(id), Ok(controller)) = (
            present.with_value(|own| own.as_ref().map(|own| own.id.clone())),
            web_sys::AbortController::new(),
        ) else {
            return;
        };
        again.run(
            async move { products::get(&id, &controller.signal()).await },
            move |newest| {
                version.set(Some(newest.version));
                submit.forget();
            },
        );
    };
    move || {
        let is_conflict = |error: &ApiError| error.slug == "conflict";
        submit.error().filter(is_conflict).map(|_| {
            view! {
                <Note tone=Tone::Warn>
                    {t::products::conflict} " "
                    <button type="button" class="link" on:click=take>{t::products::overwrite}</button>
                </Note>
            }
        })
    }
}
