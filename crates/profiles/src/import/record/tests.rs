use proptest::prelude::*;

use super::*;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Reads everything: `Ok(fields)` or `Err(code)` with the line.
fn read_all(input: &[u8]) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
    let mut reader = RecordReader::new(input, b',', 0, 1);
    let mut record = Record::default();
    let mut out = Vec::new();
    while reader.read(&mut record).unwrap() {
        let row = match &record.fault {
            Some(fault) => Err(fault.code),
            None => Ok(record.fields().map(text).collect()),
        };
        out.push((record.line, row));
    }
    assert_eq!(
        reader.offset(),
        input.len() as u64,
        "every byte is accounted for"
    );
    out
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands beside `Err` in lists of expected rows"
)]
fn ok(fields: &[&str]) -> Result<Vec<String>, &'static str> {
    Ok(fields.iter().map(|field| (*field).to_owned()).collect())
}

#[test]
fn mixed_line_ends_empty_lines_and_quoted_line_breaks_keep_their_line_numbers() {
    let rows = read_all(b"a,b\r\n\r\n\"x\r\ny\",\"say \"\"hi\"\"\"\nc,d\re,\n");
    assert_eq!(
        rows,
        vec![
            (1, ok(&["a", "b"])),
            (3, ok(&["x\r\ny", "say \"hi\""])),
            (5, ok(&["c", "d"])),
            (6, ok(&["e", ""])),
        ]
    );
}

#[test]
fn a_broken_quote_costs_its_own_line_only() {
    let rows = read_all(b"a,\"b\"x,c\nd,e,f\ng,\"h,i\nj,k,l\n");
    assert_eq!(
        rows,
        vec![
            (1, Err("broken_quote")),
            (2, ok(&["d", "e", "f"])),
            (3, Err("unclosed_quote")),
            (4, ok(&["j", "k", "l"]))
        ]
    );
}

#[test]
fn a_huge_field_is_refused_without_being_held_and_the_next_line_is_read() {
    let mut input = b"1,ok\n2,".to_vec();
    input.extend(std::iter::repeat_n(b'x', 5 << 20));
    input.extend(b"\n3,ok\n4,\"");
    input.extend(std::iter::repeat_n(b'y', 2 << 20));
    input.extend(b"\n5,ok");
    let rows = read_all(&input);
    let codes: Vec<_> = rows
        .iter()
        .map(|(line, row)| (*line, row.as_ref().err().copied()))
        .collect();
    assert_eq!(
        codes,
        vec![
            (1, None),
            (2, Some("field_too_large")),
            (3, None),
            (4, Some("unclosed_quote")),
            (5, None)
        ]
    );
}

#[test]
fn nul_bytes_are_named() {
    assert_eq!(
        read_all(b"a,\0\nb,c\n"),
        vec![(1, Err("nul_byte")), (2, ok(&["b", "c"]))]
    );
}

#[test]
fn a_stray_quote_inside_a_plain_field_is_a_character() {
    assert_eq!(read_all(b"5\" pipe,3\n"), vec![(1, ok(&["5\" pipe", "3"]))]);
}

proptest! {
    #[test]
    fn what_a_csv_writer_wrote_reads_back(rows in prop::collection::vec(prop::collection::vec("[a-z\",;\r\n あ髙𠮷]{0,8}", 1..5), 0..20)) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let expected: Vec<Vec<String>> =
            rows.into_iter().filter(|row| row.iter().any(|field| !field.bytes().all(|b| b.is_ascii_whitespace()))).collect();
        let read: Vec<Vec<String>> = read_all(&bytes).into_iter().map(|(_, row)| row.unwrap()).collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn any_bytes_end_and_can_be_resumed_at_every_record(input in prop::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(0u8), any::<u8>()], 0..200)) {
        let whole = read_all(&input);
        let mut reader = RecordReader::new(&input[..], b',', 0, 1);
        let mut record = Record::default();
        let mut n = 0;
        while reader.read(&mut record).unwrap() {
            n += 1;
            let offset = usize::try_from(reader.offset()).unwrap();
            let mut rest = RecordReader::new(&input[offset..], b',', reader.offset(), reader.line());
            let mut next = Record::default();
            let resumed = rest.read(&mut next).unwrap().then_some(next.line);
            prop_assert_eq!(resumed, whole.get(n).map(|(line, _)| *line));
        }
        prop_assert_eq!(n, whole.len());
    }
}
