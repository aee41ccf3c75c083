//! The sections: customers, words, addresses and lists, columns, buckets, the events of each customer.

use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use hashbrown::HashMap;

use super::{
    field::{Reader, Writer},
    section::{Input, Output},
};
use crate::{
    SnapshotError,
    base::{Base, Customers, People},
    bits::Bits,
    change::{Term, TermKind},
    column::{Column, Dictionary},
    event::{Bucket, row::Part},
    key::ColumnKey,
    packed::Packed,
    view::View,
    words::{Codebook, Words},
};

pub(super) fn write<W: Write>(view: &View, output: &mut Output<W>) -> io::Result<()> {
    let base = &view.base;
    output.section(&filled(|to| {
        to.array(base.people.keys());
        to.array(base.active.words());
    }))?;
    output.section(&filled(|to| write_words(&view.words, to)))?;
    output.section(&filled(|to| write_sets(view, to)))?;
    output.section(&filled(|to| {
        to.u64(base.columns.len() as u64);
        to.u64(base.buckets.len() as u64);
    }))?;
    for (key, column) in &base.columns {
        output.section(&filled(|to| write_column(key, column, to)))?;
    }
    for (name, bucket) in &base.buckets {
        output.section(&filled(|to| write_bucket(*name, bucket, to)))?;
    }
    output.section(&filled(|to| {
        to.array(&base.customers.starts);
        to.array(&base.customers.rows);
        to.array(&base.customers.bucket_starts);
    }))
}

pub(super) fn read<R: Read>(input: &mut Input<R>) -> Result<View, SnapshotError> {
    let (keys, words) = input.section(|from| Some((from.array()?, from.array()?)))?;
    let people = People::new(keys);
    let active = Arc::new(Bits::from_words(people.len(), words));
    let mut view = View {
        words: Arc::new(input.section(read_words)?),
        ..View::default()
    };
    input.section(|from| read_sets(&mut view, from))?;
    let (n_columns, n_buckets) = input.section(|from| Some((from.u64()?, from.u64()?)))?;
    let mut columns = HashMap::new();
    for _ in 0..n_columns {
        let (key, column) = input.section(read_column)?;
        columns.insert(key, Arc::new(column));
    }
    let mut buckets = Vec::new();
    for _ in 0..n_buckets {
        let (name, bucket) = input.section(read_bucket)?;
        buckets.push((name, Arc::new(bucket)));
    }
    let customers = input.section(|from| {
        Some(Customers {
            starts: from.array()?,
            rows: from.array()?,
            bucket_starts: from.array()?,
        })
    })?;
    input.end()?;
    let ids = buckets.iter().flat_map(|(_, bucket)| &bucket.ids);
    let greatest_id = ids.copied().max().unwrap_or(i64::MIN);
    let mut base = Base {
        people: Arc::new(people),
        active: Arc::clone(&active),
        columns,
        buckets,
        customers: Arc::new(customers),
        greatest_id,
        ..Base::default()
    };
    base.weigh();
    view.base = Arc::new(base);
    view.active = active;
    Ok(view)
}

fn filled(fill: impl FnOnce(&mut Writer)) -> Writer {
    let mut writer = Writer::default();
    fill(&mut writer);
    writer
}

fn write_words(words: &Words, to: &mut Writer) {
    to.array(words.products.numbers());
    to.array(words.categories.numbers());
    to.array(words.campaigns.numbers());
    let terms: Vec<&Term> = words.terms().collect();
    to.u64(terms.len() as u64);
    for term in terms {
        to.i64(term.id);
        to.u8(term.kind as u8);
        to.text(&term.value);
        to.maybe(term.parent);
    }
    let names: Vec<(&str, i32)> = words.names().collect();
    to.u64(names.len() as u64);
    for (name, id) in names {
        to.text(name);
        to.i64(i64::from(id));
    }
}

fn read_words(from: &mut Reader<'_>) -> Option<Words> {
    let mut words = Words::default();
    words.products = Codebook::from_numbers(from.array()?);
    words.categories = Codebook::from_numbers(from.array()?);
    words.campaigns = Codebook::from_numbers(from.array()?);
    for _ in 0..from.u64()? {
        words.learn(&Term {
            id: from.i64()?,
            kind: match from.u8()? {
                1 => TermKind::Product,
                2 => TermKind::Category,
                3 => TermKind::Brand,
                _ => return None,
            },
            value: from.text()?.into(),
            parent: from.maybe().ok()?,
        });
    }
    for _ in 0..from.u64()? {
        let name = from.text()?;
        words.call(i32::try_from(from.i64()?).ok()?, &name);
    }
    Some(words)
}

