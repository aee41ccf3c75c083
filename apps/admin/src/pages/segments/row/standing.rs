//! A place among the buyers: what is compared, how it is cut, which groups.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use leptos::prelude::*;
use serde_json::{Value, json};

use super::window::WindowControls;
use crate::{
    i18n as t,
    pages::segments::{
        control::{NumberBox, Pick, TextsBox},
        editor::Editor,
        logic::standing,
    },
    ui::Choice,
};

#[component]
pub(super) fn StandingControls(editor: Editor, at: String) -> impl IntoView {
    let base = StoredValue::new(format!("{at}/standing"));
    let held = editor.at(base.get_value());
    let word = move |name: &'static str, default: &'static str| {
        Memo::new(move |_| {
            held.with(|held| {
                let value = held
                    .as_ref()
                    .and_then(|held| held.get(name))
                    .and_then(Value::as_str);
                value.unwrap_or(default).to_owned()
            })
        })
    };
    let cut = Memo::new(move |_| held.with(|held| standing::cut_word(held.as_ref()).to_owned()));
    let put = move |name: &'static str| {
        move |to: String| editor.set(&format!("{}/{name}", base.get_value()), json!(to))
    };
    let recut = move |to: String| {
        let former = held.get_untracked().unwrap_or_default();
        editor.set(&base.get_value(), standing::recut(&former, &to));
    };
    let size = move || {
        let cut = cut.get();
        let pointer = format!("{}/cut/{cut}", base.get_value());
        if cut == "breaks" {
            view! {
                <TextsBox editor=editor pointer=pointer label=t::segments::standing_breaks numbers=true/>
                <span class="say-w">{t::segments::w_breaks}</span>
            }
            .into_any()
        } else {
            view! {
                <NumberBox editor=editor pointer=pointer label=t::segments::standing_size/>
                <span class="say-w">{t::segments::w_cut_into}</span>
            }
            .into_any()
        }
    };
    view! {
        <WindowControls editor=editor at=format!("{at}/standing/within")/>
        <span class="say-w">{t::segments::w_of_standing}</span>
        <Pick label=t::segments::standing_by value=word("by", "monetary") choices=Signal::derive(bases) on_pick=put("by")/>
        <Pick label=t::segments::standing_cut value=cut choices=Signal::derive(cuts) on_pick=recut/>
        {size}
        <Pick label=t::segments::standing_first value=word("first", "worst") choices=Signal::derive(firsts) on_pick=put("first")/>
        <TextsBox editor=editor pointer=format!("{at}/standing/in") label=t::segments::standing_groups numbers=true/>
        <span class="say-w">{t::segments::w_in_groups}</span>
    }
}

fn bases() -> Vec<Choice> {
    vec![
        Choice::new("recency", t::segments::by_recency),
        Choice::new("frequency", t::segments::by_frequency),
        Choice::new("monetary", t::segments::by_monetary),
    ]
}

fn cuts() -> Vec<Choice> {
    vec![
        Choice::new("equal_counts", t::segments::cut_equal_counts),
        Choice::new("equal_values", t::segments::cut_equal_values),
        Choice::new("equal_ranks", t::segments::cut_equal_ranks),
        Choice::new("breaks", t::segments::cut_breaks),
    ]
}

fn firsts() -> Vec<Choice> {
    vec![
        Choice::new("best", t::segments::first_best),
        Choice::new("worst", t::segments::first_worst),
    ]
}
