//! Configuration: defaults in the binary, then a file, then the environment; all mistakes told at once.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use serde::Deserialize;

const DEFAULTS: &str = include_str!("../config.default.toml");

/// The settings of one server.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    /// Listening, addresses, folders.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// Mail that comes in.
    pub mail: Mail,
    /// Keys and outbound limits.
    pub security: Security,
    /// Logs.
    pub log: Log,
    /// Background work.
    pub workers: Workers,
    /// What programs of the company are told.
    pub webhooks: Webhooks,
    /// Where LINE is.
    pub line: Line,
    /// Where push services are.
    pub push: Push,
    /// The indexes in memory.
    pub audience: Audience,
}

/// Where LINE is. Elsewhere only for rehearsals.
#[derive(Debug, Clone, Deserialize)]
pub struct Line {
    /// Everything but files and sign-in pages.
    pub api: String,
    /// Files.
    pub data: String,
    /// Where people link their accounts.
    pub access: String,
}

/// Where push services are. Elsewhere only for rehearsals.
#[derive(Debug, Clone, Deserialize)]
pub struct Push {
    /// Apple's.
    pub apns: String,
    /// Apple's for apps that are being developed.
    pub apns_sandbox: String,
    /// Firebase's.
    pub fcm: String,
    /// Whether strangers' addresses may be unprotected.
    pub allow_http: bool,
}

/// What programs of the company are told.
#[derive(Debug, Clone, Deserialize)]
pub struct Webhooks {
    /// Whether they may be told over unprotected connections.
    pub allow_http: bool,
    /// How long an answer may take.
    pub timeout_seconds: u64,
}

/// Listening, addresses, folders.
#[derive(Debug, Clone, Deserialize)]
pub struct Server {
    /// Address and port.
    pub listen: String,
    /// How the outside reaches this server.
    pub public_url: String,
    /// Where files live.
    pub data_dir: PathBuf,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<String>,
}

/// The database.
#[derive(Clone, Deserialize)]
pub struct Database {
    /// Its address; empty for SQLite in the data folder.
    pub url: String,
    /// A file that holds the address.
    pub url_file: String,
    /// Pool size.
    pub connections: u32,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("Database")
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

/// Mail that comes in.
#[derive(Debug, Clone, Deserialize)]
pub struct Mail {
    /// Address and port at which mail that comes back is taken in; empty: nowhere.
    pub intake: String,
    /// Where an imitation of Amazon's SNS lives, beside Amazon itself; empty: nowhere.
    pub sns_origin: String,
    /// The DNS resolver that tells how a sender's domain stands; empty: the system's.
    pub resolver: String,
}

impl Mail {
    fn check(&self, wrong: &mut Vec<String>) {
        if !self.intake.is_empty() && self.intake.parse::<std::net::SocketAddr>().is_err() {
            wrong.push(format!(
                "mail.intake: {:?} is not address:port",
                self.intake
            ));
        }
        if !self.resolver.is_empty() && self.resolver().is_none() {
            wrong.push(format!(
                "mail.resolver: {:?} is not address:port",
                self.resolver
            ));
        }
        let sns = self.sns_origin.as_str();
        if !sns.is_empty() && !sns.starts_with("http://") && !sns.starts_with("https://") {
            wrong.push(format!("mail.sns_origin: {sns:?} is not http(s)://host"));
        }
    }

