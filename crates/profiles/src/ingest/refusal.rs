//! Why a message, or a part of it, was not taken.

use kernel::invalid::Bilingual;

/// The reason that quarantine shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The message is no JSON object, or one of its texts or numbers cannot be read.
    BadJson(String),
    /// The message is larger than 32 KB.
    TooLarge,
    /// The message's type is none of the six.
    UnknownType,
    /// Neither a user id nor an anonymous id.
    NoIdentity,
    /// A user, anonymous or previous id is a placeholder or too long.
    BadId(String),
    /// The message id has more than 100 characters.
    MessageIdTooLong,
    /// The same message id came before with other content.
    MessageIdReused,
    /// A track call without an event name, or one that is too long.
    NoEventName,
    /// An alias without a previous id, or a group without a group id.
    MissingField(&'static str),
    /// The name is one that only the product itself writes.
    ReservedName(String),
    /// The workspace has too many event names already.
    TooManyNames,
    /// An order event without an order id.
    NoOrderId,
    /// An amount, quantity or currency that cannot be read exactly.
    BadAmount(String),
    /// The order number was used before for another amount.
    OrderReused(String),
    /// An email address that cannot exist.
    BadEmail,
    /// A telephone number that cannot be read.
    BadPhone,
    /// A value that belongs to another customer.
    Taken(&'static str),
    /// A browser key may not merge two identified people.
    BrowserMerge,
    /// A browser key may not change what a server, a form or a file has set.
    BrowserChange(&'static str),
    /// An attribute whose value is not of its type.
    AttributeType(String),
    /// The workspace has too many attributes already.
    TooManyAttributes(String),
    /// An attribute that only the product itself writes.
    ComputedAttribute(String),
}

impl Refusal {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadJson(_) => "bad_json",
            Self::TooLarge => "too_large",
            Self::UnknownType => "unknown_type",
            Self::NoIdentity => "no_identity",
            Self::BadId(_) => "bad_id",
            Self::MessageIdTooLong => "message_id_too_long",
            Self::MessageIdReused => "message_id_reused",
            Self::NoEventName => "no_event_name",
            Self::MissingField(_) => "missing_field",
            Self::ReservedName(_) => "reserved_name",
            Self::TooManyNames => "too_many_names",
            Self::NoOrderId => "no_order_id",
            Self::BadAmount(_) => "bad_amount",
            Self::OrderReused(_) => "order_id_reused",
            Self::BadEmail => "bad_email",
            Self::BadPhone => "bad_phone",
            Self::Taken(_) => "belongs_to_another",
            Self::BrowserMerge => "browser_merge",
            Self::BrowserChange(_) => "browser_change",
            Self::AttributeType(_) => "attribute_type",
            Self::TooManyAttributes(_) => "too_many_attributes",
            Self::ComputedAttribute(_) => "computed_attribute",
        }
    }

    /// Returns the reason in words.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a reason; a table reads best whole"
    )]
    pub fn text(&self) -> Bilingual {
        let (en, ja) = match self {
            Self::BadJson(why) => (
                format!("the message cannot be read: {why}"),
                format!("メッセージを読み取れません: {why}"),
            ),
            Self::TooLarge => (
                "the message is larger than 32 KB".into(),
                "メッセージが32KBを超えています".into(),
            ),
            Self::UnknownType => (
                "the type must be identify, track, page, screen, group or alias".into(),
                "type は identify, track, page, screen, group, alias のいずれかです".into(),
            ),
            Self::NoIdentity => (
                "userId or anonymousId is required".into(),
                "userId か anonymousId が必要です".into(),
            ),
            Self::BadId(id) => (
                format!("\"{id}\" is a placeholder or too long, so it cannot name a person"),
                format!("「{id}」は仮の値か長すぎるため、個人を表すIDとして使えません"),
            ),
            Self::MessageIdTooLong => (
                "messageId may have 100 characters".into(),
                "messageId は100文字までです".into(),
            ),
            Self::MessageIdReused => (
                "the same messageId came before with other content".into(),
                "同じ messageId が別の内容で先に届いています".into(),
            ),
            Self::NoEventName => (
                "a track call needs an event name of at most 200 characters".into(),
                "track には200文字以内の event が必要です".into(),
            ),
            Self::MissingField(field) => (
                format!("{field} is required"),
                format!("{field} が必要です"),
            ),
            Self::ReservedName(name) => (
                format!(
                    "\"{name}\" is reserved: only the product itself writes message_* and consent_* events"
                ),
                format!("「{name}」は予約済みです。message_* と consent_* は製品だけが記録します"),
            ),
            Self::TooManyNames => (
                "the workspace has reached its limit of event names".into(),
                "イベント名の数が上限に達しています".into(),
            ),
            Self::NoOrderId => ("order_id is required".into(), "order_id が必要です".into()),
            Self::BadAmount(what) => (
                format!("{what} cannot be read exactly in its currency"),
                format!("{what} をその通貨で正確に読み取れません"),
            ),
            Self::OrderReused(order) => (
                format!("order {order} came before with another amount"),
                format!("注文 {order} は別の金額で先に届いています"),
            ),
            Self::BadEmail => (
                "the email address cannot exist; the rest was taken".into(),
                "メールアドレスが正しくありません（ほかは取り込みました）".into(),
            ),
            Self::BadPhone => (
                "the telephone number cannot be read; the rest was taken".into(),
                "電話番号を読み取れません（ほかは取り込みました）".into(),
            ),
            Self::Taken(what) => (
                format!("the {what} belongs to another customer; use alias if both are one person"),
                format!(
                    "この{}は別の顧客のものです。同一人物なら alias を使ってください",
                    japanese(what)
                ),
            ),
            Self::BrowserMerge => (
                "a browser key may not merge two identified customers".into(),
                "ブラウザーキーでは特定済みの顧客どうしを統合できません".into(),
            ),
            Self::BrowserChange(what) => (
                format!(
                    "a browser key may not change the {what} that a server, a form or a file has set"
                ),
                format!(
                    "サーバー・フォーム・ファイルが設定した{}は、ブラウザーキーでは変更できません",
                    japanese(what)
                ),
            ),
            Self::AttributeType(key) => (
                format!(
                    "the value of \"{key}\" is not of the attribute's type; the rest was taken"
                ),
                format!("「{key}」の値が属性の型に合いません（ほかは取り込みました）"),
            ),
            Self::TooManyAttributes(key) => (
                format!(
                    "\"{key}\" was left out: the workspace has reached its limit of attributes"
                ),
                format!("属性の数が上限に達しているため「{key}」は取り込めません"),
            ),
            Self::ComputedAttribute(key) => (
                format!(
                    "\"{key}\" is computed by the product and was left out; the rest was taken"
                ),
                format!(
                    "「{key}」は自動計算される属性なので取り込めません（ほかは取り込みました）"
                ),
            ),
        };
        Bilingual::new(en, ja)
    }
}

fn japanese(what: &str) -> &str {
    match what {
        "email address" => "メールアドレス",
        "telephone number" => "電話番号",
        "user id" => "ユーザーID",
        _ => "値",
    }
}
