//! Rich menus: what is drawn, what LINE holds of it, who is to see which, and who was told.
//!
//! LINE's menus are never changed. A [`Menu`] here is a draft; each time it is published it becomes a [`Publication`],
//! another menu at LINE, which takes the place of the one before. [`plan`] says who sees which, [`standing`] holds for each
//! friend what she is to see and what LINE was told; where the two differ there is something to do. Who speaks to LINE is
//! the server's business.

pub mod batch;
mod document;
mod lease;
mod menus;
mod picture;
pub mod plan;
pub mod publication;
pub mod standing;
pub mod tap;

pub use document::{Action, Area, Document, MOST_AREAS, Whole, alias, compose};
pub use lease::{Lease, Progress, Told};
pub use menus::{Menu, Wish, archive, change, find, insert, list};
pub use picture::{Kind as PictureKind, MAX_BYTES, Picture, PictureError, keep, picture};
pub use publication::{Publication, Step};