    /// Returns the DNS resolver, if one is set.
    pub fn resolver(&self) -> Option<std::net::SocketAddr> {
        self.resolver.parse().ok()
    }
}

/// Keys and outbound limits.
#[derive(Debug, Clone, Deserialize)]
pub struct Security {
    /// The master key file; empty for the data folder.
    pub master_key_file: String,
    /// Private hosts and networks that may be connected to.
    pub allow_private: Vec<String>,
}

/// Logs.
#[derive(Debug, Clone, Deserialize)]
pub struct Log {
    /// What is logged.
    pub filter: String,
    /// `text` or `json`.
    pub format: String,
}

/// Background work.
#[derive(Debug, Clone, Deserialize)]
pub struct Workers {
    /// Whether this process does it.
    pub enabled: bool,
}

/// The indexes in memory.
#[derive(Debug, Clone, Deserialize)]
pub struct Audience {
    /// Whether this process keeps them.
    pub enabled: bool,
    /// The most that the index of one workspace may hold.
    pub memory_limit_mb: usize,
    /// How often each is saved while changes come.
    pub save_minutes: u64,
}

impl Config {
    /// Reads the defaults, the overlay file and the environment.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        match file {
            Some(path) if !path.exists() => {
                bail!("the configuration file {} does not exist", path.display())
            }
            Some(path) => figment = figment.merge(Toml::file(path)),
            None => figment = figment.merge(Toml::file("enishi.toml")),
        }
        let config: Self = figment
            .merge(Env::prefixed("ENISHI__").split("__"))
            .extract()?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        let mut wrong = Vec::new();
        if self.server.listen.parse::<std::net::SocketAddr>().is_err() {
            wrong.push(format!(
                "server.listen: {:?} is not address:port",
                self.server.listen
            ));
        }
        self.mail.check(&mut wrong);
        match url::Url::parse(&self.server.public_url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {}
            _ => wrong.push(format!(
                "server.public_url: {:?} is not an http(s) address",
                self.server.public_url
            )),
        }
        if !matches!(self.log.format.as_str(), "text" | "json") {
            wrong.push(format!(
                "log.format: {:?} is neither text nor json",
                self.log.format
            ));
        }
        if self.database.connections == 0 {
            wrong.push("database.connections: at least 1".to_owned());
        }
        if !(1..=30).contains(&self.webhooks.timeout_seconds) {
            wrong.push("webhooks.timeout_seconds: 1 to 30".to_owned());
        }
        for (key, host) in [
            ("line.api", &self.line.api),
            ("line.data", &self.line.data),
            ("line.access", &self.line.access),
            ("push.apns", &self.push.apns),
            ("push.apns_sandbox", &self.push.apns_sandbox),
            ("push.fcm", &self.push.fcm),
        ] {
            if !is_origin(host) {
                wrong.push(format!(
                    "{key}: {host:?} is not https://host or http://host:port"
                ));
            }
        }
        if self.audience.memory_limit_mb == 0 {
            wrong.push("audience.memory_limit_mb: at least 1".to_owned());
        }
        if self.audience.save_minutes == 0 {
            wrong.push("audience.save_minutes: at least 1".to_owned());
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            bail!("the configuration has mistakes:\n  {}", wrong.join("\n  "))
        }
    }

    /// Returns the options to connect with.
    pub fn database_options(&self) -> anyhow::Result<storage::Options> {
        let url = match (self.database.url.as_str(), self.database.url_file.as_str()) {
            ("", "") => format!(
                "sqlite:{}",
                self.server.data_dir.join("enishi.db").display()
            ),
            ("", file) => std::fs::read_to_string(file)
                .with_context(|| format!("failed to read database.url_file {file}"))?
                .trim()
                .to_owned(),
            (url, _) => url.to_owned(),
        };
        let mut options = storage::Options::parse(&url)?;
        options.connections = self.database.connections;
        Ok(options)
    }

    /// Returns where the master key is.
    pub fn master_key_path(&self) -> PathBuf {
        match self.security.master_key_file.as_str() {
            "" => self.server.data_dir.join("master.key"),
            path => PathBuf::from(path),
        }
    }

    /// Returns what the indexes may use.
    pub fn audience_options(&self) -> crate::audience::Options {
        crate::audience::Options {
            folder: self.server.data_dir.join("audience"),
            limit: self.audience.memory_limit_mb.saturating_mul(1 << 20),
            save_every: std::time::Duration::from_mins(self.audience.save_minutes),
            pages: profiles::changes::Pages::default(),
        }
    }

    /// Returns the public address without a trailing slash.
    pub fn public_url(&self) -> &str {
        self.server.public_url.trim_end_matches('/')
    }

    /// Tells whether cookies must be marked secure.
    pub fn is_https(&self) -> bool {
        self.server.public_url.starts_with("https://")
    }
}

/// Tells whether a text is a scheme, a host and perhaps a port, and nothing after it.
fn is_origin(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.username().is_empty()
    })
}
