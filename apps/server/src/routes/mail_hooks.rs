//! Webhooks of mail providers: bounces, complaints and unsubscriptions of what a sender sent.
//!
//! Public addresses without a sign-in: a signature over the raw bytes, or a secret of the webhook's own, is all the
//! proof there is, and nothing is written down before it is found good. A call is answered with 200 once what it means is
//! durable; until then the provider brings it again.

pub(crate) mod certificates;
mod effect;
mod take;

use axum::{Router, routing::post};
use campaigns::sender::provider::{Provider, Settings};
use channel_email::provider_events::Proof;
use kernel::id::SenderId;

use crate::state::App;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/hooks/mail/{sender}/{provider}", post(take::take))
}

/// Returns the address to enter at a provider.
pub(crate) fn url(app: &App, sender: SenderId, provider: Provider) -> String {
    let base = app.config.public_url();
    format!("{base}/hooks/mail/{sender}/{}", provider.as_str())
}

/// Returns what proves a provider's calls; of Amazon it is no secret.
pub(crate) fn proof(settings: &Settings, secret: String) -> Option<Proof> {
    match settings.kind {
        Provider::Ses => None,
        Provider::Sendgrid => Some(Proof::Sendgrid { key: secret }),
        Provider::Mailgun => Some(Proof::Mailgun { key: secret }),
        Provider::Postmark => Some(match (&settings.user, &settings.header) {
            (None, Some(name)) => Proof::Header {
                name: name.clone(),
                value: secret,
            },
            (user, _) => Proof::Login {
                user: user.clone().unwrap_or_default(),
                password: secret,
            },
        }),
    }
}
