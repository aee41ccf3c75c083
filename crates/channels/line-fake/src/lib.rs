#![doc = include_str!("../README.md")]

mod answer;
mod bucket;
mod control;
mod menu;
mod oauth;
mod people;
mod route;
mod send;
mod server;
mod state;
mod stats;

use std::{net::SocketAddr, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::time::Clock;
use parking_lot::Mutex;
use ring::hmac;
use serde_json::{Value, json};

use self::state::State;
pub use self::state::{Delivered, Logged};

/// The account's own user id, to which webhooks are addressed.
pub const BOT: &str = "U8e742f61d673b39c7fff3cecb7536ef0";

/// A public RSA key, as a channel registers it: base64url of modulus and exponent.
#[derive(Debug, Clone)]
pub struct PublicKey {
    /// The key id.
    pub kid: String,
    /// The modulus.
    pub n: String,
    /// The exponent.
    pub e: String,
}

/// Whether the documented rates hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rates {
    /// They do.
    Documented,
    /// Everything goes through.
    Off,
}

/// Whom the platform knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Those who were added.
    Listed,
    /// Everybody with a well-formed id, as a friend.
    Anybody,
}

/// The account and how the platform treats it.
#[derive(Debug, Clone)]
pub struct Options {
    /// The channel id.
    pub channel_id: String,
    /// The channel secret.
    pub channel_secret: String,
    /// The name that friends see.
    pub name: String,
    /// The keys that sign ID tokens of the app, as a JWK set.
    pub login_keys: Value,
    /// A token that was issued by hand and does not run out.
    pub long_lived: Option<String>,
    /// The registered key for assertions.
    pub key: Option<PublicKey>,
    /// The plan's messages a month; `None` for no limit.
    pub monthly_limit: Option<i64>,
    /// How long a stateless token lives, in seconds.
    pub token_life: i64,
    /// Whether the documented rates hold.
    pub rates: Rates,
    /// Whom the platform knows.
    pub known: Known,
    /// The port; 0 for any.
    pub port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            channel_id: "1234567890".to_owned(),
            channel_secret: "8c570fa6dd201bb328f1c1eac23a96d8".to_owned(),
            name: "青葉ストア".to_owned(),
            login_keys: json!({ "keys": [] }),
            long_lived: None,
            key: None,
            monthly_limit: None,
            token_life: 900,
            rates: Rates::Documented,
            known: Known::Listed,
            port: 0,
        }
    }
}

/// How the next message is treated, instead of as usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trick {
    /// As usual: lets a script skip one.
    Usual,
    /// Answered so, and not taken.
    Answer {
        /// The status.
        status: u16,
        /// LINE's sentence.
        message: String,
    },
    /// Taken, and the connection breaks before the answer.
    TakeAndBreak,
    /// Taken, and never answered.
    TakeAndStaySilent,
    /// Taken, and answered with 500.
    TakeAndFail,
}

/// A running platform; it ends when this is dropped.
pub struct LineFake {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for LineFake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LineFake {
    /// Starts a platform on loopback.
    ///
    /// # Panics
    /// When the port cannot be had.
    pub async fn start(options: Options, clock: Arc<dyn Clock>) -> Self {
        let state = Arc::new(Mutex::new(State::new(options, clock)));
        let port = state.lock().options.port;
        let (address, task) = server::start(port, Arc::clone(&state)).await;
        Self {
            address,
            state,
            task,
        }
    }

    /// Returns its address, which takes the place of `https://api.line.me` and of the host for files.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the port.
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Makes somebody a friend, and again after a block.
    pub fn befriend(&self, user: &str) {
        self.state.lock().befriend(user);
    }

    /// Lets somebody block the account.
    pub fn block(&self, user: &str) {
        self.state.lock().block(user);
    }

    /// Plays these tricks on the next messages, one each.
    pub fn play(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.state.lock().tricks.extend(tricks);
    }

    /// Voids every access token.
    pub fn revoke_tokens(&self) {
        self.state.lock().tokens.clear();
    }

    /// Changes the channel secret, as a person does in the console.
    pub fn set_channel_secret(&self, secret: &str) {
        secret.clone_into(&mut self.state.lock().options.channel_secret);
    }

    /// Sets the plan's messages a month.
    pub fn set_monthly_limit(&self, limit: Option<i64>) {
        self.state.lock().options.monthly_limit = limit;
    }

    /// Returns what somebody got.
    pub fn received(&self, user: &str) -> Vec<Delivered> {
        self.state.lock().received(user)
    }

    /// Returns how many deliveries there were.
    pub fn count(&self) -> usize {
        self.state.lock().taken.len()
    }

    /// Returns every message that was taken, in order.
    pub fn taken(&self) -> Vec<Delivered> {
        self.state.lock().taken.clone()
    }

    /// Waits until so many messages have been taken.
    pub async fn wait_for(&self, count: usize) {
        let arrivals = Arc::clone(&self.state.lock().arrivals);
        loop {
            // Listens before it looks, so that nothing slips through between.
            let arrival = arrivals.notified();
            if self.state.lock().taken.len() >= count {
                return;
            }
            arrival.await;
        }
    }

    /// Returns every request, in order.
    pub fn log(&self) -> Vec<Logged> {
        self.state.lock().log.clone()
    }

    /// Returns what no careful client does: keys used again for something else, a key on a reply.
    pub fn misuses(&self) -> Vec<String> {
        self.state.lock().misuses.clone()
    }

    /// Returns the menu that somebody sees.
    pub fn menu_of(&self, user: &str) -> Option<String> {
        self.state.lock().menu_of(user)
    }

    /// Returns the menus that the platform keeps, by its names of them.
    pub fn menus(&self) -> Vec<(String, Value)> {
        let state = self.state.lock();
        let menus = state.menus.iter();
        menus
            .map(|(id, (menu, _))| (id.clone(), menu.clone()))
            .collect()
    }

    /// Returns the aliases and the menus that they stand for.
    pub fn aliases(&self) -> Vec<(String, String)> {
        self.state.lock().aliases.clone().into_iter().collect()
    }

    /// Returns how many access tokens have been issued.
    pub fn tokens_issued(&self) -> usize {
        self.state.lock().tokens_issued
    }

    /// Sets what a unit's statistics say.
    pub fn set_unit(&self, unit: &str, statistics: Value) {
        self.state.lock().units.insert(unit.to_owned(), statistics);
    }

    /// Makes a token with which a message of somebody's can be answered.
    pub fn reply_token(&self, user: &str) -> String {
        self.state.lock().new_reply_token(user)
    }

    /// Lets somebody finish linking accounts: returns the event for the webhook, or none when the token is
    /// used up or too old, as LINE does.
    pub fn finish_link(&self, link_token: &str, nonce: &str) -> Option<Value> {
        self.state.lock().finish_link(link_token, nonce)
    }

    /// Returns an event of a person's, newly named, that happens now.
    pub fn event(&self, kind: &str, user: &str) -> Value {
        self.state.lock().event(kind, user)
    }

    /// Returns a webhook's body and its signature.
    pub fn webhook(&self, events: &[Value]) -> (String, String) {
        let body = json!({ "destination": BOT, "events": events }).to_string();
        let secret = self.state.lock().options.channel_secret.clone();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signature = STANDARD.encode(hmac::sign(&key, body.as_bytes()));
        (body, signature)
    }
}
