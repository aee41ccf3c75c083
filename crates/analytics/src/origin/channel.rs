//! From what a first view said to a channel.

use sea_orm::FromQueryResult;

use super::Group;

/// A kind of way that customers come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Paid places in a search engine.
    PaidSearch,
    /// Banners.
    Display,
    /// Unpaid places in a search engine.
    Search,
    /// Social networks.
    Social,
    /// LINE.
    Line,
    /// Mail.
    Email,
    /// Affiliates.
    Affiliate,
    /// Paper, shops and codes on them.
    Offline,
    /// Links on other sites.
    Referral,
    /// Campaigns of any other medium.
    Campaign,
    /// A view that says nothing of where it came from.
    Direct,
    /// Known by a server's message, without a view.
    Server,
    /// Known by a file.
    File,
    /// Known by a form.
    Form,
    /// Entered by hand.
    Admin,
    /// Nothing is known.
    Unknown,
}

impl Channel {
    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        self.names().0
    }

    /// Returns the name in Japanese.
    pub const fn ja(self) -> &'static str {
        self.names().1
    }

    /// Returns the name in English.
    pub const fn en(self) -> &'static str {
        self.names().2
    }

    const fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::PaidSearch => ("paid_search", "検索広告", "Paid search"),
            Self::Display => ("display", "ディスプレイ広告", "Display ads"),
            Self::Search => ("search", "検索", "Search"),
            Self::Social => ("social", "SNS", "Social"),
            Self::Line => ("line", "LINE", "LINE"),
            Self::Email => ("email", "メール", "Email"),
            Self::Affiliate => ("affiliate", "アフィリエイト", "Affiliates"),
            Self::Offline => ("offline", "紙・店頭・QR", "Print, shop and QR"),
            Self::Referral => ("referral", "ほかのサイト", "Other sites"),
            Self::Campaign => ("campaign", "そのほかのキャンペーン", "Other campaigns"),
            Self::Direct => ("direct", "直接", "Direct"),
            Self::Server => ("server", "システム連携", "Server"),
            Self::File => ("file", "ファイルの取り込み", "File import"),
            Self::Form => ("form", "フォーム", "Form"),
            Self::Admin => ("admin", "管理画面", "Entered by hand"),
            Self::Unknown => ("unknown", "不明", "Unknown"),
        }
    }
}

/// Media by the word that links carry (`utm_medium`), in lower case.
const MEDIA: &[(&str, Channel)] = &[
    ("cpc", Channel::PaidSearch),
    ("ppc", Channel::PaidSearch),
    ("sem", Channel::PaidSearch),
    ("paidsearch", Channel::PaidSearch),
    ("paid_search", Channel::PaidSearch),
    ("paid-search", Channel::PaidSearch),
    ("listing", Channel::PaidSearch),
    ("display", Channel::Display),
    ("banner", Channel::Display),
    ("cpm", Channel::Display),
    ("dsp", Channel::Display),
    ("retargeting", Channel::Display),
    ("organic", Channel::Search),
    ("social", Channel::Social),
    ("sns", Channel::Social),
    ("paid_social", Channel::Social),
    ("paid-social", Channel::Social),
    ("paidsocial", Channel::Social),
    ("line", Channel::Line),
    ("email", Channel::Email),
    ("e-mail", Channel::Email),
    ("mail", Channel::Email),
    ("newsletter", Channel::Email),
    ("mailmagazine", Channel::Email),
    ("affiliate", Channel::Affiliate),
    ("affi", Channel::Affiliate),
    ("asp", Channel::Affiliate),
    ("qr", Channel::Offline),
    ("flyer", Channel::Offline),
    ("print", Channel::Offline),
    ("dm", Channel::Offline),
    ("catalog", Channel::Offline),
    ("offline", Channel::Offline),
    ("referral", Channel::Referral),
];

/// Sites by a label of their host, so that every country's address of a search engine counts.
const SITES: &[(&str, Channel)] = &[
    ("google", Channel::Search),
    ("yahoo", Channel::Search),
    ("bing", Channel::Search),
    ("duckduckgo", Channel::Search),
    ("ecosia", Channel::Search),
    ("baidu", Channel::Search),
    ("naver", Channel::Search),
    ("facebook", Channel::Social),
    ("instagram", Channel::Social),
    ("twitter", Channel::Social),
    ("youtube", Channel::Social),
    ("tiktok", Channel::Social),
    ("pinterest", Channel::Social),
    ("threads", Channel::Social),
    ("linkedin", Channel::Social),
];

/// Sites whose whole host tells.
const HOSTS: &[(&str, Channel)] = &[
    ("t.co", Channel::Social),
    ("x.com", Channel::Social),
    ("lin.ee", Channel::Line),
    ("line.me", Channel::Line),
    ("liff.line.me", Channel::Line),
];

/// What is known of how somebody came.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Touch {
    /// The source that the campaign names; the value when customers are told apart by an attribute.
    pub(crate) campaign: Option<String>,
    /// The medium that the campaign names.
    pub(crate) medium: Option<String>,
    /// The host that referred.
    pub(crate) referrer: Option<String>,
    /// The host of the page, empty where the view had none; none without a view.
    pub(crate) host: Option<String>,
    /// The door: 1 a server, 2 a browser, 3 a file, 4 a form, 5 the admin.
    pub(crate) door: Option<i64>,
}

