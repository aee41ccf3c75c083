//! Words for events, fields and attributes.

use std::collections::HashMap;

use kernel::{
    id::{ListId, SegmentId, WorkspaceId},
    invalid::Bilingual,
    money::Currency,
};
use profiles::names as n;
use sea_orm::FromQueryResult;
use storage::{ConnectionTrait, sql};

use super::Labels;
use crate::{
    SegmentError,
    language::{Document, Field},
    resolve::{list_references, past_references, references},
    store,
};

/// What a customer did, as verbs: Japanese noun for 「…する」, English past and base form.
pub(super) struct Verb {
    /// What stands before the verb when no product or category does.
    pub(super) ja_object: &'static str,
    pub(super) ja: &'static str,
    pub(super) en_past: &'static str,
    pub(super) en_base: &'static str,
    /// What stands after the English verb when no product or category does.
    pub(super) en_object: &'static str,
}

const fn verb(
    ja_object: &'static str,
    ja: &'static str,
    en_past: &'static str,
    en_base: &'static str,
    en_object: &'static str,
) -> Verb {
    Verb {
        ja_object,
        ja,
        en_past,
        en_base,
        en_object,
    }
}

/// Returns the verb of a well-known event.
pub(super) fn verb_of(name: &str) -> Option<Verb> {
    Some(match n::fixed_id(name)? {
        n::ORDER_COMPLETED => verb("", "注文", "placed", "place", "an order"),
        n::PRODUCT_PURCHASED => verb("商品を", "購入", "bought", "buy", "something"),
        n::PRODUCT_VIEWED => verb("商品を", "閲覧", "viewed", "view", "a product"),
        n::PRODUCT_ADDED => verb(
            "商品を",
            "カートに追加",
            "put into the cart",
            "put into the cart",
            "a product",
        ),
        n::CART_VIEWED => verb("カートを", "確認", "looked at", "look at", "the cart"),
        n::CHECKOUT_STARTED => verb("", "購入手続きを開始", "started", "start", "a checkout"),
        n::PAGE_VIEWED => verb("ページを", "閲覧", "viewed", "view", "a page"),
        n::SCREEN_VIEWED => verb("アプリの画面を", "閲覧", "viewed", "view", "an app screen"),
        n::PRODUCT_LIST_VIEWED => verb("商品一覧を", "閲覧", "viewed", "view", "a product list"),
        n::PRODUCTS_SEARCHED => verb("商品を", "検索", "searched for", "search for", "products"),
        n::ORDER_CANCELLED => verb("注文を", "キャンセル", "cancelled", "cancel", "an order"),
        n::COUPON_APPLIED => verb("クーポンを", "利用", "used", "use", "a coupon"),
        n::PRODUCT_REVIEWED => verb("商品を", "レビュー", "reviewed", "review", "a product"),
        n::SIGNED_UP => verb("", "会員登録", "signed up", "sign up", ""),
        n::SIGNED_IN => verb("", "ログイン", "signed in", "sign in", ""),
        n::MESSAGE_SENT => verb("メッセージを", "受信", "received", "receive", "a message"),
        n::MESSAGE_OPENED => verb("メッセージを", "開封", "opened", "open", "a message"),
        n::MESSAGE_CLICKED => verb(
            "メッセージのリンクを",
            "クリック",
            "clicked",
            "click",
            "a link in a message",
        ),
        n::LINE_FOLLOWED => verb(
            "LINEで",
            "友だち追加",
            "added",
            "add",
            "the LINE account as a friend",
        ),
        n::LINE_BLOCKED => verb("LINEで", "ブロック", "blocked", "block", "the LINE account"),
        n::LINE_MESSAGE_RECEIVED => verb(
            "LINEで",
            "メッセージを送信",
            "wrote to",
            "write to",
            "the LINE account",
        ),
        n::LINE_POSTBACK => verb(
            "LINEのボタンを",
            "タップ",
            "tapped",
            "tap",
            "a button in LINE",
        ),
        _ => return None,
    })
}

