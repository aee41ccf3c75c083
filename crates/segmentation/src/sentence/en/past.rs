//! Membership in the past in English: "who were in the segment “VIP” 30 days ago".

use super::words::{moment_words, window_words};
use crate::{
    language::{Moment, WasIn, When},
    sentence::Labels,
};

pub(super) fn clause(was_in: &WasIn, labels: &dyn Labels) -> String {
    let name = labels.segment(was_in.id);
    let when = match was_in.when {
        When::At(moment) => {
            let word = match moment {
                Moment::Date(_) => "on ",
                Moment::Instant(_) => "at ",
                Moment::Ago(_) | Moment::Ahead(_) => "",
            };
            format!(" {word}{}", moment_words(moment))
        }
        When::Within(window) => format!(" at some time{}", window_words(window)),
    };
    format!("who were in the segment “{name}”{when}")
}
