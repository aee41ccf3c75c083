//! The picture with its areas: drawn, moved and resized by mouse, finger or keys.

use leptos::{ev, prelude::*, svg};
use wasm_bindgen::JsCast;

use super::{
    layout::Place,
    shape::{self, Grip},
    state::State,
    words,
};
use crate::i18n as t;

/// Dots that an arrow key moves.
const STEP: i64 = 10;

/// What is under way.
#[derive(Clone, Copy)]
struct Drag {
    at: usize,
    grip: Option<Grip>,
    /// Where it began, in dots.
    from: (i64, i64),
    /// Where the area was.
    place: Place,
}

impl Drag {
    const fn new(at: usize, grip: Option<Grip>, from: (i64, i64), place: Place) -> Self {
        Self {
            at,
            grip,
            from,
            place,
        }
    }
}

/// The picture and its areas.
#[component]
pub(super) fn Canvas(
    state: State,
    /// The picture as a data address.
    picture: Signal<Option<String>>,
) -> impl IntoView {
    let (paper, drag) = (NodeRef::<svg::Svg>::new(), RwSignal::new(None::<Drag>));
    let point = move |event: &ev::PointerEvent| dot(paper, event, state.size());
    let begin = move |event: ev::PointerEvent| {
        let from = point(&event);
        let place = shape::between(from, from, untrack(|| state.size()));
        if let Some(at) = state.add(place) {
            hold(paper, &event);
            drag.set(Some(Drag::new(at, None, from, place)));
        }
    };
    let go_on = move |event: ev::PointerEvent| {
        let Some(held) = drag.get_untracked() else {
            return;
        };
        let (size, now) = (untrack(|| state.size()), point(&event));
        let place = match held.grip {
            None => shape::between(held.from, now, size),
            Some(grip) => {
                let by = (now.0 - held.from.0, now.1 - held.from.1);
                shape::moved(held.place, grip, by, size)
            }
        };
        state.place(held.at, place);
    };
    let seize = Callback::new(move |(event, at, grip): (ev::PointerEvent, usize, Grip)| {
        event.stop_propagation();
        event.prevent_default();
        hold(paper, &event);
        state.chosen.set(Some(at));
        let area = state.areas.with_untracked(|areas| areas.get(at).cloned());
        if let Some(area) = area {
            let place = (area.x, area.y, area.width, area.height);
            drag.set(Some(Drag::new(at, Some(grip), point(&event), place)));
        }
    });
    let view_box = move || format!("0 0 {} {}", state.size().0, state.size().1);
    let n = Memo::new(move |_| state.areas.with(Vec::len));
    view! {
        <svg
            class="mn-canvas"
            node_ref=paper
            viewBox=view_box
            role="group"
            aria-label=t::menus::canvas
            on:pointerdown=begin
            on:pointermove=go_on
            on:pointerup=move |_| drag.set(None)
            on:pointercancel=move |_| drag.set(None)
        >
            <rect class="mn-blank" width="100%" height="100%"/>
            {move || picture.get().map(|href| view! { <image href=href width="100%" height="100%" preserveAspectRatio="none"/> })}
            {move || (0..n.get()).map(|at| view! { <Area state=state at=at seize=seize/> }).collect_view()}
        </svg>
    }
}

#[component]
fn Area(
    state: State,
    at: usize,
    seize: Callback<(ev::PointerEvent, usize, Grip)>,
) -> impl IntoView {
    let area = Memo::new(move |_| state.areas.with(|areas| areas.get(at).cloned()));
    let side = move |read: fn(&api_types::line_menus::LineMenuArea) -> i64| {
        move || area.get().map(|area| read(&area)).unwrap_or_default()
    };
    let is_chosen = move || state.chosen.get() == Some(at);
    let scale = move || state.size().0.max(1);
    let name = move || {
        let does = area
            .get()
            .map(|area| words::action(&area.action))
            .unwrap_or_default();
        t::menus::AreaName {
            letter: words::letter(at),
            does: does.to_owned(),
        }
        .say()
    };
    let key = move |event: ev::KeyboardEvent| on_key(state, at, &event);
    let label = move || {
        area.get().map(|area| {
            let size = scale() / 20;
            view! {
                <text class="mn-letter" x=area.x + area.width / 2 y=area.y + area.height / 2 font-size=size>{words::letter(at)}</text>
            }
        })
    };
    let corners = move || {
        let area = area.get().filter(|_| is_chosen())?;
        let half = (scale() / 60).max(8);
        let ends = [(false, false), (true, false), (false, true), (true, true)];
        let corner = move |(right, lower): (bool, bool)| {
            let x = if right { area.x + area.width } else { area.x };
            let y = if lower { area.y + area.height } else { area.y };
            let grip = Grip::Corner { right, lower };
            view! {
                <rect class="mn-grip" x=x - half y=y - half width=2 * half height=2 * half
                    on:pointerdown=move |event| seize.run((event, at, grip))/>
            }
        };
        Some(ends.map(corner).into_iter().collect_view())
    };
    view! {
        <rect
            class="mn-area"
            class:is-chosen=is_chosen
            tabindex="0"
            role="button"
            aria-label=name
            aria-pressed=move || if is_chosen() { "true" } else { "false" }
            x=side(|area| area.x)
            y=side(|area| area.y)
            width=side(|area| area.width)
            height=side(|area| area.height)
            on:pointerdown=move |event| seize.run((event, at, Grip::Whole))
            on:focus=move |_| state.chosen.set(Some(at))
            on:keydown=key
        />
        {label}
        {corners}
    }
}

