//! What is offered: nothing, something in words, products, a coupon.
#![expect(
    clippy::too_many_lines,
    reason = "a view is easier to follow whole than in pieces"
)]

use api_types::campaigns::Offer;
use leptos::prelude::*;

use crate::{
    api::{load, segments},
    format, i18n as t,
    pages::campaigns::draft::Draft,
    ui::{Choice, DateField, RadioGroup, SelectField, TextField, field::DateKind},
};

/// What stands in the fields, whichever kind is chosen.
#[derive(Clone, Debug, Default, PartialEq)]
struct Fields {
    kind: String,
    label: String,
    block: String,
    category: String,
    code: String,
    until: String,
}

fn fields(offer: Option<Offer>) -> Fields {
    let empty = Fields {
        block: "popular".to_owned(),
        ..Fields::default()
    };
    match offer {
        None => empty,
        Some(Offer::None {}) => Fields {
            kind: "none".to_owned(),
            ..empty
        },
        Some(Offer::Free { label }) => Fields {
            kind: "free".to_owned(),
            label,
            ..empty
        },
        Some(Offer::Products {
            label,
            block,
            category,
        }) => Fields {
            kind: "products".to_owned(),
            label,
            block,
            category: category.unwrap_or_default(),
            ..empty
        },
        Some(Offer::Coupon {
            label,
            code,
            expires_at,
        }) => {
            let local = |at: String| {
                format::zone::local(format::millis(&at))
                    .format("%Y-%m-%dT%H:%M")
                    .to_string()
            };
            Fields {
                kind: "coupon".to_owned(),
                label,
                code,
                until: expires_at.map(local).unwrap_or_default(),
                ..empty
            }
        }
    }
}

/// Returns the offer, or nothing while a needed field is empty.
fn offer(fields: Fields) -> Option<Offer> {
    let label = fields.label.trim().to_owned();
    match fields.kind.as_str() {
        "none" => Some(Offer::None {}),
        "free" if !label.is_empty() => Some(Offer::Free { label }),
        "products" if !label.is_empty() => Some(Offer::Products {
            label,
            // An order is shown whole.
            category: (fields.block == "popular" && !fields.category.is_empty())
                .then_some(fields.category),
            block: fields.block,
        }),
        "coupon" if !label.is_empty() && !fields.code.trim().is_empty() => {
            let code = fields.code.trim().to_owned();
            Some(Offer::Coupon {
                label,
                code,
                expires_at: format::zone::typed_instant(&fields.until),
            })
        }
        _ => None,
    }
}

#[component]
pub(super) fn OfferSheet(draft: Draft) -> impl IntoView {
    let start = fields(draft.read_now(|document| document.offer.clone()));
    let kind = RwSignal::new(start.kind.clone());
    let label = RwSignal::new(start.label.clone());
    let block = RwSignal::new(start.block.clone());
    let category = RwSignal::new(start.category.clone());
    let code = RwSignal::new(start.code.clone());
    let until = RwSignal::new(start.until.clone());
    Effect::new(move |before: Option<Fields>| {
        let now = Fields {
            kind: kind.get(),
            label: label.get(),
            block: block.get(),
            category: category.get(),
            code: code.get(),
            until: until.get(),
        };
        if before.is_some_and(|before| before != now) {
            let offer = offer(now.clone());
            draft.change(|document| document.offer = offer);
        }
        now
    });
    let kinds = vec![
        Choice::new("none", t::campaigns::offer_none),
        Choice::new("free", t::campaigns::offer_free),
        Choice::new("products", t::campaigns::offer_products),
        Choice::new("coupon", t::campaigns::offer_coupon),
    ];
    let blocks = Signal::derive(|| {
        vec![
            Choice::new("popular", t::campaigns::block_popular),
            Choice::new("last_order", t::campaigns::block_last_order),
        ]
    });
    let label_needed = Signal::derive(move || {
        let is_missing = !matches!(kind.get().as_str(), "" | "none")
            && label.with(|label| label.trim().is_empty());
        is_missing.then(|| t::campaigns::needed().to_owned())
    });
    let code_needed = Signal::derive(move || {
        (kind.get() == "coupon" && code.with(|code| code.trim().is_empty()))
            .then(|| t::campaigns::needed().to_owned())
    });
    let rest = move || {
        match kind.get().as_str() {
        "free" => view! { <TextField label=t::campaigns::offer_label value=label error=label_needed/> }.into_any(),
        "products" => view! {
            <TextField label=t::campaigns::offer_label value=label error=label_needed/>
            <SelectField label=t::campaigns::products_from value=block choices=blocks hint=t::campaigns::block_hint/>
            {move || (block.get() == "popular").then(|| view! { <Categories category=category/> })}
        }
        .into_any(),
        "coupon" => view! {
            <TextField label=t::campaigns::offer_label value=label error=label_needed/>
            <TextField label=t::campaigns::coupon_code value=code error=code_needed/>
            <DateField label=t::campaigns::coupon_until value=until kind=DateKind::DateTime hint=move || t::campaigns::zone_hint(format::zone::zone())/>
        }
        .into_any(),
        _ => ().into_any(),
    }
    };
    view! {
        <RadioGroup label=t::campaigns::offer_asks value=kind choices=kinds/>
        {rest}
    }
}

/// Which part of the catalogue the products come from.
#[component]
fn Categories(category: RwSignal<String>) -> impl IntoView {
    let vocabulary = load(
        || (),
        |(), signal| async move { segments::vocabulary(Some(&signal)).await },
    );
    let choices = Signal::derive(move || {
        let mut paths = vocabulary.value().unwrap_or_default().categories;
        let chosen = category.get();
        if !chosen.is_empty() && !paths.contains(&chosen) {
            // Named by a script, or gone from the catalogue since: still what is saved.
            paths.insert(0, chosen);
        }
        let all = Choice::new(String::new(), t::campaigns::category_all);
        let one = |path: String| Choice::new(path.clone(), path);
        std::iter::once(all)
            .chain(paths.into_iter().map(one))
            .collect::<Vec<_>>()
    });
    view! { <SelectField label=t::campaigns::category value=category choices=choices hint=t::campaigns::category_hint/> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_reads_back_from_its_fields_and_half_of_one_is_none() {
        let offers = [
            Offer::None {},
            Offer::Free {
                label: "送料無料".to_owned(),
            },
            Offer::Products {
                label: "人気の品".to_owned(),
                block: "last_order".to_owned(),
                category: None,
            },
            Offer::Products {
                label: "人気のお茶".to_owned(),
                block: "popular".to_owned(),
                category: Some("飲料 > お茶".to_owned()),
            },
            Offer::Coupon {
                label: "80円引き".to_owned(),
                code: "SUMMER".to_owned(),
                expires_at: None,
            },
        ];
        for one in offers {
            assert_eq!(offer(fields(Some(one.clone()))), Some(one));
        }
        let half = Fields {
            kind: "coupon".to_owned(),
            label: "80円引き".to_owned(),
            ..Fields::default()
        };
        assert_eq!(offer(half), None);
        assert_eq!(offer(fields(None)), None);
    }
}
