//! The channel and its lanes.

mod session;

use std::sync::Arc;

use async_trait::async_trait;
use channel_core::{
    Answer, Capabilities, Channel, ChannelKind, Inbound, InboundError, InboundRequest, Message,
    Outcome, Prepared, Refusal, Session, dial::Dialler, rate::RatePolicy,
};
use kernel::time::Clock;

use self::session::Lane;
use crate::{
    LineApi, LineConfig, LineConfigError, Secret, classify, composer, limits::Limits, webhook,
};

/// What everything of one channel shares.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) api: Arc<crate::http::Pool>,
    pub(crate) data: crate::http::Pool,
    pub(crate) tokens: crate::token::Tokens,
    pub(crate) limits: Limits,
    pub(crate) clock: SharedClock,
}

/// A clock with a name for `Debug`.
#[derive(Clone)]
pub(crate) struct SharedClock(Arc<dyn Clock>);

impl std::fmt::Debug for SharedClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedClock")
    }
}

impl SharedClock {
    pub(crate) fn now(&self) -> kernel::time::Millis {
        self.0.now()
    }
}

/// One channel of the Messaging API.
#[derive(Debug, Clone)]
pub struct LineChannel {
    shared: Arc<Shared>,
    channel_secret: Secret,
    max_lanes: usize,
}

impl LineChannel {
    /// A channel that reaches LINE through this dialler.
    ///
    /// # Errors
    /// When a base address or an added certificate cannot be used.
    pub fn new(
        config: LineConfig,
        dialler: &Dialler,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, LineConfigError> {
        let origin = |base: &str| crate::http::Origin::new(base, &config, dialler);
        let api = Arc::new(crate::http::Pool::new(origin(&config.hosts.api)?));
        let data = crate::http::Pool::new(origin(&config.hosts.data)?);
        let tokens =
            crate::token::Tokens::new(config.credentials, Arc::clone(&api), Arc::clone(&clock));
        Ok(Self {
            shared: Arc::new(Shared {
                api,
                data,
                tokens,
                limits: Limits::default(),
                clock: SharedClock(clock),
            }),
            channel_secret: config.channel_secret,
            max_lanes: config.max_lanes,
        })
    }

    /// Returns everything of the Messaging API but single messages.
    pub fn api(&self) -> LineApi {
        LineApi::new(Arc::clone(&self.shared))
    }

    /// Returns the documented rate of single messages, for the sender's limiter.
    pub fn rates() -> RatePolicy {
        RatePolicy {
            per_second: Some(2_000),
            ..RatePolicy::default()
        }
    }
}

#[async_trait]
impl Channel for LineChannel {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: ChannelKind::Line,
            provider_dedupes: true,
            max_lanes: self.max_lanes,
            max_bytes: composer::MAX_BYTES,
        }
    }

    fn validate(&self, message: &Message) -> Result<(), Refusal> {
        composer::validate(message)
    }

    fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        composer::prepare(message)
    }

    fn open(&self) -> Box<dyn Session> {
        Box::new(Lane::new(Arc::clone(&self.shared)))
    }

    fn max_pack(&self) -> usize {
        composer::MAX_MULTICAST
    }

    fn pack_key(&self, prepared: &Prepared) -> Option<[u8; 32]> {
        composer::pack_key(prepared)
    }

    fn classify(&self, answer: &Answer) -> Outcome {
        classify::classify(answer)
    }

    fn parse_inbound(&self, request: &InboundRequest<'_>) -> Result<Vec<Inbound>, InboundError> {
        let signature = request.header("x-line-signature");
        webhook::read(&self.channel_secret, signature, request.body).map(|hook| hook.events)
    }
}
