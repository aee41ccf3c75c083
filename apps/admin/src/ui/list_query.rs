//! The state of a list is its address: what is searched, how it is sorted, which page.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};

use crate::api::client;

/// What a list shows, as its address says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// What is searched.
    pub q: String,
    /// The column to sort by, with `-` for descending.
    pub sort: String,
    /// The cursor of the page; empty on the first.
    pub after: String,
    /// Filters of the page's own, by name.
    pub filters: Vec<(String, String)>,
}

impl ListQuery {
    /// Whether anything is filtered out, which makes an empty list another matter.
    pub fn is_filtered(&self) -> bool {
        !self.q.is_empty() || self.filters.iter().any(|(_, value)| !value.is_empty())
    }

    /// Returns the value of a filter.
    pub fn filter(&self, name: &str) -> &str {
        self.filters
            .iter()
            .find(|(own, _)| own == name)
            .map_or("", |(_, value)| value)
    }

    /// Returns the query string for the address and for the API alike.
    pub fn to_query(&self, limit: Option<usize>) -> String {
        let mut pairs = vec![
            ("q", Some(self.q.clone())),
            ("sort", Some(self.sort.clone())),
            ("after", Some(self.after.clone())),
            ("limit", limit.map(|limit| limit.to_string())),
        ];
        pairs.extend(
            self.filters
                .iter()
                .map(|(name, value)| (name.as_str(), Some(value.clone()))),
        );
        client::query(&pairs)
    }
}

type Follow = std::sync::Arc<dyn Fn(&ListQuery) + Send + Sync>;

/// The list query of the present address and the way to change it.
#[derive(Clone, Copy)]
pub struct ListState {
    query: Memo<ListQuery>,
    trail: StoredValue<Vec<String>>,
    go: StoredValue<Follow>,
}

/// Reads the list query from the address; `filters` are the names that the page knows.
pub fn use_list_query(filters: &'static [&'static str]) -> ListState {
    let map = use_query_map();
    let location = use_location();
    let navigate = use_navigate();
    let query = Memo::new(move |_| {
        map.with(|map| {
            let read = |name: &str| map.get(name).unwrap_or_default();
            let own = filters
                .iter()
                .map(|name| ((*name).to_owned(), read(name)))
                .collect();
            ListQuery {
                q: read("q"),
                sort: read("sort"),
                after: read("after"),
                filters: own,
            }
        })
    });
    let go = move |query: &ListQuery| {
        let path = location.pathname.get_untracked();
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&format!("{path}{}", query.to_query(None)), options);
    };
    ListState {
        query,
        trail: StoredValue::new(Vec::new()),
        go: StoredValue::new(std::sync::Arc::new(go)),
    }
}

impl ListState {
    /// Returns the query, following the address.
    pub fn get(self) -> ListQuery {
        self.query.get()
    }

    /// Changes what is searched, sorted or filtered; that begins at the first page again.
    pub fn change(self, change: impl FnOnce(&mut ListQuery)) {
        let mut query = self.query.get_untracked();
        change(&mut query);
        query.after.clear();
        self.trail.set_value(Vec::new());
        self.follow(&query);
    }

    /// Takes every search and filter away.
    pub fn clear(self) {
        self.change(|query| {
            query.q.clear();
            query.filters.clear();
        });
    }

    /// Goes to the page that begins at a cursor.
    pub fn next(self, cursor: &str) {
        let mut query = self.query.get_untracked();
        self.trail
            .update_value(|trail| trail.push(query.after.clone()));
        cursor.clone_into(&mut query.after);
        self.follow(&query);
    }

    /// Goes back one page; from a shared link, where no way here is known, to the first.
    pub fn previous(self) {
        let mut query = self.query.get_untracked();
        query.after = self
            .trail
            .try_update_value(Vec::pop)
            .flatten()
            .unwrap_or_default();
        self.follow(&query);
    }

    /// A text signal for a search field: follows the address, and typing changes it.
    pub fn search(self) -> RwSignal<String> {
        let text = RwSignal::new(self.query.get_untracked().q);
        Effect::new(move |_| {
            let q = self.query.with(|query| query.q.clone());
            if text.get_untracked() != q {
                text.set(q);
            }
        });
        Effect::new(move |_| {
            let typed = text.get();
            if typed != self.query.get_untracked().q {
                self.change(|query| query.q = typed);
            }
        });
        text
    }

    fn follow(self, query: &ListQuery) {
        self.go.with_value(|go| go(query));
    }
}
