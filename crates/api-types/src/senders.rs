//! Senders and the sandbox inbox.

mod line;
mod push;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use line::{LineAccountView, WriteLine};
pub use push::{ApnsView, FcmView, PushView, WriteApns, WriteFcm, WritePush};

/// A sender: from whom messages come and by which way they leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SenderView {
    /// `snd_…`
    pub id: String,
    /// The name that the reader sees.
    pub from_name: String,
    /// The address that the reader sees; of a LINE account its id with `@`; of pushes whom push services write to.
    pub from_address: String,
    /// Where answers go when not to `from_address`.
    pub reply_to: Option<String>,
    /// `sandbox`, `smtp`, `line` or `push`.
    pub transport: String,
    /// The mail server of an `smtp` sender.
    pub smtp: Option<SmtpView>,
    /// The account of a `line` sender.
    #[serde(default)]
    pub line: Option<LineAccountView>,
    /// Where the pushes of a `push` sender go.
    #[serde(default)]
    pub push: Option<PushView>,
    /// Version to name when changing it.
    pub version: i64,
}

/// A mail server; never its password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SmtpView {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// `none`, `opportunistic`, `required` or `implicit`.
    pub tls: String,
    /// User name.
    pub user: Option<String>,
    /// Whether a password is kept.
    pub has_password: bool,
    /// Connections at a time.
    pub lanes: u32,
    /// Messages a second over all connections.
    pub per_second: Option<u32>,
    /// The domain to which mail comes back.
    #[serde(default)]
    pub return_domain: Option<String>,
    /// The DKIM key in use.
    pub dkim: Option<DkimView>,
    /// A second key, of Ed25519, that signs beside the first.
    #[serde(default)]
    pub dkim_second: Option<DkimView>,
    /// Limits of single domains and carriers, in the place of the presets.
    #[serde(default)]
    pub domain_limits: Vec<DomainLimit>,
    /// `utf-8` or `iso-2022-jp`.
    #[serde(default)]
    pub charset: String,
    /// How few messages may leave on its first days.
    #[serde(default)]
    pub warmup: Option<Warmup>,
    /// How it stands today.
    #[serde(default)]
    pub today: SenderToday,
    /// The provider whose server it is, where its webhooks are listened to.
    #[serde(default)]
    pub provider: Option<ProviderView>,
}

/// How fast one domain, or one carrier with all its domains, is written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DomainLimit {
    /// A domain such as `example.jp`, or a carrier: `docomo`, `au` or `softbank`.
    #[schema(example = "docomo")]
    pub to: String,
    /// Messages a second, 1 to 1,000.
    #[schema(minimum = 1, maximum = 1000)]
    pub per_second: u32,
    /// Messages in one connection, 1 to 10,000; absent for no limit of its own.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 10000)]
    pub per_session: Option<u32>,
}

/// How few messages may leave on the first days of a sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warmup {
    /// The first day, in the zone of the workspace.
    #[schema(format = "date", example = "2026-12-01")]
    pub start: String,
    /// The most messages of the first day, of the second and so on, 1 to 60 days; after the last there is no limit.
    #[schema(example = json!([50, 100, 500, 1000, 5000]))]
    pub days: Vec<u32>,
}

/// How a sender stands today.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SenderToday {
    /// The most messages of today, while it is being warmed up.
    pub limit: Option<u32>,
    /// How many of them have been taken.
    pub used: i64,
    /// Why others stand in for it: `away`, `bounces` or `quota`.
    pub trouble: Option<String>,
    /// Until when, unless it goes on (RFC 3339).
    pub trouble_until: Option<String>,
}

/// A mobile carrier, and the limit that holds for all its domains together unless a sender sets another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailCarrierView {
    /// The preset.
    #[serde(flatten)]
    pub limit: DomainLimit,
    /// Its domains.
    pub domains: Vec<String>,
}