/// Arrows move an area, with Shift they move its lower right corner; Delete removes it.
fn on_key(state: State, at: usize, event: &ev::KeyboardEvent) {
    let by = match event.key().as_str() {
        "ArrowLeft" => (-STEP, 0),
        "ArrowRight" => (STEP, 0),
        "ArrowUp" => (0, -STEP),
        "ArrowDown" => (0, STEP),
        "Delete" | "Backspace" => {
            event.prevent_default();
            state.remove(at);
            return;
        }
        _ => return,
    };
    event.prevent_default();
    let grip = if event.shift_key() {
        Grip::Corner {
            right: true,
            lower: true,
        }
    } else {
        Grip::Whole
    };
    let area = state.areas.with_untracked(|areas| areas.get(at).cloned());
    if let Some(area) = area {
        let place = (area.x, area.y, area.width, area.height);
        state.place(at, shape::moved(place, grip, by, untrack(|| state.size())));
    }
}

/// Keeps the pointer's moves coming when it leaves the picture.
fn hold(paper: NodeRef<svg::Svg>, event: &ev::PointerEvent) {
    if let Some(paper) = paper.get_untracked() {
        let element: &web_sys::Element = paper.unchecked_ref();
        // Without it drawing ends at the edge, which is no harm.
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

/// Returns where a pointer is, in the picture's own dots.
fn dot(paper: NodeRef<svg::Svg>, event: &ev::PointerEvent, size: (i64, i64)) -> (i64, i64) {
    let Some(paper) = paper.get_untracked() else {
        return (0, 0);
    };
    let element: &web_sys::Element = paper.unchecked_ref();
    let frame = element.get_bounding_client_rect();
    let along = |at: i32, start: f64, length: f64, dots: i64| {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a picture has at most 2,500 dots"
        )]
        let dot = ((f64::from(at) - start) / length.max(1.0) * dots as f64).round() as i64;
        dot
    };
    (
        along(event.client_x(), frame.left(), frame.width(), size.0),
        along(event.client_y(), frame.top(), frame.height(), size.1),
    )
}

/// A little picture of a layout.
#[component]
pub(super) fn Sketch(layout: super::layout::Layout) -> impl IntoView {
    let cells = layout
        .places((60, 40))
        .into_iter()
        .map(|(x, y, width, height)| {
            view! { <rect x=x + 1 y=y + 1 width=width - 2 height=height - 2/> }
        });
    view! { <svg class="mn-sketch" viewBox="0 0 60 40" aria-hidden="true">{cells.collect_view()}</svg> }
}

/// Reads a file into base64, without the words before it.
pub(super) fn read_file(file: &web_sys::File, then: impl Fn(String) + 'static) {
    let Ok(reader) = web_sys::FileReader::new() else {
        return;
    };
    let done = reader.clone();
    let on_load = wasm_bindgen::closure::Closure::once_into_js(move || {
        let read = done.result().ok().and_then(|read| read.as_string());
        if let Some((_, data)) = read.as_deref().and_then(|read| read.split_once(',')) {
            then(data.to_owned());
        }
    });
    reader.set_onload(Some(on_load.unchecked_ref()));
    // A file that cannot be read is not shown; the field stays as it was.
    let _ = reader.read_as_data_url(file);
}
