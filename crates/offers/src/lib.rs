#![doc = include_str!("../README.md")]

mod blocks;
mod catalogue;
mod product;
mod store;

pub use blocks::{Blocks, LastOrder, OrderItem, Popular, ProductCard};
pub use catalogue::ProductCatalogue;
pub use product::{Product, ProductDraft};
pub use store::{ProductError, ProductFilter, ProductStore};
