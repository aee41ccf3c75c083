//! Files of customers: attributes, consent, addresses that clash.

use profiles::import::{ConsentDefault, ImportError, ImportKind, ImportState, Mapping};

use super::{Desk, counts};

const CUSTOMERS: &str = "会員番号,メールアドレス,姓,名,ランク,生年月日,メルマガ\n\
    1,a..b@docomo.ne.jp,髙橋,花子😀,ゴールド,1980/4/1,はい\n\
    2,ＴＡＲＯ＠example.jp,𠮷野,太郎,シルバー,昭和55年4月1日,いいえ\n\
    ,,名無し,,,,\n\
    4,not-an-address,佐藤,,,,\n";

#[tokio::test]
async fn customers_come_in_with_attributes_and_consent_and_a_second_time_changes_nothing() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        let import = desk.load(ImportKind::Customers, CUSTOMERS).await;
        assert_eq!(
            (import.state, counts(&import)),
            (ImportState::Done, (2, 0, 2)),
            "{}",
            test.name()
        );
        assert_eq!(
            desk.refused(import.id).await,
            vec![(4, "required".to_owned()), (5, "email".to_owned())]
        );
        assert!(!import.file_path.exists(), "the upload is removed");

        assert_eq!(
            desk.text("SELECT full_name FROM profile WHERE external_id = '1'")
                .await,
            "髙橋 花子😀"
        );
        assert_eq!(
            desk.text("SELECT email FROM profile WHERE external_id = '2'")
                .await,
            "taro@example.jp"
        );
        let birthday = desk.kit.db.dialect().json_text("attributes", "'生年月日'");
        assert_eq!(
            desk.text(&format!(
                "SELECT {birthday} FROM profile WHERE external_id = '2'"
            ))
            .await,
            "1980-04-01"
        );
        assert_eq!(
            desk.number("SELECT COUNT(*) FROM consent WHERE purpose = 'marketing' AND granted")
                .await,
            1
        );
        assert_eq!(
            desk.number("SELECT COUNT(*) FROM consent WHERE purpose = 'marketing' AND NOT granted")
                .await,
            1
        );
        assert_eq!(
            desk.text("SELECT value_type FROM attribute_def WHERE key = '生年月日'")
                .await,
            "date"
        );

        let version = desk
            .number("SELECT CAST(SUM(version) AS BIGINT) FROM profile")
            .await;
        let again = desk.load(ImportKind::Customers, CUSTOMERS).await;
        assert_eq!(counts(&again), (0, 2, 2));
        assert_eq!(
            desk.number("SELECT CAST(SUM(version) AS BIGINT) FROM profile")
                .await,
            version,
            "nothing was written"
        );
        let changed = desk
            .load(
                ImportKind::Customers,
                "会員番号,ランク\n1,プラチナ\n2,シルバー\n",
            )
            .await;
        assert_eq!(counts(&changed), (1, 1, 0));
    }
}

#[tokio::test]
async fn a_file_never_turns_a_no_into_a_yes() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        desk.load(
            ImportKind::Customers,
            "会員番号,メール,メルマガ\n1,a@example.jp,いいえ\n",
        )
        .await;
        let (id, inspection) = desk
            .upload(
                ImportKind::Customers,
                "会員番号,メール\n1,a@example.jp\n2,b@example.jp\n".as_bytes(),
            )
            .await
            .unwrap();
        let consent = ConsentDefault {
            channel: "email".to_owned(),
            purpose: "marketing".to_owned(),
            source: "店頭申込書".to_owned(),
            text_version: Some("2024-04".to_owned()),
        };
        let mapping = Mapping {
            consents: vec![consent],
            ..inspection.mapping.clone()
        };
        desk.start(id, &inspection, mapping).await.unwrap();
        desk.worker(desk.job()).run_due().await.unwrap();
        assert_eq!(
            desk.number("SELECT COUNT(*) FROM consent WHERE granted")
                .await,
            1,
            "{}",
            test.name()
        );
        assert!(
            desk.text("SELECT proof FROM consent_log WHERE granted")
                .await
                .starts_with("店頭申込書")
        );
    }
}

#[tokio::test]
async fn an_address_of_somebody_else_is_left_out_and_told() {
    for test in testkit::both().await {
        let desk = Desk::new(&test).await;
        let import = desk
            .load(
                ImportKind::Customers,
                "会員番号,メール,姓\n1,a@example.jp,佐藤\n2,a@example.jp,鈴木\n",
            )
            .await;
        assert_eq!(counts(&import), (2, 0, 0), "{}", test.name());
        assert_eq!(
            desk.refused(import.id).await,
            vec![(3, "email_of_another_customer".to_owned())]
        );
        assert_eq!(
            desk.number("SELECT COUNT(*) FROM profile WHERE email = 'a@example.jp'")
                .await,
            1
        );
        assert_eq!(
            desk.number(
                "SELECT COUNT(*) FROM profile WHERE family_name = '鈴木' AND email IS NULL"
            )
            .await,
            1
        );
    }
}

#[tokio::test]
async fn an_attribute_that_is_known_keeps_its_type() {
    let test = testkit::sqlite().await;
    let desk = Desk::new(&test).await;
    desk.load(ImportKind::Customers, "会員番号,来店回数\n1,12\n")
        .await;
    let (id, inspection) = desk
        .upload(
            ImportKind::Customers,
            "会員番号,来店回数\n1,多い\n".as_bytes(),
        )
        .await
        .unwrap();
    let Err(ImportError::Invalid(invalid)) = desk
        .start(id, &inspection, inspection.mapping.clone())
        .await
    else {
        panic!("text must not follow numbers")
    };
    assert_eq!(invalid.0[0].pointer, "/columns/1/value_type");
}
