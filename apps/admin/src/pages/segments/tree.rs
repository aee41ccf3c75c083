//! The tree of conditions: groups, rows, their counts, their menus and their remarks.
#![expect(
    clippy::too_many_lines,
    reason = "a view is easier to follow whole than in pieces"
)]

use leptos::{ev, prelude::*};
use serde_json::{Value, json};

use super::{
    editor::{Editor, row_id},
    logic::{self, Item, Kind, ROOT, Way},
    row,
};
use crate::{
    format, i18n as t,
    ui::{CountBar, Icon, Menu, MenuItem, MenuLine},
};

/// A message of the catalogue.
type Word = fn() -> &'static str;

/// The whole tree.
#[component]
pub(crate) fn Tree(
    /// The rule.
    editor: Editor,
) -> impl IntoView {
    let empty = move || {
        editor
            .is_empty()
            .then(|| view! { <p class="tree-e ink-2">{t::segments::everybody_hint}</p> })
    };
    view! {
        <div class="thd" aria-hidden="true">
            <span></span>
            <span>{t::segments::condition}</span>
            <span class="num">{t::segments::alone}</span>
            <span></span>
        </div>
        {empty}
        {group(editor, ROOT)}
    }
}

fn group(editor: Editor, pointer: &str) -> AnyView {
    let place = StoredValue::new(pointer.to_owned());
    let op = Memo::new(move |_| editor.read(|document| logic::op_of(document, &place.get_value())));
    let items =
        Memo::new(move |_| editor.read(|document| logic::items(document, &place.get_value())));
    let turn = move |_| {
        let to = if op.get_untracked() == "all" {
            "any"
        } else {
            "all"
        };
        editor.change(move |document| logic::set_op(document, &place.get_value(), to));
    };
    let has_op = move || items.with(|items| items.len() > 1);
    let op_word = move || {
        if op.get() == "all" {
            t::segments::op_all()
        } else {
            t::segments::op_any()
        }
    };
    view! {
        <div class="grp" class:grp-1=move || !has_op() role="group" aria-label=op_word>
            {move || {
                has_op().then(|| {
                    view! {
                        <div class="op">
                            <button type="button" title=t::segments::op_turn aria-description=t::segments::op_turn on:click=turn>{op_word}</button>
                        </div>
                    }
                })
            }}
            <For each=move || items.get() key=Item::clone children=move |item| entry(editor, item)/>
            <div class="grp-add">
                <Menu icon=Icon::Plus label=t::segments::add_condition wordy=true lines=Signal::derive(move || add_lines(editor, place))/>
            </div>
        </div>
    }
    .into_any()
}

fn entry(editor: Editor, item: Item) -> AnyView {
    if item.kind.is_group() {
        let head = item.clone();
        let op = Memo::new({
            let inner = item.inner.clone();
            move |_| editor.read(|document| logic::op_of(document, &inner))
        });
        let word = move || {
            if op.get() == "all" {
                t::segments::group_all()
            } else {
                t::segments::group_any()
            }
        };
        view! {
            <div class="sub-g" id=row_id(&item.pointer) on:keydown={ let item = item.clone(); move |event| keys(editor, &item, &event) }>
                <div class="gh">
                    <span class="t-small ink-2">{excluded(item.is_not)} {word}</span>
                    {count(editor, &item.pointer)}
                    {row_menu(editor, head)}
                </div>
                {remarks(editor, item.clone())}
                {group(editor, &item.inner)}
            </div>
        }
        .into_any()
    } else {
        let pointer = item.pointer.clone();
        let (id, held) = (row_id(&pointer), item.clone());
        let is_current = move || editor.is_current(&pointer);
        let (carried, under) = (item.pointer.clone(), item.pointer.clone());
        view! {
            <div
                class="cond"
                class:on=is_current
                id=id
                on:keydown=move |event| keys(editor, &held, &event)
                on:dragover=|event| event.prevent_default()
                on:drop=move |event| drop_on(editor, &under, &event)
            >
                // Keys and the menu move a row as well; the grip is for the hand alone.
                <span class="grip" aria-hidden="true" draggable="true" on:dragstart=move |event| carry(&carried, &event)>
                    {Icon::GripVertical.view()}
                </span>
                <div class="ctl">{excluded(item.is_not)} {row::controls(editor, item.kind, &item.inner)}</div>
                {count(editor, &item.pointer)}
                {row_menu(editor, item.clone())}
                {remarks(editor, item)}
            </div>
        }
        .into_any()
    }
}

