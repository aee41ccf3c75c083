//! Words for what menus are and do.

use api_types::line_menus::{LineMenuAction, LineMenuView};

use crate::{
    i18n as t,
    ui::{Icon, Tone},
};

/// A text in the language of the page.
type Text = fn() -> &'static str;

/// Returns how a menu's state is shown: tone, icon, word, sentence.
pub(super) fn state(menu: &LineMenuView) -> (Tone, Icon, Text, Text) {
    match menu.state.as_str() {
        "live" if menu.is_changed => (
            Tone::Good,
            Icon::Pencil,
            t::menus::state_changed,
            t::menus::state_changed_help,
        ),
        "live" => (
            Tone::Good,
            Icon::CircleCheck,
            t::menus::state_live,
            t::menus::state_live_help,
        ),
        "publishing" => (
            Tone::Act,
            Icon::LoaderCircle,
            t::menus::state_publishing,
            t::menus::state_publishing_help,
        ),
        "refused" => (
            Tone::Danger,
            Icon::CircleAlert,
            t::menus::state_refused,
            t::menus::state_refused_help,
        ),
        _ => (
            Tone::Neutral,
            Icon::FileText,
            t::menus::state_draft,
            t::menus::state_draft_help,
        ),
    }
}

/// Returns the stored word of an action.
pub(super) const fn kind(action: &LineMenuAction) -> &'static str {
    match action {
        LineMenuAction::Uri { .. } => "uri",
        LineMenuAction::Message { .. } => "message",
        LineMenuAction::Postback { .. } => "postback",
        LineMenuAction::Switch { .. } => "switch",
    }
}

/// Says what an action does, in a word.
pub(super) fn action(action: &LineMenuAction) -> &'static str {
    match action {
        LineMenuAction::Uri { .. } => t::menus::action_uri(),
        LineMenuAction::Message { .. } => t::menus::action_message(),
        LineMenuAction::Postback { .. } => t::menus::action_postback(),
        LineMenuAction::Switch { .. } => t::menus::action_switch(),
    }
}

/// Returns the letter of an area: A, B, C …
pub(super) fn letter(at: usize) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    letters
        .chars()
        .nth(at)
        .map(String::from)
        .unwrap_or_default()
}
