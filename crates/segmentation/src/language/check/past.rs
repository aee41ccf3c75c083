//! The checks of membership in the past.

use kernel::invalid::Invalid;

use super::spot::Spot;
use crate::language::{Moment, WasIn, When};

impl Spot {
    pub(super) fn was_in(&self, was_in: &WasIn, found: &mut Invalid) {
        match was_in.when {
            When::Within(window) => self.to("/when/within").window(window, found),
            When::At(Moment::Ahead(_)) => self.to("/when/at/ahead").say(
                found,
                "future",
                "name a moment that has passed",
                "過ぎた時点を指定してください",
            ),
            When::At(Moment::Ago(span)) if span.millis() == 0 => self.to("/when/at/ago").say(
                found,
                "empty",
                "who is in now is asked by `segment`",
                "いま入っているかは「セグメントに入っている」で調べます",
            ),
            When::At(moment) => self.to("/when/at").moment(moment, found),
        }
    }
}