/// A provider of mail and its webhooks; never their secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderView {
    /// `ses`, `sendgrid`, `mailgun` or `postmark`.
    pub kind: String,
    /// The topic of Amazon SNS whose messages are taken.
    pub topic_arn: Option<String>,
    /// The user of Basic authentication.
    pub user: Option<String>,
    /// The header that carries the secret.
    pub header: Option<String>,
    /// Whether a secret is kept.
    pub has_secret: bool,
    /// The address to enter at the provider.
    pub hook_url: String,
    /// When the provider was last heard (RFC 3339).
    pub last_event_at: Option<String>,
}

/// How the domain of a sender stands with those who receive its mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DomainView {
    /// The domain that the reader sees.
    #[schema(example = "shop.example.jp")]
    pub from_domain: String,
    /// The domain that mail comes back to, when one is set.
    pub return_domain: Option<String>,
    /// What was looked at.
    pub checks: Vec<DomainCheckView>,
}

/// One thing that receivers look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DomainCheckView {
    /// `spf`, `dkim`, `dmarc`, `ptr`, `return_path`, `tls` or `one_click`.
    pub check: String,
    /// `ok`, `warn`, `fail`, or `unknown` when it cannot be seen from here.
    #[schema(pattern = "^(ok|warn|fail|unknown)$")]
    pub state: String,
    /// Why, as a stable word such as `spf_missing`; docs/email.md lists them.
    #[schema(example = "spf_missing")]
    pub reason: String,
    /// What was found, as others wrote it.
    pub found: Vec<String>,
    /// What to put into DNS, in the place of what is there under that name and of that kind.
    pub publish: Vec<DnsRecordView>,
}

/// A record to put into DNS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DnsRecordView {
    /// Where.
    #[schema(example = "_dmarc.shop.example.jp")]
    pub name: String,
    /// `TXT`, `MX` or `PTR`.
    pub kind: String,
    /// What.
    #[schema(example = "v=DMARC1; p=none")]
    pub value: String,
}

/// The public side of a DKIM key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DkimView {
    /// The signing domain.
    pub domain: String,
    /// The selector.
    pub selector: String,
    /// Where the TXT record goes.
    pub dns_name: String,
    /// What the TXT record says.
    pub record: String,
    /// `rsa` or `ed25519`.
    #[serde(default)]
    pub algorithm: String,
    /// What the TXT record says, in strings of at most 255 characters, as zone files want it.
    #[serde(default)]
    pub zone_value: String,
}

/// A new or changed sender.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WriteSender {
    /// The version that was read; absent for a new one.
    #[serde(default)]
    pub version: Option<i64>,
    /// The name that the reader sees. LINE itself tells that of an account.
    #[serde(default)]
    pub from_name: String,
    /// The address that the reader sees. LINE itself tells that of an account.
    #[serde(default)]
    #[schema(format = "email", example = "info@shop.example.jp")]
    pub from_address: String,
    /// Where answers go when not to `from_address`.
    #[serde(default)]
    #[schema(format = "email")]
    pub reply_to: Option<String>,
    /// `sandbox`, `smtp`, `line` or `push`.
    #[schema(pattern = "^(sandbox|smtp|line|push)$")]
    pub transport: String,
    /// The mail server; needed for `smtp`.
    #[serde(default)]
    pub smtp: Option<WriteSmtp>,
    /// The account; needed for `line`.
    #[serde(default)]
    pub line: Option<WriteLine>,
    /// Where pushes go; needed for `push`.
    #[serde(default)]
    pub push: Option<WritePush>,
}

