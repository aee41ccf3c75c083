//! Something read page by page, each below the one before.

use std::future::Future;

use leptos::prelude::*;

use crate::{
    api::{ApiError, Load, Page, Submit},
    i18n as t,
    ui::{Button, FormError, Icon},
};

/// The first page and what was read after it; `Copy`.
pub(super) struct Feed<T: Send + Sync + 'static> {
    pub(super) first: Load<Page<T>>,
    older: RwSignal<Vec<T>>,
    /// Where the next older page begins; the outer `None` while only the first is read.
    #[expect(
        clippy::option_option,
        reason = "read no further, at the end, or a place to go on"
    )]
    rest: RwSignal<Option<Option<String>>>,
    submit: Submit,
}

impl<T: Send + Sync + 'static> Clone for Feed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Feed<T> {}

impl<T: Clone + Send + Sync + 'static> Feed<T> {
    pub(super) fn new(first: Load<Page<T>>) -> Self {
        Self {
            first,
            older: RwSignal::new(Vec::new()),
            rest: RwSignal::new(None),
            submit: Submit::default(),
        }
    }

    /// Returns everything read so far; reactive.
    pub(super) fn items(self) -> Vec<T> {
        let mut items = self.first.value().unwrap_or_default().items;
        self.older.with(|older| items.extend_from_slice(older));
        items
    }

    /// Whether only the first page was read, so that it can be read again without a gap; reactive.
    pub(super) fn is_at_top(self) -> bool {
        self.rest.with(Option::is_none)
    }

    fn next(self) -> Option<String> {
        match self.rest.get() {
            Some(rest) => rest,
            None => self.first.value().and_then(|page| page.next),
        }
    }
}

/// The button under a feed, while there is more.
pub(super) fn more<T, Fut>(
    feed: Feed<T>,
    read: impl Fn(String) -> Fut + Clone + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Page<T>, ApiError>> + 'static,
{
    let button = move || {
        let (after, read) = (feed.next()?, read.clone());
        let go_on = move || {
            feed.submit.run(read(after.clone()), move |page: Page<T>| {
                feed.older.update(|older| older.extend(page.items));
                feed.rest.set(Some(page.next));
            });
        };
        Some(
            view! { <Button icon=Icon::ChevronDown label=t::customers::older busy=feed.submit.busy() on_press=go_on/> },
        )
    };
    view! {
        <FormError submit=feed.submit/>
        <div class="cu-more">{button}</div>
    }
    .into_any()
}
