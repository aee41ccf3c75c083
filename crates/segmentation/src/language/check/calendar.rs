//! The checks of calendar windows, anniversaries, hours and shares.

use kernel::invalid::Invalid;

use super::spot::{Emptiness, Spot};
use crate::language::{Anniversary, CalendarSpan, CalendarUnit, Hours, Share};

/// The widest stretch of days in which an anniversary is looked for.
const MAX_STRETCH: i32 = 366;

impl Spot {
    pub(super) fn calendar_span(&self, span: CalendarSpan, found: &mut Invalid) {
        let (n, unit) = span.parts();
        let most = match unit {
            CalendarUnit::Day => 36_525,
            CalendarUnit::Week => 5_218,
            CalendarUnit::Month => 1_200,
            CalendarUnit::Quarter => 400,
            CalendarUnit::Year => 100,
        };
        if n == 0 {
            self.say(found, "empty", "the window is empty", "期間の長さが0です");
        }
        if n > most {
            self.say(
                found,
                "too_long",
                "a span is a hundred years at most",
                "期間は100年までです",
            );
        }
    }

    pub(super) fn anniversary(&self, anniversary: &Anniversary, found: &mut Invalid) {
        let Anniversary { from, until, turns } = anniversary;
        let is_near = |days: &i32| (-MAX_STRETCH..=MAX_STRETCH).contains(days);
        if from > until {
            self.say(
                found,
                "order",
                "the stretch ends before it begins",
                "期間の終わりが始まりより前です",
            );
        } else if !is_near(from) || !is_near(until) || until - from >= MAX_STRETCH {
            self.say(
                found,
                "too_long",
                format!(
                    "an anniversary is looked for in {MAX_STRETCH} days at most, no further off"
                ),
                format!("記念日を探せるのは前後{MAX_STRETCH}日以内の、{MAX_STRETCH}日間までです"),
            );
        }
        let at = self.to("/turns");
        at.list_len(turns.len(), 200, Emptiness::Allowed, found);
        if turns.iter().any(|turns| !(1..=999).contains(turns)) {
            at.say(
                found,
                "range",
                "an anniversary is the 1st to the 999th",
                "年数は1から999で指定してください",
            );
        }
    }

    pub(super) fn hours(&self, hours: Hours, found: &mut Invalid) {
        if hours.from > 23 || !(1..=24).contains(&hours.until) || hours.from == hours.until {
            self.say(
                found,
                "range",
                "hours go from 0 to 23, until 1 to 24, and do not end where they begin",
                "時刻は0〜23時から1〜24時までで、始まりと終わりは別にしてください",
            );
        }
    }

    pub(super) fn share(&self, share: &Share, found: &mut Invalid) {
        self.to("/salt").text(&share.salt, found);
        for (name, value) in [("/from", share.from), ("/until", share.until)] {
            let hundredths = value * 100.0;
            let is_fine = (hundredths - hundredths.round()).abs() > 1e-6;
            if !(0.0..=100.0).contains(&value) || is_fine {
                self.to(name).say(
                    found,
                    "range",
                    "a per cent is 0 to 100 with two decimals",
                    "割合は0から100、小数は2桁までで指定してください",
                );
                return;
            }
        }
        let (from, until) = share.parts();
        if from >= until {
            self.say(
                found,
                "order",
                "the share ends where or before it begins",
                "割合の終わりは始まりより大きくしてください",
            );
        }
    }
}
