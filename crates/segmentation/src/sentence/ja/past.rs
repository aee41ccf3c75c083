//! Membership in the past in Japanese: 「30日前にセグメント「優良」に入っていた」.

use super::{
    Form,
    words::{moment_words, window_words},
};
use crate::{
    language::{WasIn, When},
    sentence::Labels,
};

pub(super) fn clause(was_in: &WasIn, form: Form, labels: &dyn Labels) -> String {
    let name = labels.segment(was_in.id);
    match was_in.when {
        When::At(moment) => format!(
            "{}にセグメント「{name}」に入って{}",
            moment_words(moment),
            form.pick("いて", "いた")
        ),
        When::Within(window) => {
            let when = match window_words(window, "に") {
                ever if ever.is_empty() => "これまでに".to_owned(),
                when => when,
            };
            format!(
                "{when}セグメント「{name}」に入っていたことがあ{}",
                form.pick("り", "る")
            )
        }
    }
}
