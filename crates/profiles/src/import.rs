//! CSV import: customers, products and orders out of files as people really have them.
//!
//! The road of a file: [`inspect`] looks at it and guesses a [`Mapping`]; [`preview`] shows what the first
//! rows would become; [`ImportJob`] takes it in chunks, each one transaction that also moves the
//! checkpoint, so that a crash neither loses nor doubles a row. Rows that cannot be taken are kept aside
//! with the reason. See `docs/import.md`.

mod convert;
mod date;
mod encoding;
mod inspect;
mod job;
mod mapping;
mod preview;
mod quarantine;
mod record;
mod refusal;
mod row;
mod source;
pub mod store;
mod synonym;
mod value;

pub use encoding::TextEncoding;
pub use inspect::{Defaults, Inspection, Warning, inspect};
pub use job::{ImportJob, JOB_KIND};
pub use mapping::{
    ColumnMapping, ConsentDefault, DateOrder, Field, ImportKind, MAPPING_VERSION, Mapping,
};
pub use preview::{PreviewRow, preview};
pub use quarantine::{Quarantined, list_refused, write_refused_csv};
pub use record::{Record, RecordReader};
pub use refusal::Refusal;
pub use row::{MappedRow, ProductRow};
pub use source::{SourceOptions, normalise_upload};
pub use store::{Import, ImportError, ImportState, NewImport, Start};
pub(crate) use synonym::field_of;
pub use value::is_web_address;
