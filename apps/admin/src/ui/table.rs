//! The table of every list: columns, keyset pager, sorting, ticked rows, and all its states.
//!
//! Keys: `J`/`K` move, `X` ticks, `Enter` opens. Under 760 px each row becomes a card.

mod body;
mod head;
mod keys;

use leptos::{prelude::*, text_prop::TextProp};

use crate::{
    api::{Load, Loaded, Page},
    routes::Route,
    ui::{EmptyFiltered, InlineError, Pager, Selection, list_query::ListState},
};

/// What a column does when rows become cards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phone {
    /// It heads the card.
    Title,
    /// It is a line of the card, with its column's name.
    #[default]
    Line,
    /// It stands in the card's upper corner: a menu.
    Corner,
    /// It is left out.
    Hidden,
}

type Cell<T> = std::sync::Arc<dyn Fn(&T) -> AnyView + Send + Sync>;

/// A column.
pub struct Column<T> {
    title: TextProp,
    cell: Cell<T>,
    is_number: bool,
    sort: Option<&'static str>,
    definition: Option<TextProp>,
    phone: Phone,
}

impl<T> Clone for Column<T> {
    fn clone(&self) -> Self {
        Self {
            title: self.title.clone(),
            cell: self.cell.clone(),
            is_number: self.is_number,
            sort: self.sort,
            definition: self.definition.clone(),
            phone: self.phone,
        }
    }
}

impl<T> Column<T> {
    /// Makes a column from its title and what a row shows in it.
    pub fn new<V: IntoView + 'static>(
        title: impl Into<TextProp>,
        cell: impl Fn(&T) -> V + Send + Sync + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            cell: std::sync::Arc::new(move |row| cell(row).into_any()),
            is_number: false,
            sort: None,
            definition: None,
            phone: Phone::default(),
        }
    }

    /// Sets it flush right.
    #[must_use]
    pub fn number(mut self) -> Self {
        self.is_number = true;
        self
    }

    /// Lets its head sort the list by this name of the API.
    #[must_use]
    pub fn sorted_by(mut self, name: &'static str) -> Self {
        self.sort = Some(name);
        self
    }

    /// Explains it in its head.
    #[must_use]
    pub fn defined(mut self, definition: impl Into<TextProp>) -> Self {
        self.definition = Some(definition.into());
        self
    }

    /// Says what becomes of it on a phone.
    #[must_use]
    pub fn on_phone(mut self, phone: Phone) -> Self {
        self.phone = phone;
        self
    }
}

/// How a row is told from the others and where it leads.
pub struct Row<T> {
    id: fn(&T) -> String,
    to: Option<fn(&T) -> Route>,
}

impl<T> Clone for Row<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Row<T> {}

impl<T> Row<T> {
    /// Rows told apart by an id.
    pub fn new(id: fn(&T) -> String) -> Self {
        Self { id, to: None }
    }

    /// Rows that open a page; the first column should be a link to the same place.
    #[must_use]
    pub fn opens(mut self, to: fn(&T) -> Route) -> Self {
        self.to = Some(to);
        self
    }
}

/// A list in full.
#[component]
pub fn DataTable<T>(
    /// What is listed; spoken.
    #[prop(into)]
    label: TextProp,
    /// The columns.
    columns: Vec<Column<T>>,
    /// The page of rows.
    load: Load<Page<T>>,
    /// What a row is.
    row: Row<T>,
    /// The list's address.
    list: ListState,
    /// How many rows a page has; as many skeleton rows are drawn.
    #[prop(default = 50)]
    page_size: usize,
    /// What is in view: `2,431人`.
    #[prop(optional, into)]
    note: TextProp,
    /// The ticked rows; without it there are no boxes.
    #[prop(optional, into)]
    selection: Option<Selection>,
    /// What is shown when nothing was made yet.
    #[prop(into)]
    empty: ViewFn,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let next =
        Signal::derive(move || load.with(|state| state.ready().and_then(|page| page.next.clone())));
    let shape = Memo::new(move |_| load.with(shape));
    let has_pages = Memo::new(move |_| next.with(Option::is_some) || !list.get().after.is_empty());
    let keys = keys::listen(load, row, selection);
    let pager = move |note: TextProp| {
        move || {
            has_pages
                .get()
                .then(|| view! { <Pager list=list next=next note=note.clone()/> })
        }
    };
    let content = move || match shape.get() {
        Shape::Failed => load
            .error()
            .map(|error| view! { <InlineError error=error on_retry=move || load.reload()/> })
            .into_any(),
        Shape::Empty if list.get().is_filtered() || !list.get().after.is_empty() => {
            view! { <EmptyFiltered on_clear=move || list.clear()/> }.into_any()
        }
        Shape::Empty => empty.run(),
        shape => {
            let rows = move || {
                load.with(|state| {
                    state
                        .ready()
                        .map(|page| page.items.clone())
                        .unwrap_or_default()
                })
            };
            let head = head::head(&columns, list, selection, move || {
                rows().iter().map(row.id).collect()
            });
            let body = if shape == Shape::Loading {
                body::skeleton(&columns, page_size.min(15), selection.is_some())
            } else {
                body::rows(columns.clone(), load, row, selection, keys)
            };
            view! {
                <div class="tbl-x">
                    <table class="tbl tbl-r" aria-label={ let label = label.clone(); move || label.get() } aria-busy=move || load.is_busy().then_some("true")>
                        {head}
                        {body}
                    </table>
                </div>
            }
            .into_any()
        }
    };
    view! {
        {pager(note)}
        {content}
        {pager(TextProp::default())}
    }
}

/// Returns how many rows a list has where its first page holds them all; reactive.
pub fn whole<T: Clone + Send + Sync + 'static>(
    load: Load<Page<T>>,
    list: ListState,
) -> Option<i64> {
    let is_first = list.get().after.is_empty();
    load.with(|state| {
        let page = state
            .ready()
            .filter(|page| is_first && page.next.is_none())?;
        i64::try_from(page.items.len()).ok()
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Loading,
    Rows,
    Empty,
    Failed,
}

fn shape<T>(state: &Loaded<Page<T>>) -> Shape {
    match state {
        Loaded::Loading => Shape::Loading,
        Loaded::Failed(_) => Shape::Failed,
        Loaded::Ready(page) if page.items.is_empty() => Shape::Empty,
        Loaded::Ready(_) => Shape::Rows,
    }
}
