//! What an index takes: memory, loading from the feed and from a file, following, compaction.

#![expect(
    clippy::cast_precision_loss,
    reason = "bytes and counts far below 2⁵³ that are divided"
)]

use std::{fs, path::Path, process::Command, time::Instant};

use index::{Batch, Change, Index, Limit};

use super::{
    Options,
    chance::below,
    data::{DAY, Made, NAMES, NO_PRODUCT, NOW, PRODUCTS, Shop},
    feed,
};
use crate::{
    dice::Dice,
    figure::{Bar, Report},
    machine,
    shop::WORKSPACE,
};

const EVENT_BAR: f64 = 80.0;
const PEAK_BAR: f64 = 160.0;
const PERSON_BAR: f64 = 200.0;
const FILE_BAR: f64 = 5.0;
const FOLLOWING_BAR: f64 = 100_000.0;
/// Events that are followed, and how many are taken in before somebody looks.
const FOLLOWED: u32 = 200_000;
const AT_ONCE: u32 = 2_000;

/// Feeds an index, and tells what it holds. Returns the events beside it.
pub(super) fn load(shop: &Shop, report: &mut Report) -> anyhow::Result<(Index, usize)> {
    let before = own();
    let (events, people) = (shop.events.len(), shop.people.gender.len());
    let began = Instant::now();
    let index = feed::load(shop)?;
    let took = began.elapsed().as_secs_f64();
    let after = own();
    let memory = index.memory();
    let held = memory.of_events() as f64 / events as f64;
    report.add("memory an event", held, "B", Some(Bar::AtMost(EVENT_BAR)));
    let held = memory.of_people() as f64 / people as f64;
    report.add(
        "memory a customer",
        held,
        "B",
        Some(Bar::AtMost(PERSON_BAR)),
    );
    let of_all = |megabytes: f64| megabytes * 1e6 / events as f64;
    report.add(
        "resident by the system, all an event",
        of_all(after.now - before.now),
        "B",
        None,
    );
    report.add(
        "peak while loading from the feed, all an event",
        of_all(after.peak - before.now),
        "B",
        Some(Bar::AtMost(PEAK_BAR)),
    );
    report.add("loading from the feed", took, "s", None);
    Ok((index, events))
}

/// Writes the file and reads it, warm and cold.
pub(super) fn save_and_load(
    index: &Index,
    folder: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let path = folder.join("index");
    let began = Instant::now();
    index.save(&path, WORKSPACE)?;
    report.add("writing the file", seconds(began), "s", None);
    let size = fs::metadata(&path)?.len() as f64 / 1e6;
    report.add("the file", size, "MB", None);
    let began = Instant::now();
    let read = Index::load(&path, WORKSPACE, Limit::default())?;
    let took = seconds(began);
    report.add("reading it, warm", took, "s", Some(Bar::AtMost(FILE_BAR)));
    anyhow::ensure!(
        read.view().digest() == index.view().digest(),
        "what was read is not what was written"
    );
    drop(read);
    // GNU dd drops what the system keeps of a file.
    let file = format!("if={}", path.display());
    let dropped = Command::new("dd")
        .args([&file, "iflag=nocache", "count=0", "status=none"])
        .status();
    if dropped.is_ok_and(|status| status.success()) {
        let began = Instant::now();
        drop(Index::load(&path, WORKSPACE, Limit::default())?);
        report.add("reading it, cold", seconds(began), "s", None);
    }
    Ok(fs::remove_file(&path)?)
}

/// Takes in what happens now, while somebody looks again and again.
pub(super) fn follow(
    index: &Index,
    category_of: &[u8],
    options: &Options,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut dice = Dice::new(7);
    let mut id = i64::from(options.events);
    let mut batches = Vec::new();
    for _ in 0..FOLLOWED / AT_ONCE {
        let changes = (0..AT_ONCE).map(|_| {
            id += 1;
            let made = now(&mut dice, options.people);
            Change::Event(feed::event(made, id, category_of))
        });
        batches.push(Batch {
            changes: changes.collect(),
            position: None,
        });
    }
    let n = index.view().n_events();
    let began = Instant::now();
    for batch in batches {
        index.apply(batch)?;
        let _seen = index.view();
    }
    let rate = f64::from(FOLLOWED) / seconds(began);
    anyhow::ensure!(
        index.view().n_events() == n + u64::from(FOLLOWED),
        "events were lost on the way"
    );
    let bar = Some(Bar::AtLeast(FOLLOWING_BAR));
    report.add("following, seen every 2,000", rate, "events/s", bar);
    Ok(())
}

fn now(dice: &mut Dice, people: u32) -> Made {
    let name = u8::try_from(dice.below(NAMES.len() as u64)).unwrap_or(0);
    let product = u16::try_from(below(dice, PRODUCTS)).unwrap_or(0);
    let has_product = matches!(name, 1..=3 | 11);
    Made {
        at: NOW - 1 - below(dice, DAY),
        person: below(dice, people),
        amount: 1_000,
        product: if has_product { product } else { NO_PRODUCT },
        name,
        quantity: 1,
    }
}

/// Makes a new base of everything, and tells how much more it took meanwhile.
pub(super) fn compact(index: &Index, events: usize, report: &mut Report) -> anyhow::Result<()> {
    let held = super::bytes(index) as f64;
    // From here on the system tells the peak anew.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = own().now;
    let began = Instant::now();
    index.compact();
    report.add("compaction of those", seconds(began), "s", None);
    let peak = held + (own().peak - before) * 1e6;
    let bar = Some(Bar::AtMost(PEAK_BAR));
    let what = "peak while compacting, all an event";
    report.add(what, peak / events as f64, "B", bar);
    Ok(())
}

fn own() -> machine::Memory {
    machine::memory(std::process::id())
}

fn seconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64()
}
