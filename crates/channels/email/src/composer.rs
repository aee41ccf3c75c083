//! Checks, writes and signs a message: the part of the channel without a network.

use channel_core::{Content, Message, Prepared, Refusal};

use crate::{
    dkim::{self, DkimSigner},
    mime,
    provider_events::Provider,
};

/// Largest message that most servers take.
pub(crate) const MAX_BYTES: usize = 10 * 1024 * 1024;

/// Makes messages ready for the wire.
#[derive(Debug, Default)]
pub struct Composer {
    signers: Vec<DkimSigner>,
    provider: Option<Provider>,
}

impl Composer {
    /// A composer that signs with every signer whose domain covers the sender's, in order. Put RSA
    /// first: some receivers judge only the first signature.
    pub const fn new(signers: Vec<DkimSigner>) -> Self {
        Self {
            signers,
            provider: None,
        }
    }

    /// Lets every message carry its name in the words of the provider that it goes through.
    #[must_use]
    pub const fn through(mut self, provider: Option<Provider>) -> Self {
        self.provider = provider;
        self
    }

    /// Checks a message.
    ///
    /// # Errors
    /// A [`Refusal`] that says whether the message or the address is at fault.
    pub fn validate(&self, message: &Message) -> Result<(), Refusal> {
        check(message).map(|_| ())
    }

    /// Writes and signs a message.
    ///
    /// # Errors
    /// As [`Composer::validate`].
    pub fn prepare(&self, message: Message) -> Result<Prepared, Refusal> {
        let checked = check(&message)?;
        let email = email_of(&message)?;
        let wire_id = mime::message_id(&message, &checked.from);
        let mark = self.provider.map(|provider| {
            let local = wire_id.trim_start_matches('<').split('@').next();
            provider.mark(local.unwrap_or_default())
        });
        let plain = mime::write(&message, email, &checked, (&wire_id, mark));
        let signers = self
            .signers
            .iter()
            .filter(|signer| signer.covers(checked.from.domain()));
        let payload = dkim::sign_all(&plain, signers, message.at)
            .ok_or_else(|| Refusal::message("the message could not be signed"))?
            .into_bytes();
        let (sender, recipient) = (checked.sender.wire(), checked.to.wire());
        Ok(Prepared {
            message,
            sender,
            recipient,
            wire_id,
            payload,
        })
    }
}

fn check(message: &Message) -> Result<mime::Checked, Refusal> {
    let email = email_of(message)?;
    // Base64 adds a third, and headers and signatures some more.
    if (email.html.len() + email.text.len()) / 3 * 4 > MAX_BYTES - 256 * 1024 {
        return Err(Refusal::message("the message is larger than 10 MB"));
    }
    mime::check(message, email)
}

fn email_of(message: &Message) -> Result<&channel_core::Email, Refusal> {
    match &message.content {
        Content::Email(email) => Ok(email),
        _ => Err(Refusal::message("the message is not an email")),
    }
}
