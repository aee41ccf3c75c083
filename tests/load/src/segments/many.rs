//! All segments of a workspace: which of them one customer is in, and who is in each.

#![expect(
    clippy::cast_precision_loss,
    reason = "numbers of segments and of milliseconds"
)]

use index::{LeafCache, View};
use segmentation::index::{Rule, compile};

use super::{CACHE, feed::FIRST_PROFILE, median, plain::Plain, rules::Rules};
use crate::figure::{Bar, Report};

const ONE_BAR: f64 = 100.0;
const ALL_BAR: f64 = 10.0;
/// How often a customer is asked about in one measurement.
const REPEATS: usize = 200;
/// Customers of whom both ways are compared.
const COMPARED: usize = 300;

/// Asks about one customer and about all.
pub(super) fn ask(
    view: &View,
    rules: &Rules,
    plain: &Plain,
    report: &mut Report,
) -> anyhow::Result<()> {
    let compiled = || -> Vec<Rule> {
        let segments = rules.segments.iter();
        segments
            .map(|document| compile(document, &rules.resolved, &rules.at))
            .collect()
    };
    let all = compiled();
    let (took, _) = median(9, compiled)?;
    let n = all.len();
    report.add(format!("compiling {n} segments"), took * 1e3, "µs", None);
    one(view, &all, plain, report)?;
    let cache = LeafCache::new(CACHE);
    let (took, members) = median(3, || {
        cache.clear();
        let members = all.iter().map(|rule| rule.members(view, Some(&cache)));
        members.collect::<Vec<_>>()
    })?;
    let what = format!("{n} segments over all customers");
    report.add(what, took / 1e3, "s", Some(Bar::AtMost(ALL_BAR)));
    let selected: u64 = members.iter().map(index::Bits::count).sum();
    let mean = selected as f64 / n as f64;
    report.add("  members of one, mean", mean, "customers", None);
    for ordinal in (0..view.n_ordinals()).step_by(view.n_ordinals() as usize / COMPARED + 1) {
        let profile = view.profile(ordinal).unwrap_or(0);
        let Some(customer) = view.customer(profile) else {
            anyhow::bail!("customer {profile} is not known");
        };
        for (rule, members) in all.iter().zip(&members) {
            anyhow::ensure!(
                (rule.of_one(&customer) == Some(true)) == members.contains(ordinal),
                "customer {profile} alone is not what she is among all"
            );
        }
    }
    Ok(())
}

fn one(view: &View, all: &[Rule], plain: &Plain, report: &mut Report) -> anyhow::Result<()> {
    let mut by_events: Vec<(u32, i64)> = plain
        .n_events_by_person()
        .into_iter()
        .zip(FIRST_PROFILE..)
        .collect();
    by_events.sort_unstable();
    let n = by_events.len();
    let places = [
        ("median", n / 2, Some(Bar::AtMost(ONE_BAR))),
        ("99th of 100", n * 99 / 100, None),
        ("busiest", n - 1, None),
    ];
    for (name, place, bar) in places {
        let (n_events, profile) = by_events.get(place).copied().unwrap_or_default();
        let repeats = if n_events > 1_000 { 5 } else { REPEATS };
        let (took, _) = median(9, || {
            let mut n_in = 0;
            for _ in 0..repeats {
                let customer = view.customer(profile);
                let customer = customer.as_ref();
                n_in += all
                    .iter()
                    .filter(|rule| customer.and_then(|one| rule.of_one(one)) == Some(true))
                    .count();
            }
            n_in
        })?;
        let what = format!(
            "{} segments of the {name} customer ({n_events} events)",
            all.len()
        );
        report.add(what, took * 1e3 / repeats as f64, "µs", bar);
    }
    Ok(())
}
