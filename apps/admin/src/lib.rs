#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(target_arch = "wasm32"),
    expect(
        clippy::large_enum_variant,
        clippy::large_types_passed_by_value,
        clippy::result_large_err,
        reason = "sizes are judged where it runs, in the browser, where a pointer has half the width"
    )
)]

pub mod api;
pub mod app;
pub mod charts;
pub mod format;
pub mod i18n;
pub mod pages;
pub mod routes;
pub mod state;
pub mod ui;
