#![doc = include_str!("../README.md")]

mod compile;
mod data;
mod document;
mod escape;
mod footer;
mod gallery;
mod lift;
pub mod line;
mod link;
mod lint;
mod liquid;
mod mark;
mod mjml;
mod problem;
pub mod push;
mod render;
mod spam;
pub mod store;
mod text;

pub use compile::{CompiledEmail, Footer};
pub use data::{Data, Shared};
pub use document::{DOCUMENT_VERSION, EmailDocument, EmailVariant, MAX_SOURCE_BYTES};
pub use footer::{ensure_footer, ensure_footer_text};
pub use gallery::{Bilingual, KNOWN_VARIABLES, Starter, gallery, sample_data};
pub(crate) use link::UrlUse;
pub use link::{LinkKind, LinkRef};
pub use lint::{
    AttributeUse, CLIPPED_BYTES, Finding, LintOptions, Sensitive, Severity, attributes_used, lint,
};
pub use liquid::{FILTERS, MAX_DEPTH, MAX_ITERATIONS, MAX_OUTPUT_BYTES};
pub use problem::{CompileError, Position, Problem, RenderError};
pub use render::{FooterCheck, Message, MissingVariable, RenderOptions, Rendered};
pub use spam::{
    Hit as SpamHit, LIMIT as SPAM_LIMIT, SpamReport, Standing as SpamStanding, spam_report,
};
