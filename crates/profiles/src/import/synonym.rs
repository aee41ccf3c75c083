//! Column names as shops write them, in Japanese and English, and the field that each means.

use unicode_normalization::UnicodeNormalization;

use super::mapping::{Field, ImportKind};

/// Spellings are folded: half-width, lower case, without spaces, underscores, hyphens and brackets.
const SYNONYMS: &[(Field, &[&str])] = &[
    (
        Field::ExternalId,
        &[
            "会員番号",
            "会員id",
            "会員コード",
            "顧客番号",
            "顧客id",
            "顧客コード",
            "お客様番号",
            "お客様id",
            "ユーザーid",
            "世帯番号",
            "customerid",
            "customerno",
            "customernumber",
            "memberid",
            "memberno",
            "userid",
            "externalid",
            "householdid",
            "householdkey",
            "customer",
        ],
    ),
    (
        Field::Email,
        &[
            "メールアドレス",
            "メール",
            "eメール",
            "eメールアドレス",
            "email",
            "mail",
            "mailaddress",
            "emailaddress",
            "customeremail",
        ],
    ),
    (
        Field::Phone,
        &[
            "電話番号",
            "電話",
            "携帯電話",
            "携帯番号",
            "tel",
            "phone",
            "phonenumber",
            "mobile",
        ],
    ),
    (
        Field::FullName,
        &[
            "氏名",
            "名前",
            "お名前",
            "顧客名",
            "会員名",
            "name",
            "fullname",
            "customername",
        ],
    ),
    (
        Field::FamilyName,
        &[
            "姓",
            "苗字",
            "名字",
            "氏",
            "lastname",
            "familyname",
            "surname",
        ],
    ),
    (Field::GivenName, &["名", "firstname", "givenname"]),
    (Field::Locale, &["言語", "language", "locale", "lang"]),
    (Field::TimeZone, &["タイムゾーン", "timezone"]),
    (
        Field::EmailConsent,
        &[
            "メルマガ",
            "メルマガ許可",
            "メルマガ登録",
            "メルマガ購読",
            "メール配信",
            "メール配信許可",
            "配信許可",
            "dm可否",
            "オプトイン",
            "optin",
            "emailoptin",
            "newsletter",
            "subscribed",
            "acceptsmarketing",
            "emailconsent",
        ],
    ),
    (
        Field::OrderNo,
        &[
            "注文番号",
            "注文id",
            "受注番号",
            "オーダー番号",
            "伝票番号",
            "orderno",
            "orderid",
            "ordernumber",
            "basketid",
            "order",
            "transactionid",
        ],
    ),
    (
        Field::LineNo,
        &[
            "明細番号",
            "行番号",
            "明細行",
            "lineno",
            "linenumber",
            "lineitemid",
            "orderlineno",
        ],
    ),
    (
        Field::OccurredAt,
        &[
            "購入日時",
            "購入日",
            "注文日時",
            "注文日",
            "受注日時",
            "受注日",
            "販売日時",
            "orderedat",
            "orderdate",
            "date",
            "datetime",
            "purchasedat",
            "purchasedate",
            "createdat",
            "transactiontimestamp",
            "timestamp",
            "occurredat",
        ],
    ),
    (
        Field::Sku,
        &[
            "商品コード",
            "商品番号",
            "商品id",
            "品番",
            "jan",
            "janコード",
            "sku",
            "productid",
            "productcode",
            "itemcode",
            "itemid",
            "lineitemsku",
        ],
    ),
    (
        Field::ProductName,
        &[
            "商品名",
            "品名",
            "商品名称",
            "productname",
            "itemname",
            "product",
            "item",
            "lineitemname",
            "title",
        ],
    ),
    (
        Field::Category,
        &[
            "カテゴリ",
            "カテゴリー",
            "商品カテゴリ",
            "分類",
            "大分類",
            "中分類",
            "小分類",
            "部門",
            "category",
            "productcategory",
            "department",
            "producttype",
            "subcategory",
        ],
    ),
    (
        Field::Quantity,
        &[
            "数量",
            "個数",
            "点数",
            "購入数",
            "quantity",
            "qty",
            "lineitemquantity",
            "units",
        ],
    ),
    (
        Field::Amount,
        &[
            "金額",
            "小計",
            "明細金額",
            "売上",
            "売上金額",
            "税込金額",
            "amount",
            "lineamount",
            "total",
            "subtotal",
            "salesvalue",
            "linetotal",
        ],
    ),
    (
        Field::UnitPrice,
        &[
            "単価",
            "価格",
            "販売価格",
            "税込価格",
            "price",
            "unitprice",
            "lineitemprice",
        ],
    ),
    (
        Field::Currency,
        &["通貨", "通貨コード", "currency", "currencycode"],
    ),
    (
        Field::ImageUrl,
        &[
            "画像url",
            "画像",
            "商品画像",
            "imageurl",
            "image",
            "imagelink",
            "imagesrc",
        ],
    ),
    (
        Field::Url,
        &[
            "商品url",
            "url",
            "リンク",
            "ページurl",
            "link",
            "producturl",
        ],
    ),
    (
        Field::Stock,
        &[
            "在庫",
            "在庫数",
            "stock",
            "inventory",
            "inventoryquantity",
            "instock",
        ],
    ),
    (
        Field::Active,
        &[
            "公開",
            "販売中",
            "公開状態",
            "表示",
            "active",
            "published",
            "isactive",
            "enabled",
        ],
    ),
];

/// Guesses what a column of this name means in a file of this kind.
pub(crate) fn field_of(name: &str, kind: ImportKind) -> Option<Field> {
    let folded = fold(name);
    let fitting = SYNONYMS.iter().filter(|(field, _)| field.fits(kind));
    fitting
        .into_iter()
        .find(|(_, names)| names.contains(&folded.as_str()))
        .map(|(field, _)| *field)
}

/// Tells whether a text is a column name that any kind of file has.
pub(crate) fn is_known(name: &str) -> bool {
    let folded = fold(name);
    SYNONYMS
        .iter()
        .any(|(_, names)| names.contains(&folded.as_str()))
}

/// Makes an attribute key out of a column name.
pub(crate) fn key_of(name: &str, column: usize) -> String {
    let key: String = name
        .trim()
        .chars()
        .filter(|c| !matches!(c, '"' | '\\' | '\0'))
        .take(64)
        .collect();
    if key.is_empty() {
        format!("column_{}", column + 1)
    } else {
        key
    }
}

fn fold(name: &str) -> String {
    name.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|c| {
            !c.is_whitespace()
                && !matches!(
                    c,
                    '_' | '-' | '(' | ')' | '[' | ']' | '【' | '】' | '/' | '.' | ':' | '*'
                )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_common_shop_systems_are_understood() {
        for (name, kind, field) in [
            ("メールアドレス", ImportKind::Customers, Field::Email),
            ("Ｅ-Ｍａｉｌ", ImportKind::Customers, Field::Email),
            ("会員番号", ImportKind::Orders, Field::ExternalId),
            ("household_id", ImportKind::Orders, Field::ExternalId),
            ("Lineitem quantity", ImportKind::Orders, Field::Quantity),
            ("単価", ImportKind::Products, Field::UnitPrice),
            ("購入日時", ImportKind::Orders, Field::OccurredAt),
            ("名", ImportKind::Customers, Field::GivenName),
        ] {
            assert_eq!(field_of(name, kind), Some(field), "{name}");
        }
        assert_eq!(
            field_of("注文番号", ImportKind::Customers),
            None,
            "orders have it, customers have not"
        );
        assert_eq!(field_of("ランク", ImportKind::Customers), None);
    }
}
