//! Files as such: broken rows, encodings, what is no CSV, the preview.

use std::{fmt::Write as _, sync::Arc};

use kernel::page::PageRequest;
use profiles::import::{
    self, Field, ImportError, ImportJob, ImportKind, ImportState, SourceOptions, TextEncoding,
};

use super::{Desk, ORDERS, counts};

#[tokio::test]
async fn broken_rows_are_put_aside_and_can_be_mended_and_loaded_again() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        let text = "\u{feff}会員番号,姓\r\n1,佐藤\n2,\"鈴木\"x\r\n3,田中,余分\n\n4\n5,\"山,田\"\r\n6,\0\n7,\"開いた\n";
        let import = desk.load(ImportKind::Customers, text).await;
        assert_eq!(counts(&import), (2, 0, 5), "{}", test.name());
        let codes: Vec<String> = desk
            .refused(import.id)
            .await
            .into_iter()
            .map(|(line, code)| format!("{line} {code}"))
            .collect();
        assert_eq!(
            codes,
            [
                "3 broken_quote",
                "4 column_count",
                "6 column_count",
                "8 nul_byte",
                "9 unclosed_quote"
            ]
        );

        let page = PageRequest {
            after: None,
            limit: Some(100),
        };
        let rows = import::list_refused(desk.kit.db.reader(), desk.kit.workspace, import.id, &page)
            .await
            .unwrap();
        let csv = import::write_refused_csv(&import, &rows.items, "ja", true);
        let mut lines = csv.lines();
        assert_eq!(lines.next().unwrap(), "会員番号,姓,行番号,コード,理由");
        assert!(
            lines
                .next()
                .unwrap()
                .starts_with("\"2,\"\"鈴木\"\"x\",,3,broken_quote,"),
            "{csv}"
        );
        assert!(
            lines
                .nth(1)
                .unwrap()
                .starts_with("4,,6,column_count,列数が2ではなく1です"),
            "{csv}"
        );
    }
}

#[tokio::test]
async fn files_of_windows_are_read() {
    let test = testkit::sqlite().await;
    let desk = Desk::new(&test).await;
    let sjis = encoding_rs::SHIFT_JIS
        .encode("会員番号;氏名\r\n1;表示ソ①髙橋\r\n")
        .0
        .into_owned();
    let (id, inspection) = desk.upload(ImportKind::Customers, &sjis).await.unwrap();
    assert_eq!(
        (inspection.encoding, inspection.delimiter),
        (TextEncoding::ShiftJis, b';')
    );
    desk.start(id, &inspection, inspection.mapping.clone())
        .await
        .unwrap();
    desk.worker(desk.job()).run_due().await.unwrap();
    assert_eq!(
        desk.text("SELECT full_name FROM profile").await,
        "表示ソ①髙橋"
    );

    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain("会員番号\t氏名\r\n9\t𠮷野\r\n".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let (id, inspection) = desk.upload(ImportKind::Customers, &utf16).await.unwrap();
    assert_eq!(
        (inspection.encoding, inspection.delimiter),
        (TextEncoding::Utf8, b'\t')
    );
    desk.start(id, &inspection, inspection.mapping.clone())
        .await
        .unwrap();
    desk.worker(desk.job()).run_due().await.unwrap();
    assert_eq!(
        desk.text("SELECT full_name FROM profile WHERE external_id = '9'")
            .await,
        "𠮷野"
    );
}

#[tokio::test]
async fn what_is_no_csv_is_refused_at_once() {
    let test = testkit::sqlite().await;
    let desk = Desk::new(&test).await;
    let code = async |bytes: &[u8]| match desk.upload(ImportKind::Orders, bytes).await {
        Err(ImportError::Unreadable(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    };
    let binary: Vec<u8> = (0..4_000u32)
        .map(|i| u8::try_from(i * i % 251).unwrap())
        .collect();
    assert_eq!(code(&binary).await, "binary_file");
    assert_eq!(code(b"").await, "empty_file");
    assert_eq!(code(b"\n\n\n").await, "empty_file");

    let (id, inspection) = desk.upload(ImportKind::Orders, b"a\n1\n2\n").await.unwrap();
    let warnings: Vec<_> = inspection
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect();
    assert!(warnings.contains(&"one_column"));
    let Err(ImportError::Invalid(invalid)) = desk
        .start(id, &inspection, inspection.mapping.clone())
        .await
    else {
        panic!("a mapping without an order number is refused")
    };
    assert_eq!(
        invalid.0.len(),
        4,
        "every missing field is named: {invalid:?}"
    );
}

#[tokio::test]
async fn a_file_with_the_wrong_mapping_is_stopped_early() {
    let test = testkit::sqlite().await;
    let desk = Desk::new(&test).await;
    let mut file = "会員番号,メール\n".to_owned();
    for n in 0..7_000 {
        writeln!(file, "{n},no address").unwrap();
    }
    let (id, inspection) = desk
        .upload(ImportKind::Customers, file.as_bytes())
        .await
        .unwrap();
    desk.start(id, &inspection, inspection.mapping.clone())
        .await
        .unwrap();
    desk.worker(ImportJob::new(desk.kit.ids.clone(), None))
        .run_due()
        .await
        .unwrap();
    let import = desk.find(id).await;
    assert_eq!(
        (import.state, import.error_code.as_deref()),
        (ImportState::Failed, Some("all_refused"))
    );
    assert_eq!(import.n_refused, 5_000);
}

#[tokio::test]
async fn a_preview_shows_rows_and_reasons_before_anything_is_written() {
    let test = testkit::sqlite().await;
    let desk = Desk::new(&test).await;
    let path = desk.file(ORDERS.replace(",120\n", ",十\n").as_bytes());
    let inspection = import::inspect(&path, ImportKind::Orders, &Desk::defaults()).unwrap();
    assert!(
        inspection
            .mapping
            .columns
            .iter()
            .any(|column| column.field == Field::OccurredAt)
    );
    let options = SourceOptions {
        kind: ImportKind::Orders,
        encoding: inspection.encoding,
        delimiter: inspection.delimiter,
        mapping: Arc::new(inspection.mapping),
        file_name: "x.csv".to_owned(),
    };
    let rows = import::preview(&path, &options, 20, desk.now()).unwrap();
    assert_eq!(rows.len(), 7);
    assert_eq!(rows[0].row.as_ref().unwrap()["category"], "飲料 > お茶");
    assert_eq!(rows[1].refusal.as_ref().unwrap().code, "amount");
    assert!(
        rows[1]
            .refusal
            .as_ref()
            .unwrap()
            .message
            .ja
            .contains("金額")
    );
    assert_eq!(desk.number("SELECT COUNT(*) FROM profile").await, 0);
}
