//! The parts every page is made of. `/gallery` shows each in every state.
//!
//! Texts are `TextProp`: a message function (`t::common::save`), a string or a closure. Styles are role classes of
//! `style/components.css`; a `style="…"` attribute is refused by the content security policy, `style:name=` is not.

pub mod badge;
pub mod bulk;
pub mod button;
pub mod chart_card;
pub mod choice;
pub mod code_area;
pub mod dialog;
pub mod empty;
pub mod field;
pub mod file_drop;
pub mod float;
pub mod form_error;
pub mod icon;
pub mod id;
pub mod list_query;
pub mod menu;
pub mod page_header;
pub mod pager;
pub mod palette;
pub mod preview_frame;
pub mod progress;
pub mod select;
pub mod selection;
pub mod skeleton;
pub mod stat;
pub mod table;
pub mod tabs;
pub mod thread;
pub mod toast;
pub mod tooltip;

pub use badge::{Badge, Note, Status, Tone};
pub use bulk::BulkBar;
pub use button::{Button, ButtonKind, ButtonLink, ButtonSize, IconButton};
pub use chart_card::{ChartCard, ChartState, ChartTable};
pub use choice::{Checkbox, RadioGroup, Switch};
pub use code_area::{CodeArea, CodeError};
pub use dialog::{Confirm, ConfirmByTyping, Dialog, Sheet};
pub use empty::{EmptyFiltered, EmptyState, InlineError};
pub use field::{DateField, FieldKind, NumberField, SearchField, TextArea, TextField};
pub use file_drop::FileDrop;
pub use form_error::FormError;
pub use icon::{Icon, Knot};
pub use list_query::{ListQuery, use_list_query};
pub use menu::{Menu, MenuItem, MenuLine};
pub use page_header::{PageHeader, Section};
pub use pager::Pager;
pub use preview_frame::{Device, PreviewFrame};
pub use progress::{CountBar, Progress, ThreadBar, ThreadPhase};
pub use select::{Choice, SelectField};
pub use selection::Selection;
pub use skeleton::Skeleton;
pub use stat::{Better, Change, FigureView, Stat, Stats};
pub use table::{Column, DataTable, Phone};
pub use tabs::{Segmented, Tabs};
pub use thread::{Answer, FiveCards, Timeline, TimelineDay, TimelineGap, TimelineItem, Voice};
pub use toast::ToastRegion;
pub use tooltip::{Definition, Tooltip};

use leptos::text_prop::TextProp;

/// Draws a text prop as a reactive child.
pub fn text(prop: TextProp) -> impl Fn() -> String + Clone + Send + Sync + 'static {
    move || prop.get().into_owned()
}