fn write_sets(view: &View, to: &mut Writer) {
    to.u64(view.suppressed.len() as u64);
    for (channel, addresses) in view.suppressed.as_ref() {
        to.text(channel);
        to.u64(addresses.len() as u64);
        for address in addresses {
            to.text(address);
        }
    }
    to.u64(view.lists.len() as u64);
    for (list, members) in &view.lists {
        to.i64(*list);
        to.bitmap(members);
    }
}

fn read_sets(view: &mut View, from: &mut Reader<'_>) -> Option<()> {
    let suppressed = Arc::make_mut(&mut view.suppressed);
    for _ in 0..from.u64()? {
        let addresses = suppressed.entry(Arc::from(from.text()?)).or_default();
        for _ in 0..from.u64()? {
            addresses.insert(from.text()?.into());
        }
    }
    for _ in 0..from.u64()? {
        let list = from.i64()?;
        view.lists.insert(list, Arc::new(from.bitmap()?));
    }
    Some(())
}

fn write_column(key: &ColumnKey, column: &Column, to: &mut Writer) {
    let (kind, [a, b]) = key.parts();
    to.u8(kind);
    to.text(a);
    to.text(b);
    write_values(column, to);
}

fn read_column(from: &mut Reader<'_>) -> Option<(ColumnKey, Column)> {
    let (kind, a, b) = (from.u8()?, from.text()?, from.text()?);
    let key = ColumnKey::from_parts(kind, [&a, &b])?;
    Some((key, read_values(from)?.with_holders()))
}

fn write_values(column: &Column, to: &mut Writer) {
    match column {
        Column::Coded {
            codes, dictionary, ..
        } => {
            to.u8(0);
            to.codes(codes);
            to.u32(dictionary.n_other);
            to.array(&dictionary.booleans);
            to.array(&dictionary.numbers);
            to.array(&dictionary.instants);
            to.texts(&dictionary.texts);
            to.array(&dictionary.list_ends);
            to.array(&dictionary.elements);
            to.texts(&dictionary.element_texts);
        }
        Column::Instants(packed) => {
            to.u8(1);
            to.packed(packed);
        }
    }
}

fn read_values(from: &mut Reader<'_>) -> Option<Column> {
    if from.u8()? == 1 {
        return Some(Column::Instants(from.packed()?));
    }
    let codes = from.codes()?;
    let dictionary = Dictionary {
        n_other: from.u32()?,
        booleans: from.array()?,
        numbers: from.array()?,
        instants: from.array()?,
        texts: from.texts()?,
        list_ends: from.array()?,
        elements: from.array()?,
        element_texts: from.texts()?,
    };
    Some(Column::coded(codes, dictionary))
}

fn write_bucket(name: i32, bucket: &Bucket, to: &mut Writer) {
    to.i64(i64::from(name));
    to.i64(bucket.period);
    to.u32(bucket.span.0);
    to.u32(bucket.span.1);
    to.array(&bucket.block_starts);
    to.array(&bucket.people);
    to.array(&bucket.offsets);
    to.array(&bucket.ids);
    for packed in &bucket.parts {
        to.packed(packed);
    }
    to.u64(bucket.properties.len() as u64);
    for (key, column) in &bucket.properties {
        to.text(key);
        write_values(column, to);
    }
}

fn read_bucket(from: &mut Reader<'_>) -> Option<(i32, Bucket)> {
    let name = i32::try_from(from.i64()?).ok()?;
    let mut bucket = Bucket {
        period: from.i64()?,
        span: (from.u32()?, from.u32()?),
        block_starts: from.array()?,
        people: from.array()?,
        offsets: from.array()?,
        ids: from.array()?,
        ..Bucket::default()
    };
    let mut parts: [Packed; Part::ALL.len()] = Default::default();
    for packed in &mut parts {
        *packed = from.packed()?;
    }
    bucket.parts = parts;
    for _ in 0..from.u64()? {
        let key = Arc::from(from.text()?);
        bucket.properties.push((key, read_values(from)?));
    }
    Some((name, bucket))
}