/// A mail server.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WriteSmtp {
    /// Host name or address.
    #[schema(example = "127.0.0.1")]
    pub host: String,
    /// Port.
    pub port: u16,
    /// `none`, `opportunistic`, `required` or `implicit`.
    #[schema(pattern = "^(none|opportunistic|required|implicit)$")]
    pub tls: String,
    /// User name.
    #[serde(default)]
    pub user: Option<String>,
    /// Password; absent keeps the one that is there.
    #[serde(default)]
    pub password: Option<String>,
    /// Connections at a time, 1 to 64.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 64)]
    pub lanes: Option<u32>,
    /// Messages a second over all connections.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 4_294_967_295_i64)]
    pub per_second: Option<u32>,
    /// A domain whose mail this server takes in: what comes back there is read. Absent when nobody reads it.
    #[serde(default)]
    #[schema(example = "bounce.shop.example.jp")]
    pub return_domain: Option<String>,
    /// Limits of single domains and carriers, in the place of the presets; at most 100.
    #[serde(default)]
    pub domain_limits: Vec<DomainLimit>,
    /// `utf-8` (when absent) or `iso-2022-jp`, in which a letter is written that holds no other characters.
    #[serde(default)]
    #[schema(pattern = "^(utf-8|iso-2022-jp)$")]
    pub charset: Option<String>,
    /// How few messages may leave on its first days; absent for no limit of the day.
    #[serde(default)]
    pub warmup: Option<Warmup>,
    /// The provider whose server it is; absent when nobody tells of bounces by webhooks.
    #[serde(default)]
    pub provider: Option<WriteProvider>,
}

/// A provider of mail, and what proves its webhooks.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WriteProvider {
    /// `ses`, `sendgrid`, `mailgun` or `postmark`.
    #[schema(pattern = "^(ses|sendgrid|mailgun|postmark)$")]
    pub kind: String,
    /// Of `ses`: the topic of SNS that brings the events.
    #[serde(default)]
    #[schema(example = "arn:aws:sns:ap-northeast-1:123456789012:mail")]
    pub topic_arn: Option<String>,
    /// Of `postmark`: the user of Basic authentication.
    #[serde(default)]
    pub user: Option<String>,
    /// Of `postmark`, instead of a user: the header that carries the secret.
    #[serde(default)]
    #[schema(example = "X-Hook-Secret")]
    pub header: Option<String>,
    /// The verification key (`sendgrid`), the signing key (`mailgun`), the password or the header's value (`postmark`);
    /// absent keeps the one that is there.
    #[serde(default)]
    pub secret: Option<String>,
}

/// A DKIM key for a sender.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WriteDkim {
    /// The version of the sender that was read.
    pub version: i64,
    /// The signing domain, usually that of the from address.
    #[schema(example = "shop.example.jp")]
    pub domain: String,
    /// The selector, such as `enishi1`.
    #[schema(example = "enishi1")]
    pub selector: String,
    /// A private key in PEM (RSA or Ed25519); absent makes a new one.
    #[serde(default)]
    pub private_key: Option<String>,
    /// Which key is made: `rsa` (when absent), which everybody verifies, or `ed25519`, beside one of RSA.
    #[serde(default)]
    #[schema(pattern = "^(rsa|ed25519)$")]
    pub algorithm: Option<String>,
}

/// A message of the sandbox inbox, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CapturedSummary {
    /// `msg_…`
    pub id: String,
    /// The address; masked without `pii:read`.
    pub recipient: String,
    /// The author's name.
    pub from_name: String,
    /// The author's address.
    pub from_address: String,
    /// The subject.
    pub subject: String,
    /// The line after the subject.
    pub preheader: String,
    /// When it was kept (RFC 3339).
    pub captured_at: String,
}

/// A message of the sandbox inbox in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CapturedView {
    /// What the list shows.
    #[serde(flatten)]
    pub summary: CapturedSummary,
    /// The text part.
    pub text: String,
    /// Header names and values in order.
    pub headers: Vec<HeaderView>,
    /// The links of the message in order, for those who would rather not open the frame.
    pub links: Vec<String>,
    /// Where a frame finds the HTML part; good once, for a minute.
    pub preview_url: String,
}

/// A header line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeaderView {
    /// Its name.
    pub name: String,
    /// Its value, unfolded.
    pub value: String,
}
