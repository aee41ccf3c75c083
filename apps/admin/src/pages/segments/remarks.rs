//! What is worth knowing of the rule before it is saved, and what a test with it can show.

use api_types::segment_remarks::{SegmentPower, SegmentRemark, SegmentRemarks, SegmentSpread};
use leptos::prelude::*;

use super::editor::{Editor, said};
use crate::{
    api::{Loaded, load, segments as api},
    format, i18n as t,
    routes::Route,
    ui::{CountBar, Note, Skeleton, Tone},
};

/// The remarks on the rule as it was counted last.
#[component]
pub(crate) fn Remarks(
    /// The rule.
    editor: Editor,
    /// The segment being edited.
    own: Signal<Option<String>>,
) -> impl IntoView {
    let asked = load(
        move || {
            let is_counted = editor.preview().is_some() && !editor.is_asking() && editor.is_sound();
            is_counted.then(|| (editor.document_now(), own.get()))
        },
        |asked, signal| async move {
            match asked {
                Some((document, own)) => api::remarks(document, own, Some(&signal)).await.map(Some),
                None => Ok(None),
            }
        },
    );
    // While it is counted anew the former remarks stay.
    let shown = RwSignal::new(None::<SegmentRemarks>);
    Effect::new(move |_| {
        if let Some(Some(found)) = asked.value() {
            shown.set(Some(found));
        }
    });
    let body = move || match (shown.get(), asked.get()) {
        (_, Loaded::Failed(error)) => {
            view! { <p class="t-small ink-2">{move || error.sentence()}</p> }.into_any()
        }
        (None, _) => view! { <Skeleton lines=2/> }.into_any(),
        (Some(found), _) => whole(found).into_any(),
    };
    view! {
        <section class="sec" aria-live="polite">
            <div class="sec-h"><h2 class="t-sub">{t::segments::remarks}</h2></div>
            {body}
        </section>
    }
}

fn whole(found: SegmentRemarks) -> impl IntoView + use<> {
    let is_fine = found.items.is_empty();
    let spread = (!found.spread.is_empty()).then(|| spread(found.spread, found.members));
    view! {
        <div class="rm">
            {is_fine.then(|| view! { <Note tone=Tone::Good>{t::segments::remarks_none}</Note> })}
            {found.items.into_iter().map(remark).collect_view()}
            {spread}
            <p class="t-small ink-3">{power(&found.power)}</p>
        </div>
    }
}

fn remark(remark: SegmentRemark) -> impl IntoView {
    let tone = match remark.code.as_str() {
        "nobody" | "drifted" => Tone::Danger,
        "stale" => Tone::Neutral,
        _ => Tone::Warn,
    };
    let link = remark.segment.map(|other| {
        view! { " " <a href=Route::Segment(other.id).path()>{t::segments::remark_look}</a> }
    });
    let message = remark.message;
    view! { <Note tone=tone>{move || said(&message)} {link}</Note> }
}

/// When those whom it selects bought last: people of one kind, yet spread over all of these.
#[expect(clippy::cast_precision_loss, reason = "a bar of some hundred pixels")]
fn spread(stretches: Vec<SegmentSpread>, members: i64) -> impl IntoView {
    let line = move |one: SegmentSpread| {
        let share = one.members as f64 / members.max(1) as f64;
        let label = match one.bought.as_str() {
            "30" => t::segments::spread_30(),
            "90" => t::segments::spread_90(),
            "365" => t::segments::spread_365(),
            "longer" => t::segments::spread_longer(),
            _ => t::segments::spread_never(),
        };
        view! {
            <li><span>{label}</span><CountBar share=Signal::stored(share)/><span class="num">{format::integer(one.members)}</span></li>
        }
    };
    view! {
        <figure class="rm-s">
            <figcaption class="t-small ink-2">{t::segments::spread}</figcaption>
            <ul>{stretches.into_iter().map(line).collect_view()}</ul>
        </figure>
    }
}

fn power(power: &SegmentPower) -> String {
    let percent = |share: f64| format::percent(Some(share));
    match power.smallest {
        Some(smallest) => t::segments::Power {
            base: percent(power.base),
            smallest: percent(smallest),
        }
        .say(),
        None => t::segments::power_none(format::integer(power.needed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_told_with_the_rates_that_it_can_tell_apart() {
        let of = |smallest| SegmentPower {
            base: 0.1,
            smallest,
            needed: 394,
        };
        let said = power(&of(Some(0.1234)));
        assert!(said.contains("10.0%") && said.contains("12.3%"), "{said}");
        assert!(power(&of(None)).contains("394"));
    }
}
