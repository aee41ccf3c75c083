//! A product, and what a user may say about one.

use kernel::{
    id::ProductId,
    invalid::{FieldError, Invalid},
    money::Currency,
    time::Millis,
};
use profiles::{bulk::clean_category, import::is_web_address, search};
use serde_json::{Map, Value as Json};

const MAX_NAME: usize = 500;
const MAX_SKU: usize = 255;

/// A product as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Its id, which is also the number by which events name it.
    pub id: ProductId,
    /// Product code, unique in the workspace.
    pub sku: String,
    /// Name.
    pub name: String,
    /// Category path, `A > B > C`.
    pub category: Option<String>,
    /// Price in minor units.
    pub price: Option<i64>,
    /// Currency of the price.
    pub currency: Option<Currency>,
    /// Address of a picture.
    pub image_url: Option<String>,
    /// Address of the product page.
    pub url: Option<String>,
    /// How many are in stock; `None` when stock is not counted.
    pub stock: Option<i64>,
    /// Whether it is on sale.
    pub is_active: bool,
    /// Further attributes.
    pub attributes: Map<String, Json>,
    /// When it was first known.
    pub created_at: Millis,
    /// When it last changed.
    pub updated_at: Millis,
    /// Counts changes, so that nobody overwrites what they have not seen.
    pub version: i64,
}

impl Product {
    /// Tells whether it may be offered: on sale and not sold out.
    pub fn is_available(&self) -> bool {
        self.is_active && self.stock.is_none_or(|stock| stock > 0)
    }

    pub(crate) fn search_text(&self) -> String {
        search::fold_all([
            Some(self.name.as_str()),
            Some(self.sku.as_str()),
            self.category.as_deref(),
        ])
    }
}

/// What a user says a product is.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductDraft {
    /// Product code.
    pub sku: String,
    /// Name.
    pub name: String,
    /// Category path.
    pub category: Option<String>,
    /// Price in minor units.
    pub price: Option<i64>,
    /// Currency of the price.
    pub currency: Option<Currency>,
    /// Address of a picture.
    pub image_url: Option<String>,
    /// Address of the product page.
    pub url: Option<String>,
    /// How many are in stock.
    pub stock: Option<i64>,
    /// Whether it is on sale.
    pub is_active: bool,
    /// Further attributes.
    pub attributes: Map<String, Json>,
}

impl ProductDraft {
    /// Brings the draft into its stored form or names every field that is wrong.
    pub fn checked(mut self) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        self.sku = String::from(self.sku.trim());
        self.name = String::from(self.name.trim());
        self.category = self.category.as_deref().and_then(clean_category);
        self.check_names(&mut invalid);
        self.check_addresses(&mut invalid);
        self.check_numbers(&mut invalid);
        invalid.into_result().map(|()| self)
    }

    fn check_names(&self, invalid: &mut Invalid) {
        for (pointer, text, max) in [
            ("/sku", &self.sku, MAX_SKU),
            ("/name", &self.name, MAX_NAME),
        ] {
            if text.is_empty() {
                invalid.push(FieldError::new(
                    pointer,
                    "required",
                    "is required",
                    "入力してください",
                ));
            } else if text.chars().count() > max || text.chars().any(char::is_control) {
                invalid.push(FieldError::new(
                    pointer,
                    "too_long",
                    "is too long",
                    "長すぎます",
                ));
            }
        }
    }

    fn check_addresses(&mut self, invalid: &mut Invalid) {
        for (pointer, url) in [("/image_url", &mut self.image_url), ("/url", &mut self.url)] {
            *url = url
                .take()
                .map(|url| url.trim().to_owned())
                .filter(|url| !url.is_empty());
            if url.as_deref().is_some_and(|url| !is_web_address(url)) {
                invalid.push(FieldError::new(
                    pointer,
                    "url",
                    "must be an http or https address",
                    "http または https のURLを入力してください",
                ));
            }
        }
    }

    fn check_numbers(&self, invalid: &mut Invalid) {
        if self.price.is_some_and(|price| price < 0) {
            invalid.push(FieldError::new(
                "/price",
                "negative",
                "must not be negative",
                "0以上で入力してください",
            ));
        }
        if self.price.is_some() && self.currency.is_none() {
            invalid.push(FieldError::new(
                "/currency",
                "required",
                "a price needs a currency",
                "価格には通貨が必要です",
            ));
        }
        if self.stock.is_some_and(|stock| stock < 0) {
            invalid.push(FieldError::new(
                "/stock",
                "negative",
                "must not be negative",
                "0以上で入力してください",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let draft = ProductDraft {
            sku: " ".to_owned(),
            name: "緑茶".to_owned(),
            category: Some("飲料>お茶".to_owned()),
            price: Some(-1),
            currency: None,
            image_url: Some("javascript:alert(1)".to_owned()),
            url: Some("https://user@evil.example/".to_owned()),
            stock: None,
            is_active: true,
            attributes: Map::new(),
        };
        let pointers: Vec<String> = draft
            .clone()
            .checked()
            .unwrap_err()
            .0
            .into_iter()
            .map(|error| error.pointer)
            .collect();
        assert_eq!(
            pointers,
            ["/sku", "/image_url", "/url", "/price", "/currency"]
        );
        let good = ProductDraft {
            sku: "a".to_owned(),
            price: None,
            image_url: None,
            url: None,
            ..draft
        };
        assert_eq!(
            good.checked().unwrap().category.as_deref(),
            Some("飲料 > お茶")
        );
    }
}
