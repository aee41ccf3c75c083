//! The two panes and what ties them: the address says which message is on show.

use api_types::senders::CapturedSummary;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{detail::Message, keys, list::Messages, logic};
use crate::{
    api::{self, Load, Page, Submit, client, inbox, load},
    app::bar::use_crumb,
    format::zone,
    i18n as t,
    routes::Route,
    state::{
        poll::{Pace, poll},
        session,
        toast::use_toasts,
    },
    ui::{
        Button, ButtonKind, Dialog, EmptyFiltered, EmptyState, FormError, Icon, InlineError,
        PageHeader, SearchField, Skeleton, Status, Tone,
    },
};

/// How long after the last news the inbox is still looked at every two seconds.
const LIVELY_MS: i64 = 60_000;

/// Everything the two panes share.
#[derive(Clone, Copy)]
pub(super) struct Mail {
    pub(super) newest: Load<Page<CapturedSummary>>,
    pub(super) older: RwSignal<Vec<CapturedSummary>>,
    /// Where the next older page begins; the outer `None` while only the newest is read.
    #[expect(
        clippy::option_option,
        reason = "read no further, at the end, or a place to go on"
    )]
    pub(super) rest: RwSignal<Option<Option<String>>>,
    pub(super) search: RwSignal<String>,
    pub(super) shown: Memo<String>,
}

impl Mail {
    pub(super) fn messages(self) -> Vec<CapturedSummary> {
        let newest = self.newest.value().unwrap_or_default().items;
        self.older.with(|older| logic::joined(newest, older))
    }

    pub(super) fn next(self) -> Option<String> {
        match self.rest.get() {
            Some(rest) => rest,
            None => self.newest.value().and_then(|page| page.next),
        }
    }
}

/// The inbox; `?message=` names the one on show, so that the list stays while one reads on.
#[component]
pub fn Inbox() -> impl IntoView {
    use_crumb(t::inbox::title);
    let map = use_query_map();
    let read = move |name: &'static str| map.with(|map| map.get(name).unwrap_or_default());
    let shown = Memo::new(move |_| read("message"));
    let search = RwSignal::new(read("q"));
    let newest = load(
        move || search.get(),
        |search, signal| async move { inbox::list(&search, None, Some(&signal)).await },
    );
    let it = Mail {
        newest,
        older: RwSignal::new(Vec::new()),
        rest: RwSignal::new(None),
        search,
        shown,
    };
    let go = use_show(it);
    keep_what_was_seen(it);
    look_for_news(it);
    open_first(it, go.clone());
    keys::listen({
        let go = go.clone();
        move |by| {
            let messages = untrack(|| it.messages());
            if let Some(id) = logic::neighbour(&messages, &shown.get_untracked(), by) {
                go(&id, false);
                scroll_to_shown();
            }
        }
    });
    // Another search begins at its newest again.
    Effect::new(move |previous: Option<String>| {
        let now = search.get();
        if previous.is_some_and(|previous| previous != now) {
            it.older.set(Vec::new());
            it.rest.set(None);
            go("", true);
        }
        now
    });
    view! {
        <Head it=it/>
        <Panes it=it/>
    }
}

/// The address of one message: the inbox with that message on show.
#[component]
pub fn MessagePage(
    /// Which one.
    #[prop(into)]
    id: String,
) -> impl IntoView {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let query = client::query(&[("message", Some(id.clone()))]);
        let options = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        navigate(&format!("{}{query}", Route::Inbox.path()), options);
    });
    view! { <Skeleton lines=4/> }
}