fn excluded(is_not: bool) -> Option<impl IntoView> {
    is_not.then(|| view! { <span class="exc">{Icon::Minus.view()} {t::segments::excluded}</span> })
}

fn count(editor: Editor, pointer: &str) -> impl IntoView + use<> {
    let place = StoredValue::new(pointer.to_owned());
    let share = Signal::derive(move || editor.share(&place.get_value()));
    view! {
        <div class="cnt" class:is-old=move || editor.is_asking()>
            {move || match editor.counted(&place.get_value()) {
                Some(node) => {
                    let figure = format::short(node.count);
                    let exact = format::integer(node.count);
                    view! { <span title=exact><b>{figure.digits}</b> <span class="u">{figure.unit}{t::segments::unit_people}</span></span> }.into_any()
                }
                None => view! { <span class="sk sk-cnt"></span> }.into_any(),
            }}
            <CountBar share=share/>
        </div>
    }
}

fn remarks(editor: Editor, item: Item) -> impl IntoView {
    move || {
        let found = editor.remarks(&item);
        (!found.is_empty()).then(|| {
            let line = |(is_wrong, text): (bool, String)| {
                let (class, icon) = if is_wrong { ("st st-danger", Icon::CircleAlert) } else { ("st st-warn", Icon::TriangleAlert) };
                view! { <span class=class>{icon.view()} {text}</span> }
            };
            view! { <div class="cond-e" role="status">{found.into_iter().map(line).collect_view()}</div> }
        })
    }
}

fn carry(pointer: &str, event: &ev::DragEvent) {
    if let Some(data) = event.data_transfer() {
        let _ = data.set_data("text/plain", pointer);
        data.set_effect_allowed("move");
    }
}

fn drop_on(editor: Editor, to: &str, event: &ev::DragEvent) {
    event.prevent_default();
    let from = event
        .data_transfer()
        .and_then(|data| data.get_data("text/plain").ok())
        .unwrap_or_default();
    let can_move = logic::carry(&mut editor.document_now(), &from, to).is_some();
    let to = to.to_owned();
    if can_move
        && let Some(Some(at)) = editor.change(move |document| logic::carry(document, &from, &to))
    {
        editor.go_to(&at);
    }
}

/// Moves by Alt and arrows, removes by Alt and Delete.
fn keys(editor: Editor, item: &Item, event: &ev::KeyboardEvent) {
    if !event.alt_key() {
        return;
    }
    let pointer = item.pointer.clone();
    match event.key().as_str() {
        "ArrowUp" => move_row(editor, pointer, Way::Up),
        "ArrowDown" => move_row(editor, pointer, Way::Down),
        "Delete" | "Backspace" => {
            editor.change(move |document| logic::remove(document, &pointer));
        }
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

fn move_row(editor: Editor, pointer: String, way: Way) {
    let can_move = logic::shift(&mut editor.document_now(), &pointer, way).is_some();
    if can_move
        && let Some(Some(to)) = editor.change(move |document| logic::shift(document, &pointer, way))
    {
        editor.go_to(&to);
    }
}

fn row_menu(editor: Editor, item: Item) -> impl IntoView {
    let lines = Signal::derive(move || {
        let pointer = item.pointer.clone();
        let line = |icon: Icon, label: fn() -> &'static str, act: fn(&mut Value, &str)| {
            let pointer = pointer.clone();
            MenuLine::from(MenuItem::new(icon, label, move || {
                let pointer = pointer.clone();
                editor.change(move |document| act(document, &pointer));
            }))
        };
        let shift = |icon: Icon, label: fn() -> &'static str, way: Way| {
            let pointer = pointer.clone();
            let can_move = logic::shift(&mut editor.document_now(), &pointer, way).is_some();
            let entry = MenuItem::new(icon, label, move || move_row(editor, pointer.clone(), way));
            MenuLine::from(if can_move {
                entry
            } else {
                entry.blocked(t::segments::at_the_end)
            })
        };
        let mut lines = Vec::new();
        if item.kind == Kind::Events {
            let events = format!("{}/events", item.inner);
            lines.extend(row::events::filter_lines(editor, &events));
            lines.push(row::since::since_line(editor, &events));
            lines.push(MenuLine::Rule);
        }
        let not: fn() -> &'static str = if item.is_not {
            t::segments::include_again
        } else {
            t::segments::exclude
        };
        lines.push(line(Icon::Ban, not, logic::toggle_not));
        lines.push(line(
            Icon::Split,
            t::segments::into_group,
            |document, pointer| {
                logic::wrap(document, pointer);
            },
        ));
        lines.push(line(
            Icon::Copy,
            t::segments::duplicate,
            |document, pointer| {
                logic::duplicate(document, pointer);
            },
        ));
        lines.push(shift(Icon::ArrowUp, t::segments::move_up, Way::Up));
        lines.push(shift(Icon::ArrowDown, t::segments::move_down, Way::Down));
        lines.push(MenuLine::Rule);
        lines.push(line(
            Icon::Trash2,
            t::segments::remove,
            |document, pointer| {
                logic::remove(document, pointer);
            },
        ));
        lines
    });
    view! { <Menu label=t::segments::row_menu lines=lines/> }
}