/// Returns the label of an event as a noun; the name itself when it is not well known.
pub fn event_label(name: &str) -> Bilingual {
    let label = match n::fixed_id(name) {
        Some(n::ORDER_COMPLETED) => ("Order", "注文"),
        Some(n::PRODUCT_PURCHASED) => ("Purchase", "購入"),
        Some(n::PRODUCT_VIEWED) => ("Product view", "商品の閲覧"),
        Some(n::PRODUCT_ADDED) => ("Put into cart", "カートに追加"),
        Some(n::PRODUCT_REMOVED) => ("Taken out of cart", "カートから削除"),
        Some(n::CART_VIEWED) => ("Cart view", "カートの確認"),
        Some(n::CHECKOUT_STARTED) => ("Checkout started", "購入手続きの開始"),
        Some(n::ORDER_REFUNDED) => ("Refund", "返金"),
        Some(n::PRODUCT_REFUNDED) => ("Refund of a product", "商品の返金"),
        Some(n::ORDER_CANCELLED) => ("Order cancelled", "注文のキャンセル"),
        Some(n::PAGE_VIEWED) => ("Page view", "ページの閲覧"),
        Some(n::SCREEN_VIEWED) => ("Screen view", "アプリ画面の閲覧"),
        Some(n::PRODUCT_LIST_VIEWED) => ("Product list view", "商品一覧の閲覧"),
        Some(n::PRODUCT_CLICKED) => ("Product click", "商品のクリック"),
        Some(n::PRODUCTS_SEARCHED) => ("Product search", "商品の検索"),
        Some(n::COUPON_APPLIED) => ("Coupon used", "クーポンの利用"),
        Some(n::WISHLIST_ADDED) => ("Wish", "お気に入りに追加"),
        Some(n::PRODUCT_REVIEWED) => ("Review", "レビュー"),
        Some(n::SIGNED_UP) => ("Sign-up", "会員登録"),
        Some(n::SIGNED_IN) => ("Sign-in", "ログイン"),
        Some(n::MESSAGE_SENT) => ("Message sent", "メッセージの送信"),
        Some(n::MESSAGE_OPENED) => ("Message opened", "メッセージの開封"),
        Some(n::MESSAGE_CLICKED) => ("Message clicked", "メッセージのクリック"),
        Some(n::MESSAGE_BOUNCED) => ("Message bounced", "メッセージの不達"),
        Some(n::MESSAGE_UNSUBSCRIBED) => ("Unsubscribed", "配信停止"),
        Some(n::UNSUBSCRIBE_CLICKED) => ("Unsubscribe link clicked", "配信停止リンクのクリック"),
        Some(n::MESSAGE_COMPLAINED) => ("Complaint", "迷惑メール報告"),
        Some(n::LINE_FOLLOWED) => ("Added as a friend on LINE", "LINEの友だち追加"),
        Some(n::LINE_BLOCKED) => ("Blocked on LINE", "LINEのブロック"),
        Some(n::LINE_MESSAGE_RECEIVED) => ("Message on LINE", "LINEでのメッセージ"),
        Some(n::LINE_POSTBACK) => ("Button tapped on LINE", "LINEのボタンのタップ"),
        Some(n::LINE_BEACON) => ("LINE beacon", "LINEビーコン"),
        Some(n::LINE_VIDEO_WATCHED) => ("Video watched on LINE", "LINEの動画の視聴完了"),
        Some(n::LINE_LINKED) => ("LINE account linked", "LINEアカウントの連携"),
        Some(n::LINE_UNLINKED) => ("LINE account unlinked", "LINEアカウントの連携解除"),
        Some(n::PUSH_ALLOWED) => ("Pushes allowed", "プッシュ通知の許可"),
        Some(n::PUSH_STOPPED) => ("Pushes turned off", "プッシュ通知の停止"),
        Some(n::PUSH_DEVICE_GONE) => (
            "App or permission removed",
            "アプリの削除・通知の許可の取り消し",
        ),
        Some(n::PUSH_SHOWN) => ("Push shown", "プッシュ通知の表示"),
        Some(n::PUSH_DISMISSED) => ("Push swept away", "プッシュ通知を閉じた"),
        Some(n::CONSENT_CHANGED) => ("Consent changed", "同意の変更"),
        _ => (name, name),
    };
    Bilingual::new(label.0, label.1)
}

