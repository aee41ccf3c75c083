//! How the rule overlaps with one to three other segments, as a picture true to the numbers.

mod pair;
mod sets;

use api_types::segments::{SegmentOverlap, SegmentView};
use leptos::prelude::*;

use super::editor::Editor;
use crate::{
    api::{Loaded, load, segments as api},
    i18n as t,
    ui::{Button, ButtonKind, ButtonSize, Icon, IconButton, Skeleton},
};

/// With how many others at once: with the rule itself four, whose fifteen parts one picture can show.
const MOST: usize = 3;

/// The others that the rule is compared with, and those that it could be.
#[derive(Clone, Copy)]
struct Comparison {
    others: Memo<Vec<SegmentView>>,
    picked: RwSignal<Vec<String>>,
    compared: Memo<Vec<SegmentView>>,
}

impl Comparison {
    fn new(editor: Editor, own: Signal<Option<String>>) -> Self {
        let others = Memo::new(move |_| {
            let own = own.get();
            let all = editor.segments.value().unwrap_or_default();
            all.into_iter()
                .filter(|segment| Some(&segment.id) != own.as_ref())
                .collect::<Vec<_>>()
        });
        let picked = RwSignal::new(Vec::<String>::new());
        // Whoever has picked nothing yet sees the first.
        let compared = Memo::new(move |_| {
            others.with(|others| {
                let find = |id: &String| others.iter().find(|segment| segment.id == *id).cloned();
                let found: Vec<_> = picked.with(|picked| picked.iter().filter_map(find).collect());
                if found.is_empty() {
                    others.first().cloned().into_iter().collect()
                } else {
                    found
                }
            })
        });
        Self {
            others,
            picked,
            compared,
        }
    }

    /// The ids as they stand, so that a change of one leaves the rest.
    fn ids(self) -> Vec<String> {
        let compared = self.compared.get_untracked();
        compared.into_iter().map(|segment| segment.id).collect()
    }

    fn replace(self, place: usize, id: String) {
        let mut ids = self.ids();
        if let Some(old) = ids.get_mut(place) {
            *old = id;
        }
        self.picked.set(ids);
    }

    fn remove(self, place: usize) {
        let mut ids = self.ids();
        if place < ids.len() {
            ids.remove(place);
        }
        self.picked.set(ids);
    }

    fn add(self) {
        let mut ids = self.ids();
        let free = |others: &Vec<SegmentView>| {
            let mut all = others.iter().map(|segment| segment.id.clone());
            all.find(|id| !ids.contains(id))
        };
        if let Some(id) = self.others.with_untracked(free) {
            ids.push(id);
        }
        self.picked.set(ids);
    }

    fn can_add(self) -> bool {
        let n = self.compared.with(Vec::len);
        (1..MOST).contains(&n) && self.others.with(Vec::len) > n
    }
}

/// The picture, with the segments to compare with.
#[component]
pub(crate) fn Overlap(
    /// The rule.
    editor: Editor,
    /// The segment being edited, which is no comparison.
    own: Signal<Option<String>>,
) -> impl IntoView {
    let comparison = Comparison::new(editor, own);
    let compared = comparison.compared;
    let counted = load(
        move || {
            let is_counted = editor.preview().is_some() && !editor.is_asking() && editor.is_sound();
            let others = compared.get();
            (is_counted && !others.is_empty()).then(|| {
                let rules = others.iter().map(|other| other.document.clone());
                let all = std::iter::once(editor.document_now())
                    .chain(rules)
                    .collect();
                let names: Vec<_> = others.into_iter().map(|other| other.name).collect();
                (all, names)
            })
        },
        |asked, signal| async move {
            match asked {
                Some((documents, names)) => {
                    let found = api::overlap(documents, Some(&signal)).await?;
                    Ok(Some((found, names)))
                }
                None => Ok(None),
            }
        },
    );
    // The picture stays with the names that it was counted for until the next has come.
    let shown = RwSignal::new(None::<(SegmentOverlap, Vec<String>)>);
    Effect::new(move |_| {
        if let Some(Some(found)) = counted.value() {
            shown.set(Some(found));
        }
    });
    let has_others = Memo::new(move |_| !compared.with(Vec::is_empty));
    let body = move || match (has_others.get(), shown.get(), counted.get()) {
        (false, ..) => {
            view! { <p class="t-small ink-2">{t::segments::no_overlap_yet}</p> }.into_any()
        }
        (_, _, Loaded::Failed(error)) => {
            view! { <p class="t-small ink-2">{move || error.sentence()}</p> }.into_any()
        }
        (_, None, _) => view! { <Skeleton lines=4/> }.into_any(),
        (_, Some((found, names)), _) => match names.as_slice() {
            [other] => pair::picture(&found, other).into_any(),
            _ => sets::picture(found.parts, names).into_any(),
        },
    };
    view! {
        <section class="sec sec-0">
            <div class="sec-h">
                <h2 class="t-sub">{t::segments::overlap}</h2>
                <With comparison=comparison/>
            </div>
            {body}
        </section>
    }
}

/// The choice of what to compare with.
#[component]
fn With(comparison: Comparison) -> impl IntoView {
    let compared = comparison.compared;
    let rows = move || {
        let compared = compared.get();
        let is_only = compared.len() < 2;
        let ids: Vec<String> = compared.iter().map(|one| one.id.clone()).collect();
        let row = |(place, chosen): (usize, &String)| {
            choice(comparison, place, chosen.clone(), &ids, is_only)
        };
        ids.iter().enumerate().map(row).collect_view()
    };
    view! {
        <div class="ov-with">
            {rows}
            <Show when=move || comparison.can_add()>
                <Button kind=ButtonKind::Quiet size=ButtonSize::Small icon=Icon::Plus label=t::segments::overlap_more
                    on_press=move |()| comparison.add()/>
            </Show>
        </div>
    }
}

fn choice(
    comparison: Comparison,
    place: usize,
    chosen: String,
    taken: &[String],
    is_only: bool,
) -> impl IntoView + use<> {
    let options = comparison.others.get();
    let free = |segment: &SegmentView| segment.id == chosen || !taken.contains(&segment.id);
    let options: Vec<_> = options.into_iter().filter(free).collect();
    let option = move |segment: SegmentView| {
        let is_chosen = segment.id == chosen;
        view! { <option value=segment.id selected=is_chosen>{segment.name}</option> }
    };
    view! {
        <span class="ov-one">
            <span class="sel-wrap ov-sel">
                <select class="in in-s" aria-label=t::segments::overlap_with
                    on:change:target=move |event| comparison.replace(place, event.target().value())>
                    {options.into_iter().map(option).collect_view()}
                </select>
                {Icon::ChevronDown.small()}
            </span>
            {(!is_only).then(|| view! {
                <IconButton icon=Icon::X label=t::segments::overlap_less size=ButtonSize::Small on_press=move |()| comparison.remove(place)/>
            })}
        </span>
    }
}