impl Touch {
    pub(crate) fn channel(&self) -> Channel {
        let (source, medium) = (word(self.campaign.as_deref()), word(self.medium.as_deref()));
        if source == "line" || medium == "line" {
            return Channel::Line;
        }
        if let Some((_, channel)) = MEDIA.iter().find(|(name, _)| *name == medium) {
            return *channel;
        }
        if !source.is_empty() || !medium.is_empty() {
            return Channel::Campaign;
        }
        match (self.foreign(), &self.host) {
            (Some(host), _) => site(&host),
            (None, Some(_)) => Channel::Direct,
            (None, None) => self.door(),
        }
    }

    /// Returns the very campaign (`newsletter / email`), site or door.
    pub(crate) fn source(&self) -> Group {
        let (source, medium) = (word(self.campaign.as_deref()), word(self.medium.as_deref()));
        match (source.is_empty(), medium.is_empty()) {
            (false, false) => return Group::plain(&format!("{source} / {medium}")),
            (false, true) => return Group::plain(&source),
            (true, false) => return Group::plain(&medium),
            (true, true) => {}
        }
        if let Some(host) = self.foreign() {
            return Group::plain(&host);
        }
        let channel = self.channel();
        Group::named(channel.as_str(), channel.ja(), channel.en())
    }

    /// Returns the host of another site that referred.
    fn foreign(&self) -> Option<String> {
        let referrer = host(self.referrer.as_deref());
        let is_own = referrer == host(self.host.as_deref());
        (!referrer.is_empty() && !is_own).then_some(referrer)
    }

    const fn door(&self) -> Channel {
        match self.door {
            Some(1) => Channel::Server,
            Some(3) => Channel::File,
            Some(4) => Channel::Form,
            Some(5) => Channel::Admin,
            _ => Channel::Unknown,
        }
    }
}

/// Words of campaigns are typed by hand, in any case and with spaces around.
fn word(text: Option<&str>) -> String {
    text.unwrap_or_default().trim().to_lowercase()
}

/// A host without its port and `www.`.
fn host(text: Option<&str>) -> String {
    let host = word(text);
    let host = host.split(['?', '#', ':']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

fn site(host: &str) -> Channel {
    if let Some((_, channel)) = HOSTS.iter().find(|(name, _)| *name == host) {
        return *channel;
    }
    let label = |name: &str| host.split('.').any(|label| label == name);
    let known = SITES.iter().find(|(name, _)| label(name));
    known.map_or(Channel::Referral, |(_, channel)| *channel)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(campaign: &str, medium: &str, referrer: &str, host: Option<&str>) -> Touch {
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Touch {
            campaign: said(campaign),
            medium: said(medium),
            referrer: said(referrer),
            host: host.map(str::to_owned),
            door: Some(3),
        }
    }

    #[test]
    fn a_campaign_goes_before_a_site_and_a_site_before_the_door() {
        let page = Some("shop.example.jp");
        for (campaign, medium, referrer, host, channel, source) in [
            (
                "Google",
                " CPC ",
                "www.google.com",
                page,
                "paid_search",
                "google / cpc",
            ),
            (
                "夏の号",
                "mailmagazine",
                "",
                page,
                "email",
                "夏の号 / mailmagazine",
            ),
            ("line", "message", "", page, "line", "line / message"),
            ("popup", "", "", page, "campaign", "popup"),
            ("", "cpm", "", page, "display", "cpm"),
            ("", "", "www.google.co.jp", page, "search", "google.co.jp"),
            (
                "",
                "",
                "search.yahoo.co.jp",
                page,
                "search",
                "search.yahoo.co.jp",
            ),
            ("", "", "l.instagram.com", page, "social", "l.instagram.com"),
            ("", "", "T.CO", page, "social", "t.co"),
            ("", "", "xt.co", page, "referral", "xt.co"),
            (
                "",
                "",
                "notgoogle.example",
                page,
                "referral",
                "notgoogle.example",
            ),
            ("", "", "www.shop.example.jp", page, "direct", "direct"),
            ("", "", "shop.example.jp:443", page, "direct", "direct"),
            ("", "", "", page, "direct", "direct"),
            ("", "", "", Some(""), "direct", "direct"),
            ("", "", "", None, "file", "file"),
        ] {
            let touch = touch(campaign, medium, referrer, host);
            assert_eq!(touch.channel().as_str(), channel, "{touch:?}");
            assert_eq!(touch.source().key.as_deref(), Some(source), "{touch:?}");
        }
    }

    #[test]
    fn who_was_never_seen_is_known_by_the_door() {
        for (door, channel) in [
            (Some(1), Channel::Server),
            (Some(2), Channel::Unknown),
            (Some(4), Channel::Form),
            (Some(5), Channel::Admin),
            (None, Channel::Unknown),
        ] {
            let touch = Touch {
                door,
                ..Touch::default()
            };
            assert_eq!(touch.channel(), channel);
        }
    }
}