/// Returns the way to a message: its id, and whether the step stays out of the history.
fn use_show(it: Mail) -> impl Fn(&str, bool) + Clone + Send + Sync + 'static {
    let navigate = use_navigate();
    move |id: &str, replace: bool| {
        navigate(
            &address(&it.search.get_untracked(), id),
            NavigateOptions {
                replace,
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    }
}

/// Returns the address of the inbox with a message on show.
pub(super) fn address(search: &str, id: &str) -> String {
    let query = client::query(&[
        ("q", Some(search.to_owned())),
        ("message", Some(id.to_owned())),
    ]);
    format!("{}{query}", Route::Inbox.path())
}

/// Keeps the messages that newer ones push off the newest page; where too many came at once, it begins anew.
fn keep_what_was_seen(it: Mail) {
    Effect::new(move |_| {
        let Some(page) = it.newest.value() else {
            return;
        };
        it.older.update(|seen| {
            if logic::is_joint(&page.items, seen) {
                *seen = logic::joined(page.items, seen);
            } else {
                *seen = page.items;
                it.rest.set(None);
            }
        });
    });
}

/// Looks often while messages come in, seldom when it is quiet.
fn look_for_news(it: Mail) {
    let (pace, last_news) = (
        RwSignal::new(Pace::Busy),
        StoredValue::new((String::new(), zone::now())),
    );
    Effect::new(move |_| {
        let first = it.newest.with(|state| {
            state
                .ready()
                .and_then(|shown| shown.items.first())
                .map(|message| message.id.clone())
        });
        let first = first.unwrap_or_default();
        last_news.update_value(|(id, at)| {
            if *id != first {
                *id = first;
                *at = zone::now();
            }
        });
    });
    poll(
        move || pace.get(),
        move || {
            let is_lively = zone::now() - last_news.with_value(|(_, at)| *at) < LIVELY_MS;
            pace.set(if is_lively { Pace::Busy } else { Pace::Waiting });
            it.newest.reload();
        },
    );
}

/// On a wide screen the newest message lies open; on a phone the list comes first.
fn open_first(it: Mail, go: impl Fn(&str, bool) + 'static) {
    let is_wide = window()
        .inner_width()
        .ok()
        .and_then(|width| width.as_f64())
        .is_some_and(|width| width > 760.0);
    Effect::new(move |_| {
        let first = it.newest.with(|state| {
            state
                .ready()
                .and_then(|shown| shown.items.first())
                .map(|message| message.id.clone())
        });
        if let Some(first) = first
            && is_wide
            && it.shown.with(String::is_empty)
        {
            go(&first, true);
        }
    });
}

fn scroll_to_shown() {
    request_animation_frame(|| {
        if let Ok(Some(row)) = document().query_selector(".ib-l [aria-current]") {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

#[component]
fn Head(it: Mail) -> impl IntoView {
    let count = move || {
        let count = i64::try_from(it.messages().len()).unwrap_or_default();
        match (count, it.next().is_some()) {
            (0, _) => String::new(),
            (count, true) => t::inbox::count_more(count),
            (count, false) => t::inbox::count(count),
        }
    };
    let is_asking = RwSignal::new(false);
    let submit = Submit::default();
    let toasts = use_toasts();
    let go = use_show(it);
    let clear = Callback::from(move || {
        let go = go.clone();
        submit.run(inbox::clear(), move |()| {
            is_asking.set(false);
            it.newest.set(api::Page::default());
            it.older.set(Vec::new());
            it.rest.set(None);
            go("", true);
            toasts.say(t::inbox::cleared());
        });
    });
    let footer = move || {
        view! {
            <Button label=t::common::cancel on_press=move || is_asking.set(false)/>
            <Button kind=ButtonKind::Danger icon=Icon::Trash2 label=t::inbox::clear busy=submit.busy() on_press=clear/>
        }
    };
    let can_clear = move || session::may("settings:write") && !it.messages().is_empty();
    view! {
        <div class="ib-h" class:is-reading=move || it.shown.with(|shown| !shown.is_empty())>
            <PageHeader title=t::inbox::title count=count>
                <Status tone=Tone::Neutral icon=Icon::ShieldCheck label=t::inbox::nothing_leaves/>
                {move || {
                    can_clear()
                        .then(|| {
                            view! { <Button kind=ButtonKind::Danger icon=Icon::Trash2 label=t::inbox::clear on_press=move || is_asking.set(true)/> }
                        })
                }}
            </PageHeader>
        </div>
        <Dialog open=is_asking title=t::inbox::clear_title footer=footer>
            <p class="t-small ink-2">{t::inbox::clear_body}</p>
            <FormError submit=submit/>
        </Dialog>
    }
}

#[component]
fn Panes(it: Mail) -> impl IntoView {
    #[derive(Clone, PartialEq)]
    enum Shape {
        Loading,
        Empty,
        None,
        Some,
        Failed,
    }
    let shape = Memo::new(move |_| {
        it.newest.with(|state| match state {
            api::Loaded::Loading => Shape::Loading,
            api::Loaded::Failed(_) => Shape::Failed,
            api::Loaded::Ready(page) if !page.items.is_empty() => Shape::Some,
            api::Loaded::Ready(_) if it.search.with(String::is_empty) => Shape::Empty,
            api::Loaded::Ready(_) => Shape::None,
        })
    });
    let list = move || match shape.get() {
        Shape::Loading => view! { <Skeleton lines=12/> }.into_any(),
        Shape::Failed => it
            .newest
            .error()
            .map(|error| view! { <InlineError error=error on_retry=move || it.newest.reload()/> })
            .into_any(),
        Shape::None => {
            view! { <EmptyFiltered on_clear=move || it.search.set(String::new())/> }.into_any()
        }
        Shape::Empty => ().into_any(),
        Shape::Some => view! { <Messages it=it/> }.into_any(),
    };
    let right = move || {
        let id = it.shown.get();
        (!id.is_empty()).then(|| view! { <Message id=id it=it/> })
    };
    move || {
        if shape.get() == Shape::Empty {
            return view! { <EmptyState title=t::inbox::empty_title body=t::inbox::empty_body/> }
                .into_any();
        }
        view! {
            <div class="ib" class:is-reading=move || it.shown.with(|shown| !shown.is_empty())>
                <aside class="ib-l" aria-label=t::inbox::messages>
                    <SearchField label=t::inbox::search value=it.search/>
                    {list}
                </aside>
                <section class="ib-v" aria-label=t::inbox::message>{right}</section>
            </div>
        }
        .into_any()
    }
}
