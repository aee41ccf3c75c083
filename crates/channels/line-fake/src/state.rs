//! What the platform remembers.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use kernel::time::{Clock, MINUTE};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{Known, Options, Trick, bucket::Buckets};

/// A message that somebody got.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    /// The person.
    pub user: String,
    /// The call, such as `push`.
    pub call: String,
    /// The retry key; empty for none.
    pub retry_key: String,
    /// The platform's name of the request.
    pub request_id: String,
    /// The message objects.
    pub messages: Value,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// When, in Unix milliseconds.
    pub at: i64,
    /// Method and path.
    pub what: String,
    /// The retry key.
    pub retry_key: Option<String>,
    /// The body.
    pub body: Vec<u8>,
    /// What was answered; 0 for nothing.
    pub status: u16,
}

#[derive(Debug, Default)]
pub(crate) struct Person {
    pub(crate) is_friend: bool,
    pub(crate) is_blocked: bool,
    pub(crate) menu: Option<String>,
}

/// A request that its key names again.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) at: i64,
    pub(crate) body: Vec<u8>,
    pub(crate) request_id: String,
    pub(crate) answer: Value,
}

/// A token and when it runs out.
#[derive(Debug, Clone)]
pub(crate) struct OneTime {
    pub(crate) user: String,
    pub(crate) until: i64,
}

pub(crate) struct State {
    pub(crate) options: Options,
    clock: Arc<dyn Clock>,
    pub(crate) people: BTreeMap<String, Person>,
    /// Access tokens and their ends; those of v2.1 are marked.
    pub(crate) tokens: HashMap<String, (i64, bool)>,
    pub(crate) tokens_issued: usize,
    pub(crate) keys: HashMap<String, Kept>,
    pub(crate) buckets: Buckets,
    pub(crate) used: i64,
    pub(crate) tricks: VecDeque<Trick>,
    pub(crate) taken: Vec<Delivered>,
    pub(crate) log: Vec<Logged>,
    pub(crate) misuses: Vec<String>,
    pub(crate) reply_tokens: HashMap<String, OneTime>,
    pub(crate) link_tokens: HashMap<String, OneTime>,
    pub(crate) narrowcasts: HashMap<String, Value>,
    pub(crate) menus: BTreeMap<String, (Value, bool)>,
    pub(crate) default_menu: Option<String>,
    pub(crate) aliases: BTreeMap<String, String>,
    pub(crate) batches: HashMap<String, i64>,
    pub(crate) units: HashMap<String, Value>,
    pub(crate) unit_names: BTreeSet<String>,
    /// Told of every message that is taken.
    pub(crate) arrivals: Arc<Notify>,
    counter: u64,
}

impl State {
    pub(crate) fn new(options: Options, clock: Arc<dyn Clock>) -> Self {
        Self {
            options,
            clock,
            people: BTreeMap::new(),
            tokens: HashMap::new(),
            tokens_issued: 0,
            keys: HashMap::new(),
            buckets: Buckets::default(),
            used: 0,
            tricks: VecDeque::new(),
            taken: Vec::new(),
            log: Vec::new(),
            misuses: Vec::new(),
            reply_tokens: HashMap::new(),
            link_tokens: HashMap::new(),
            narrowcasts: HashMap::new(),
            menus: BTreeMap::new(),
            default_menu: None,
            aliases: BTreeMap::new(),
            batches: HashMap::new(),
            units: HashMap::new(),
            unit_names: BTreeSet::new(),
            arrivals: Arc::default(),
            counter: 0,
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now().0
    }

    /// Returns a name that was never given before.
    pub(crate) fn name(&mut self, prefix: &str) -> String {
        self.counter += 1;
        format!("{prefix}{:08x}", self.counter)
    }

    pub(crate) fn befriend(&mut self, user: &str) {
        let person = self.people.entry(user.to_owned()).or_default();
        person.is_friend = true;
        person.is_blocked = false;
    }

    pub(crate) fn block(&mut self, user: &str) {
        self.people.entry(user.to_owned()).or_default().is_blocked = true;
    }

    /// Returns whether the provider has ever seen somebody.
    pub(crate) fn knows(&self, user: &str) -> bool {
        let is_id = user.len() == 33
            && user
                .strip_prefix('U')
                .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
        is_id && (self.options.known == Known::Anybody || self.people.contains_key(user))
    }

    /// Returns whether a message reaches somebody.
    pub(crate) fn reaches(&self, user: &str) -> bool {
        match self.people.get(user) {
            Some(person) => person.is_friend && !person.is_blocked,
            None => self.options.known == Known::Anybody,
        }
    }

    pub(crate) fn received(&self, user: &str) -> Vec<Delivered> {
        self.taken
            .iter()
            .filter(|delivered| delivered.user == user)
            .cloned()
            .collect()
    }

    pub(crate) fn menu_of(&self, user: &str) -> Option<String> {
        self.people
            .get(user)
            .and_then(|person| person.menu.clone())
            .or_else(|| self.default_menu.clone())
    }

    pub(crate) fn new_reply_token(&mut self, user: &str) -> String {
        let token = self.name("reply");
        let until = self.now() + MINUTE;
        let user = user.to_owned();
        self.reply_tokens
            .insert(token.clone(), OneTime { user, until });
        token
    }

    pub(crate) fn finish_link(&mut self, token: &str, nonce: &str) -> Option<Value> {
        let link = self.link_tokens.remove(token)?;
        if self.now() >= link.until || !(10..=255).contains(&nonce.len()) {
            return None;
        }
        let mut event = self.event("accountLink", &link.user);
        if let Some(event) = event.as_object_mut() {
            event.insert("link".to_owned(), json!({ "result": "ok", "nonce": nonce }));
        }
        Some(event)
    }

    pub(crate) fn event(&mut self, kind: &str, user: &str) -> Value {
        self.counter += 1;
        let id = format!("01FZ74A0TDDPYRVK{:010}", self.counter);
        let mut event = json!({
            "type": kind, "mode": "active", "timestamp": self.now(), "webhookEventId": id,
            "deliveryContext": { "isRedelivery": false },
            "source": { "type": "user", "userId": user },
        });
        // Nothing can be answered to who has left or has taken a message back.
        if !["unfollow", "unsend"].contains(&kind) {
            let token = self.new_reply_token(user);
            if let Some(event) = event.as_object_mut() {
                event.insert("replyToken".to_owned(), token.into());
            }
        }
        event
    }
}
