#![doc = include_str!("../README.md")]

pub mod api;
pub mod app;
pub mod charts;
pub mod format;
pub mod i18n;
pub mod pages;
pub mod routes;
pub mod state;
pub mod ui;
