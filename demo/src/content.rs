//! What the two ready mails say; the loader puts the words into a template.

/// A mail in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailText {
    /// Subject; may hold Liquid.
    pub subject: &'static str,
    /// The line that mail programs show beside the subject.
    pub preheader: &'static str,
    /// Headline.
    pub headline: &'static str,
    /// Paragraphs.
    pub paragraphs: &'static [&'static str],
    /// Words on the button.
    pub button: &'static str,
    /// Where the button leads.
    pub url: &'static str,
}

/// A mail in both languages, with the name of its campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadyMail {
    /// Japanese name of the campaign.
    pub name: &'static str,
    /// English name of the campaign.
    pub name_en: &'static str,
    /// Japanese text.
    pub ja: MailText,
    /// English text.
    pub en: MailText,
}

/// The mail of the finished campaign.
pub const FINISHED: ReadyMail = ReadyMail {
    name: "あなたの16枚クーポン 第18回",
    name_en: "Your sixteen coupons no. 18",
    ja: MailText {
        subject: "いつものお買い物に、あなたの16枚クーポン",
        preheader: "よくお求めの品から選びました。8週間お使いいただけます。",
        headline: "あなたのための16枚です",
        paragraphs: &[
            "いつも青葉ストアをご利用いただき、ありがとうございます。",
            "これまでのお買い物から、お役に立ちそうなクーポンを16枚お選びしました。レジで会員カードをお出しいただくと、その場で値引きになります。",
            "期間中は何度でもご確認いただけます。",
        ],
        button: "クーポンを見る",
        url: "https://shop.example.jp/coupons",
    },
    en: MailText {
        subject: "Sixteen coupons for what you usually buy",
        preheader: "Chosen from what you often buy, good for eight weeks.",
        headline: "Sixteen coupons for you",
        paragraphs: &[
            "Thank you for shopping at Aoba Store.",
            "From what you bought before, we chose sixteen coupons that may be of use. Show your card at the till and the discount is taken off at once.",
            "You can look them up as often as you like until they end.",
        ],
        button: "See my coupons",
        url: "https://shop.example.jp/coupons",
    },
};

/// The mail of the draft; it goes to the first of the segment ideas.
pub const DRAFT: ReadyMail = ReadyMail {
    name: "冷凍食品 そろそろ買い足しませんか",
    name_en: "Time to fill the freezer",
    ja: MailText {
        subject: "冷凍庫、そろそろ空いていませんか？",
        preheader: "よくお求めの冷凍食品を、今週のお買い得といっしょに。",
        headline: "買い足しどきのお知らせ",
        paragraphs: &[
            "このごろ冷凍食品をお求めでないようです。お弁当や忙しい日の一品に、そろそろ買い足しはいかがでしょうか。",
            "ピザ、野菜、おかずまで、よく選ばれている品をそろえました。",
        ],
        button: "冷凍食品を見る",
        url: "https://shop.example.jp/frozen",
    },
    en: MailText {
        subject: "Is there room in your freezer?",
        preheader: "The frozen food you often buy, with this week's offers.",
        headline: "Time to fill up",
        paragraphs: &[
            "It has been a while since you bought frozen food. For lunch boxes and busy days, now may be a good time.",
            "Pizza, vegetables and ready meals: here is what others choose most.",
        ],
        button: "See frozen food",
        url: "https://shop.example.jp/frozen",
    },
};