/// Returns the label of a standard field.
pub(crate) fn field_label(field: Field) -> Bilingual {
    let (en, ja) = match field {
        Field::ExternalId => ("customer number", "顧客番号"),
        Field::Email => ("email address", "メールアドレス"),
        Field::Phone => ("phone number", "電話番号"),
        Field::FamilyName => ("family name", "姓"),
        Field::GivenName => ("given name", "名"),
        Field::FullName => ("name", "氏名"),
        Field::Locale => ("language", "言語"),
        Field::TimeZone => ("time zone", "タイムゾーン"),
        Field::IsAnonymous => ("anonymity", "匿名かどうか"),
        Field::FirstSeenAt => ("first contact", "最初の接点"),
        Field::LastSeenAt => ("latest contact", "最後の接点"),
        Field::CreatedAt => ("registration", "登録日時"),
    };
    Bilingual::new(en, ja)
}

/// Labels read from a workspace.
#[derive(Debug, Clone)]
pub struct Names {
    attributes: HashMap<String, Bilingual>,
    segments: HashMap<SegmentId, String>,
    lists: HashMap<ListId, String>,
    currency: Currency,
}

#[derive(FromQueryResult)]
struct AttributeLabel {
    key: String,
    label_ja: Option<String>,
    label_en: Option<String>,
}

#[derive(FromQueryResult)]
struct WorkspaceCurrency {
    currency: String,
}

impl Names {
    /// Reads what the sentences of some documents need.
    pub async fn load(
        db: &impl ConnectionTrait,
        workspace: WorkspaceId,
        documents: &[&Document],
    ) -> Result<Self, SegmentError> {
        let binds = [workspace.raw().into()];
        let text = "SELECT key, label_ja, label_en FROM attribute_def WHERE workspace_id = $1";
        let rows: Vec<AttributeLabel> = sql::all(db, text, binds.clone()).await?;
        let attributes = rows
            .into_iter()
            .map(|row| {
                let ja = row
                    .label_ja
                    .clone()
                    .or_else(|| row.label_en.clone())
                    .unwrap_or_else(|| row.key.clone());
                let en = row
                    .label_en
                    .or(row.label_ja)
                    .unwrap_or_else(|| row.key.clone());
                (row.key, Bilingual::new(en, ja))
            })
            .collect();
        let ids: Vec<SegmentId> = documents
            .iter()
            .flat_map(|document| {
                let past = past_references(document);
                references(document).into_iter().chain(past)
            })
            .map(|(id, _)| id)
            .collect();
        let segments = store::names(db, workspace, &ids)
            .await?
            .into_iter()
            .collect();
        let documents = documents.iter();
        let lists: Vec<ListId> = documents
            .flat_map(|document| list_references(document))
            .map(|(id, _)| id)
            .collect();
        let lists = profiles::lists::names(db, workspace, &lists).await?;
        let row: Option<WorkspaceCurrency> =
            sql::one(db, "SELECT currency FROM workspace WHERE id = $1", binds).await?;
        let currency = row
            .and_then(|row| Currency::parse(&row.currency).ok())
            .unwrap_or(Currency::JPY);
        Ok(Self {
            attributes,
            segments,
            lists,
            currency,
        })
    }
}

impl Labels for Names {
    fn attribute(&self, key: &str) -> Bilingual {
        self.attributes
            .get(key)
            .cloned()
            .unwrap_or_else(|| Bilingual::new(key, key))
    }
    fn segment(&self, id: SegmentId) -> String {
        self.segments
            .get(&id)
            .cloned()
            .unwrap_or_else(|| id.to_string())
    }
    fn list(&self, id: ListId) -> String {
        let name = self.lists.get(&id).cloned();
        name.unwrap_or_else(|| id.to_string())
    }
    fn currency(&self) -> Currency {
        self.currency
    }
}
