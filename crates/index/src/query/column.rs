//! Tests of columns: once per distinct value, then one pass over the codes.

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::{
    answer::Answer,
    bits::Bits,
    change::Value,
    column::{Codes, Column, Dictionary, Holders},
    key::ColumnKey,
    number::{BLOCK, at, ordinal},
    packed::Packed,
    value::ValueRef,
    view::View,
};

/// Dictionaries with more values are tested on all cores.
const MANY: u32 = 20_000;

/// What a test says of one value.
type Truth = Option<bool>;

impl View {
    /// Tests a column; `test` sees `None` where a customer has no value.
    pub fn test(
        &self,
        key: &ColumnKey,
        test: impl Fn(Option<ValueRef<'_>>) -> Truth + Sync,
    ) -> Answer {
        let base = self.base.columns.get(key).map(AsRef::as_ref);
        let answer = match base {
            None => self.alike(test(None)),
            Some(Column::Coded {
                codes,
                dictionary,
                holders,
            }) => {
                let truths = judged(dictionary, &test);
                self.by_codes(codes, holders, &truths)
            }
            Some(Column::Instants(packed)) => self.by_instants(packed, &test),
        };
        self.corrected(key, answer, test)
    }

    /// Finds those whose text is one of some; other types and absent values are unknown.
    ///
    /// Looks the texts up instead of judging every distinct value.
    pub fn one_of<'a>(&self, key: &ColumnKey, texts: impl Iterator<Item = &'a str>) -> Answer {
        let wanted: hashbrown::HashSet<&str> = texts.collect();
        let judge = |value: Option<ValueRef<'_>>| match value {
            Some(ValueRef::Text(text)) => Some(wanted.contains(text)),
            _ => None,
        };
        let base = self.base.columns.get(key).map(AsRef::as_ref);
        let answer = match base {
            Some(Column::Coded {
                codes,
                dictionary,
                holders,
            }) => {
                let mut truths = vec![None; at(dictionary.len()) + 1];
                for code in dictionary.text_codes() {
                    put(&mut truths, code, Some(false));
                }
                for text in &wanted {
                    if let Some(code) = dictionary.code(ValueRef::Text(text)) {
                        put(&mut truths, code, Some(true));
                    }
                }
                self.by_codes(codes, holders, &truths)
            }
            _ => self.alike(None),
        };
        self.corrected(key, answer, judge)
    }

    /// Finds the members of a static list.
    pub fn members(&self, list: i64) -> Answer {
        let n = self.n_ordinals();
        Answer::known(match self.lists.get(&list) {
            Some(members) => Bits::from_sparse(n, members),
            None => Bits::none(n),
        })
    }

    fn alike(&self, truth: Truth) -> Answer {
        let n = self.n_ordinals();
        match truth {
            Some(holds) => Answer::everybody(n, holds),
            None => Answer::doubtful(Bits::none(n), Bits::all(n)),
        }
    }

    fn by_codes(&self, codes: &Codes, holders: &Holders, truths: &[Truth]) -> Answer {
        let n = self.n_ordinals();
        let certain = chosen(codes, holders, truths, |truth| truth == Some(true), n);
        let is_complete = holders.n_absent == 0 && codes.len() == n;
        let of_values = truths.get(usize::from(is_complete)..).unwrap_or_default();
        if !of_values.contains(&None) {
            return Answer::known(certain);
        }
        let possible = chosen(codes, holders, truths, |truth| truth != Some(false), n);
        Answer::doubtful(certain, possible)
    }

    fn by_instants(
        &self,
        packed: &Packed,
        test: &(impl Fn(Option<ValueRef<'_>>) -> Truth + Sync),
    ) -> Answer {
        let n = self.n_ordinals();
        let absent = test(None);
        let (mut certain, mut possible) = (Bits::none(n), Bits::none(n));
        certain.fill(|certain| {
            possible.fill(|possible| {
                let words = BLOCK / 64;
                certain
                    .par_chunks_mut(words)
                    .zip(possible.par_chunks_mut(words))
                    .enumerate()
                    .for_each(|(block, (certain, possible))| {
                        let first = ordinal(block * BLOCK);
                        let end = ordinal((block + 1) * BLOCK).min(packed.len());
                        let mut row = 0usize;
                        packed.each(first.min(end)..end, |value| {
                            let truth =
                                value.map_or(absent, |value| test(Some(ValueRef::Instant(value))));
                            mark(certain, row, truth == Some(true));
                            mark(possible, row, truth != Some(false));
                            row += 1;
                        });
                        for row in row..BLOCK {
                            mark(certain, row, absent == Some(true));
                            mark(possible, row, absent != Some(false));
                        }
                    });
            });
        });
        Answer::doubtful(certain, possible)
    }

    /// Judges those anew whose value changed since the base was made.
    fn corrected(
        &self,
        key: &ColumnKey,
        answer: Answer,
        test: impl Fn(Option<ValueRef<'_>>) -> Truth,
    ) -> Answer {
        let Some(changed) = self.changed.get(key) else {
            return answer;
        };
        let (mut certain, mut possible) = (answer.certain().clone(), answer.possible().clone());
        let rows: &HashMap<u32, Option<Value>> = &changed.rows;
        for (row, value) in rows {
            let truth = test(value.as_ref().map(Value::as_ref));
            certain.put(*row, truth == Some(true));
            possible.put(*row, truth != Some(false));
        }
        Answer::doubtful(certain, possible)
    }
}

fn mark(words: &mut [u64], row: usize, holds: bool) {
    if let Some(word) = words.get_mut(row / 64) {
        *word |= u64::from(holds) << (row % 64);
    }
}

fn put(truths: &mut [Truth], code: u32, truth: Truth) {
    if let Some(place) = truths.get_mut(at(code)) {
        *place = truth;
    }
}

/// Judges every distinct value; the first is "absent".
fn judged(
    dictionary: &Dictionary,
    test: &(impl Fn(Option<ValueRef<'_>>) -> Truth + Sync),
) -> Vec<Truth> {
    let n = dictionary.len();
    let judge = |code: u32| test(dictionary.value(code));
    if n > MANY {
        (0..=n).into_par_iter().map(judge).collect()
    } else {
        (0..=n).map(judge).collect()
    }
}

/// Gathers the rows whose code is meant: from their sets, else in one pass over the codes.
fn chosen(
    codes: &Codes,
    holders: &Holders,
    truths: &[Truth],
    is_meant: impl Fn(Truth) -> bool,
    n: u32,
) -> Bits {
    let meant: Vec<bool> = truths.iter().map(|truth| is_meant(*truth)).collect();
    let mut bits = if holders.are_kept() {
        holders.gather(&meant, n)
    } else {
        scanned(codes, &meant, n)
    };
    if meant.first() == Some(&true) {
        // Who came after the column was made has no value in it.
        for row in codes.len()..n {
            bits.insert(row);
        }
    }
    bits
}

fn scanned(codes: &Codes, meant: &[bool], n: u32) -> Bits {
    let mut bits = Bits::none(n);
    match codes {
        Codes::Narrow8(codes) => {
            let mut table = [0u8; 256];
            for (place, meant) in table.iter_mut().zip(meant) {
                *place = u8::from(*meant);
            }
            scan(codes, &mut bits, |code: u8| lookup(&table, code.into()));
        }
        Codes::Narrow16(codes) => {
            let table = padded(meant, 1 << 16);
            scan(codes, &mut bits, |code: u16| lookup(&table, code.into()));
        }
        Codes::Wide(codes) => {
            let table = padded(meant, meant.len());
            scan(codes, &mut bits, |code: u32| lookup(&table, at(code)));
        }
    }
    bits
}

fn padded(meant: &[bool], n: usize) -> Vec<u8> {
    let mut table: Vec<u8> = meant.iter().map(|meant| u8::from(*meant)).collect();
    table.resize(n.max(table.len()), 0);
    table
}

fn lookup(table: &[u8], code: usize) -> u64 {
    table.get(code).copied().map_or(0, u64::from)
}

fn scan<N: Copy + Sync>(codes: &[N], bits: &mut Bits, judge: impl Fn(N) -> u64 + Sync) {
    bits.fill(|words| {
        words
            .par_chunks_mut(BLOCK / 64)
            .zip(codes.par_chunks(BLOCK))
            .for_each(|(words, codes)| {
                for (word, codes) in words.iter_mut().zip(codes.chunks(64)) {
                    for (i, code) in codes.iter().enumerate() {
                        *word |= judge(*code) << i;
                    }
                }
            });
    });
}
