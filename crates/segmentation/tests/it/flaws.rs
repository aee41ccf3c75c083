//! Readings that are wrong on purpose: the comparison with the index must catch every one of them.

use index::LeafCache;
use kernel::id::SegmentId;
use segmentation::language::Document;
use serde_json::json;
use testkit::{Kit, START};

use crate::{
    dice::{Dice, INNER, inner, tree, world},
    indexed::index_of,
    naive::Naive,
    world::{at, rule, save_as},
};

/// A way to get the language wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// `not` turns unknown into true.
    UnknownIsFalse,
    /// Who has no value has another one.
    AbsentDiffers,
    /// A merged customer is still somebody.
    MergedStay,
    /// What happens this very moment has been.
    NowIncluded,
    /// A window begins a millisecond late.
    FirstInstantLeftOut,
    /// A week begins on Sunday.
    WeekFromSunday,
    /// Midnight is that of UTC.
    DaysOfUtc,
    /// Born on 29 February, a birthday every four years.
    LeapDayDropped,
    /// The day of birth is a birthday.
    DayIsItsAnniversary,
    /// Who does not tell the year has no birthday.
    YearlessHasNoDay,
    /// Who does not tell the year may be of any age.
    YearlessIsAnyAge,
    /// The hour at which it ends still counts.
    HourEndIncluded,
    /// The per cent at which it ends still counts.
    ShareEndIncluded,
    /// An average is a whole number.
    AverageCutOff,
    /// The average of nothing is 0.
    NothingIsZeroOnAverage,
    /// Dollars are added to yen.
    ForeignCounts,
    /// A prefetched picture is an opened mail.
    MachinesCount,
    /// Every line of an order is a purchase.
    LinesAreTimes,
    /// What lies below a category is not in it.
    CategoryAlone,
    /// An event without a product is none of these products.
    NotInTakesAbsent,
    /// Writings of one word are different words.
    FoldForgotten,
    /// A permission has no end.
    ConsentNeverEnds,
    /// What happens at one instant happens one after the other.
    SameInstantFollows,
    /// Of each step, the earliest event alone is looked at.
    EarliestStepOnly,
    /// How soon a step follows is measured from the first step.
    SpanFromFirstStep,
    /// A step that follows exactly so late is too late.
    SpanEndLeftOut,
    /// What must not lie between two steps must not come after them.
    WithoutAfterwards,
    /// What has not happened yet will not happen.
    NotYetIsNever,
    /// The last instant at which something may follow is over before it has passed.
    DeadlineIsOver,
    /// What follows after the end of the window did not follow.
    NotFollowedInWindowOnly,
    /// Any product will do for each step.
    SameForgotten,
    /// Two events without a product are about the same one.
    AbsentIsAlike,
    /// Since the first of them, where the latest is meant.
    SinceTheFirstInstead,
    /// Who never did the other thing did everything after it.
    SinceNothingIsEver,
    /// What happens at the instant of the other thing comes after it.
    SinceTakesItsInstant,
    /// At the instant of leaving one is still in.
    StayEndIncluded,
    /// Where a merged customer was, the one that she is now was not.
    RowOfMergedLost,
    /// Who was taken off a list is on it.
    TakenOffStays,
    /// What an upload wrote that is not through is seen.
    UnfinishedIsSeen,
    /// Before anything was kept nobody was in.
    UnkeptIsOut,
    /// A degree of longitude is as long as one of latitude.
    DegreesAlike,
    /// Nothing is near across the antimeridian.
    EarthEndsAt180,
    /// What says no place is far away.
    NoPlaceIsFar,
}

const ALL: [Flaw; 43] = [
    Flaw::UnknownIsFalse,
    Flaw::AbsentDiffers,
    Flaw::MergedStay,
    Flaw::NowIncluded,
    Flaw::FirstInstantLeftOut,
    Flaw::WeekFromSunday,
    Flaw::DaysOfUtc,
    Flaw::LeapDayDropped,
    Flaw::DayIsItsAnniversary,
    Flaw::YearlessHasNoDay,
    Flaw::YearlessIsAnyAge,
    Flaw::HourEndIncluded,
    Flaw::ShareEndIncluded,
    Flaw::AverageCutOff,
    Flaw::NothingIsZeroOnAverage,
    Flaw::ForeignCounts,
    Flaw::MachinesCount,
    Flaw::LinesAreTimes,
    Flaw::CategoryAlone,
    Flaw::NotInTakesAbsent,
    Flaw::FoldForgotten,
    Flaw::ConsentNeverEnds,
    Flaw::SameInstantFollows,
    Flaw::EarliestStepOnly,
    Flaw::SpanFromFirstStep,
    Flaw::SpanEndLeftOut,
    Flaw::WithoutAfterwards,
    Flaw::NotYetIsNever,
    Flaw::DeadlineIsOver,
    Flaw::NotFollowedInWindowOnly,
    Flaw::SameForgotten,
    Flaw::AbsentIsAlike,
    Flaw::SinceTheFirstInstead,
    Flaw::SinceNothingIsEver,
    Flaw::SinceTakesItsInstant,
    Flaw::StayEndIncluded,
    Flaw::RowOfMergedLost,
    Flaw::TakenOffStays,
    Flaw::UnfinishedIsSeen,
    Flaw::UnkeptIsOut,
    Flaw::DegreesAlike,
    Flaw::EarthEndsAt180,
    Flaw::NoPlaceIsFar,
];

/// Random worlds at the most; the test ends when the last wrong reading is caught.
const WORLDS: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_reading_is_caught() {
    let mut dice = Dice(20_261_128);
    let mut uncaught = ALL.to_vec();
    for _ in 0..WORLDS {
        let world = world(&mut dice);
        let inner = rule(json!({"all": [inner(&mut dice)]}));
        let test = testkit::both().await.into_iter().next().unwrap();
        let kit = Kit::new(&test).await;
        world.load(&kit).await;
        save_as(&kit, INNER, &inner).await;
        let (index, cache, at) = (index_of(&world), LeafCache::new(1 << 20), at(START));
        for _ in 0..400 {
            let document: Document = rule(tree(&mut dice, 1));
            let words = segmentation::resolve_words(kit.db.reader(), &at, &[&document]).await;
            let compiled = segmentation::index::compile(&document, &words.unwrap(), &at);
            let view = index.view();
            let members = compiled.members(&view, Some(&cache));
            let members = view.profiles(&members);
            uncaught.retain(|flaw| {
                let wrong = Naive {
                    world: &world,
                    now: START,
                    zone: at.zone,
                    segments: vec![(SegmentId::from_raw(INNER), inner.clone())],
                    flaw: Some(*flaw),
                };
                wrong.members(&document.root) == members
            });
        }
        if uncaught.is_empty() {
            return;
        }
    }
    panic!(
        "{} rules do not tell these from the right reading: {uncaught:?}",
        WORLDS * 400
    );
}