/// What can be added to a group; each begins as a condition that can be counted.
fn add_lines(editor: Editor, group: StoredValue<String>) -> Vec<MenuLine> {
    let vocabulary = editor.vocabulary.value().unwrap_or_default();
    let attribute = vocabulary.attributes.first().map_or_else(
        || json!({"field": "last_seen_at"}),
        |word| json!({ "attribute": word.key }),
    );
    let other = editor
        .segments
        .value()
        .unwrap_or_default()
        .first()
        .map(|segment| segment.id.clone());
    let bought = json!({"events": {"names": ["Product Purchased"], "within": {"last": {"days": 90}},
        "test": {"count": {"times": {"at_least": 1}}}}});
    let kinds: [(Icon, Word, Value); 10] = [
        (Icon::ShoppingBag, t::segments::add_event, bought.clone()),
        (
            Icon::ShoppingCart,
            t::segments::add_sequence,
            logic::sequence::fresh(),
        ),
        (
            Icon::User,
            t::segments::add_fact,
            json!({"fact": {"of": attribute, "test": "exists"}}),
        ),
        (
            Icon::MailOpen,
            t::segments::add_message,
            json!({"message": {"kind": "opened", "within": {"last": {"days": 30}}, "count": {"at_least": 1}}}),
        ),
        (
            Icon::ShieldCheck,
            t::segments::add_consent,
            json!({"consent": {"channel": "email", "purpose": "marketing", "state": "granted"}}),
        ),
        (
            Icon::Mail,
            t::segments::add_reachable,
            json!({"reachable": {"channel": "email"}}),
        ),
        (
            Icon::MessageCircle,
            t::segments::add_reachable_line,
            json!({"reachable": {"channel": "line"}}),
        ),
        (
            Icon::Smartphone,
            t::segments::add_reachable_push,
            json!({"reachable": {"channel": "push"}}),
        ),
        (
            Icon::Split,
            t::segments::add_share,
            json!({"share": {"salt": t::segments::first_salt(), "from": 0, "until": 10}}),
        ),
        (
            Icon::ChartColumn,
            t::segments::add_standing,
            json!({"standing": {"by": "monetary", "within": {"last": {"days": 365}},
                "cut": {"equal_counts": 10}, "first": "best", "in": [1]}}),
        ),
    ];
    let line = |(icon, label, node): (Icon, fn() -> &'static str, Value)| {
        MenuLine::from(MenuItem::new(icon, label, move || {
            editor.add(&group.get_value(), node.clone());
        }))
    };
    let mut lines: Vec<MenuLine> = kinds.into_iter().map(line).collect();
    let list = editor.lists.value().unwrap_or_default();
    let list = list.first().map(|list| list.id.clone());
    let about_other =
        |id: &Option<String>, icon, label: Word, none: Word, node: fn(&str) -> Value| {
            let id = id.clone();
            let is_there = id.is_some();
            let entry = MenuItem::new(icon, label, move || {
                if let Some(id) = &id {
                    editor.add(&group.get_value(), node(id));
                }
            });
            MenuLine::from(if is_there { entry } else { entry.blocked(none) })
        };
    let no_other = t::segments::no_other_segment;
    lines.push(about_other(
        &other,
        Icon::Funnel,
        t::segments::add_segment,
        no_other,
        |id| json!({"segment": { "id": id }}),
    ));
    lines.push(about_other(
        &other,
        Icon::History,
        t::segments::add_was_in,
        no_other,
        |id| json!({"was_in": {"id": id, "when": {"at": {"ago": {"days": 30}}}}}),
    ));
    lines.push(about_other(
        &list,
        Icon::Users,
        t::segments::add_list,
        t::segments::no_list,
        |id| json!({"list": { "id": id }}),
    ));
    lines.push(MenuLine::Rule);
    lines.push(MenuLine::from(MenuItem::new(
        Icon::Split,
        t::segments::add_group,
        move || {
            editor.add(&group.get_value(), json!({"any": [bought.clone()]}));
        },
    )));
    lines
}
