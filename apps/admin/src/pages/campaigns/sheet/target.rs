//! Who: everybody, or whoever is in these segments and not in those.

use std::collections::BTreeMap;

use api_types::campaigns::Target;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::segments as api,
    format, i18n as t,
    pages::{
        campaigns::draft::Draft,
        segments::{editor::said, picker::Picker},
    },
    routes::Route,
    ui::{ButtonLink, ButtonSize, Choice, Icon, IconButton, RadioGroup, Switch},
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Include,
    Exclude,
}

fn side(target: &mut Target, side: Side) -> &mut Vec<String> {
    match side {
        Side::Include => &mut target.include,
        Side::Exclude => &mut target.exclude,
    }
}

#[component]
pub(super) fn TargetSheet(draft: Draft) -> impl IntoView {
    let is_everybody = draft.read_now(|document| {
        document
            .target
            .as_ref()
            .is_some_and(|target| target.everybody)
    });
    let who = RwSignal::new(
        if is_everybody {
            "everybody"
        } else {
            "segments"
        }
        .to_owned(),
    );
    Effect::new(move |before: Option<String>| {
        let who = who.get();
        if before.is_some_and(|before| before != who) {
            draft.change(|document| {
                let target = document.target.get_or_insert_with(Target::default);
                target.everybody = who == "everybody";
                if target.everybody {
                    target.include.clear();
                }
            });
        }
        who
    });
    let choices = vec![
        Choice::new("segments", t::campaigns::by_segments),
        Choice::new("everybody", t::campaigns::everybody),
    ];
    let counts = RwSignal::new(BTreeMap::<String, i64>::new());
    view! {
        <RadioGroup label=t::campaigns::target_asks value=who choices=choices/>
        {move || {
            (who.get() == "segments")
                .then(|| view! { <Segments draft=draft which=Side::Include label=t::campaigns::include counts=counts/> })
        }}
        <Segments draft=draft which=Side::Exclude label=t::campaigns::exclude counts=counts/>
        <Vips draft=draft/>
        <div><ButtonLink to=Route::NewSegment icon=Icon::Plus label=t::segments::new_title/></div>
    }
}

/// Whether VIPs get it who are not named; nothing while that makes no difference.
#[component]
fn Vips(draft: Draft) -> impl IntoView {
    let includes = Signal::derive(move || {
        draft.read(|document| {
            document
                .target
                .as_ref()
                .is_some_and(|target| target.include_vip)
        })
    });
    // Those that the target does not name.
    let spared = Memo::new(move |_| {
        let named = draft.read(|document| document.target.clone().unwrap_or_default().include);
        let segments = draft.known().segments.into_iter();
        segments
            .filter(|segment| segment.is_vip && !named.contains(&segment.id))
            .map(|segment| segment.name)
            .collect::<Vec<_>>()
    });
    let change = move |is_on: bool| {
        draft.change(|document| {
            document
                .target
                .get_or_insert_with(Target::default)
                .include_vip = is_on;
        });
    };
    let says = move || {
        if includes.get() {
            t::campaigns::vip_included().to_owned()
        } else {
            t::campaigns::vip_spared(spared.get().join(t::campaigns::or()))
        }
    };
    move || {
        (includes.get() || !spared.with(Vec::is_empty)).then(|| {
            view! {
                <div class="field">
                    <Switch label=t::campaigns::include_vip checked=includes on_change=change/>
                    <p class="t-small ink-2">{says}</p>
                </div>
            }
        })
    }
}

#[component]
fn Segments(
    draft: Draft,
    which: Side,
    label: fn() -> &'static str,
    counts: RwSignal<BTreeMap<String, i64>>,
) -> impl IntoView {
    let chosen = Signal::derive(move || {
        draft.read(|document| {
            let mut target = document.target.clone().unwrap_or_default();
            side(&mut target, which).clone()
        })
    });
    let choices = Signal::derive(move || {
        let segments = draft.known().segments;
        segments
            .into_iter()
            .map(|segment| Choice::new(segment.id, segment.name))
            .collect::<Vec<_>>()
    });
    let toggle = move |id: String| {
        draft.change(move |document| {
            let list = side(document.target.get_or_insert_with(Target::default), which);
            match list.iter().position(|own| *own == id) {
                Some(at) => {
                    list.remove(at);
                }
                None => list.push(id),
            }
        });
    };
    // Whoever is chosen is counted once.
    Effect::new(move |_| {
        let segments = draft.known().segments;
        let wanted: Vec<_> = segments
            .into_iter()
            .filter(|segment| chosen.with(|ids| ids.contains(&segment.id)))
            .collect();
        for segment in wanted {
            if counts.with_untracked(|counts| counts.contains_key(&segment.id)) {
                continue;
            }
            spawn_local(async move {
                if let Ok(preview) = api::preview(segment.document, None).await {
                    counts.try_update(|counts| counts.insert(segment.id, preview.total));
                }
            });
        }
    });
    let row = move |id: String| {
        let own = id.clone();
        let name = move || {
            let found = draft
                .known()
                .segments
                .into_iter()
                .find(|segment| segment.id == own);
            found.map_or_else(
                || t::campaigns::a_segment().into_any(),
                |segment| {
                    view! {
                        <a href=Route::Segment(segment.id).path()>{segment.name}</a>
                        <span class="t-micro ink-3 sen">{said(&segment.sentence)}</span>
                    }
                    .into_any()
                },
            )
        };
        let (counted, gone) = (id.clone(), id);
        let count = move || {
            counts.with(|counts| counts.get(&counted).copied()).map_or_else(
                || view! { <span class="sk sk-cnt"></span> }.into_any(),
                |count| view! { {format::integer(count)} <span class="u">{t::campaigns::unit_people}</span> }.into_any(),
            )
        };
        view! {
            <li class="pick-r">
                <span class="pick-n">{name}</span>
                <span class="num">{count}</span>
                <IconButton icon=Icon::X size=ButtonSize::Small label=t::campaigns::take_out on_press=move || toggle(gone.clone())/>
            </li>
        }
    };
    view! {
        <div class="field pk-f">
            <span class="lbl">{label}</span>
            <Picker label=label chosen=Signal::derive(Vec::new) choices=choices nothing=t::campaigns::add_segment many=true on_pick=toggle/>
            <ul class="uses">{move || chosen.get().into_iter().map(row).collect_view()}</ul>
        </div>
    }
}
