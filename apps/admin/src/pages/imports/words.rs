//! The words for kinds, states and fields.

use api_types::imports::ImportView;
use leptos::prelude::*;

use crate::{
    i18n as t,
    ui::{Icon, Status, Tone},
};

/// The kinds of files.
pub(super) const KINDS: [&str; 3] = ["customers", "orders", "products"];

/// Returns what a file holds.
pub(super) fn kind(name: &str) -> String {
    match name {
        "customers" => t::imports::customers(),
        "orders" => t::imports::orders(),
        "products" => t::imports::products(),
        other => other,
    }
    .to_owned()
}

/// A message of the catalogue.
type Word = fn() -> &'static str;

/// Draws the state of an import.
pub(super) fn state(import: &ImportView) -> AnyView {
    let (tone, icon, label, help): (_, _, Word, Word) = match import.state.as_str() {
        "uploaded" => (
            Tone::Neutral,
            Icon::Pencil,
            t::imports::state_uploaded,
            t::imports::state_uploaded_about,
        ),
        "running" => (
            Tone::Act,
            Icon::Play,
            t::imports::state_running,
            t::imports::state_running_about,
        ),
        "paused" => (
            Tone::Warn,
            Icon::CirclePause,
            t::imports::state_paused,
            t::imports::state_paused_about,
        ),
        "done" => (
            Tone::Good,
            Icon::CircleCheck,
            t::imports::state_done,
            t::imports::state_done_about,
        ),
        "cancelled" => (
            Tone::Neutral,
            Icon::CircleStop,
            t::imports::state_cancelled,
            t::imports::state_cancelled_about,
        ),
        _ => (
            Tone::Danger,
            Icon::CircleAlert,
            t::imports::state_failed,
            t::imports::state_failed_about,
        ),
    };
    view! { <Status tone=tone icon=icon label=label help=help/> }.into_any()
}

/// Returns why an import failed, in a sentence.
pub(super) fn failure(code: &str) -> &'static str {
    match code {
        "all_refused" => t::imports::failed_all_refused(),
        "file_gone" => t::imports::failed_file_gone(),
        _ => t::imports::failed_internal(),
    }
}

/// Returns what a column may be taken as, in files of a kind.
pub(super) fn fields(kind: &str) -> &'static [&'static str] {
    match kind {
        "customers" => &[
            "external_id",
            "email",
            "phone",
            "full_name",
            "family_name",
            "given_name",
            "locale",
            "time_zone",
            "email_consent",
            "attribute",
        ],
        "orders" => &[
            "external_id",
            "email",
            "order_no",
            "line_no",
            "occurred_at",
            "sku",
            "product_name",
            "category",
            "quantity",
            "amount",
            "unit_price",
            "currency",
        ],
        _ => &[
            "sku",
            "product_name",
            "category",
            "unit_price",
            "currency",
            "image_url",
            "url",
            "stock",
            "active",
            "attribute",
        ],
    }
}

/// Returns a field's word.
pub(super) fn field(name: &str) -> String {
    match name {
        "external_id" => t::imports::field_external_id(),
        "email" => t::imports::field_email(),
        "phone" => t::imports::field_phone(),
        "full_name" => t::imports::field_full_name(),
        "family_name" => t::imports::field_family_name(),
        "given_name" => t::imports::field_given_name(),
        "locale" => t::imports::field_locale(),
        "time_zone" => t::imports::field_time_zone(),
        "email_consent" => t::imports::field_email_consent(),
        "attribute" => t::imports::field_attribute(),
        "order_no" => t::imports::field_order_no(),
        "line_no" => t::imports::field_line_no(),
        "occurred_at" | "at" => t::imports::field_occurred_at(),
        "sku" => t::imports::field_sku(),
        "product_name" | "name" => t::imports::field_product_name(),
        "category" => t::imports::field_category(),
        "quantity" => t::imports::field_quantity(),
        "amount" => t::imports::field_amount(),
        "unit_price" | "price" => t::imports::field_unit_price(),
        "currency" => t::imports::field_currency(),
        "image_url" => t::imports::field_image_url(),
        "url" => t::imports::field_url(),
        "stock" => t::imports::field_stock(),
        "active" | "is_active" => t::imports::field_active(),
        "attributes" => t::imports::attributes(),
        "consents" => t::imports::consents(),
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_every_kind_has_a_word() {
        for name in KINDS {
            assert!(fields(name).iter().all(|own| field(own) != *own), "{name}");
        }
    }
}
