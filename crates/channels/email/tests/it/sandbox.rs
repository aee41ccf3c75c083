//! The sandbox and its inbox.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use channel_core::{Outcome, ReasonClass};
use channel_email::{CapturedMessage, Composer, Inbox, InboxError, SandboxChannel};

use crate::support::{email, message_to, send, signing_composer};

/// An inbox in memory that keeps a message once, as the product's does.
#[derive(Default)]
pub(crate) struct MemoryInbox(Mutex<Vec<CapturedMessage>>);

impl MemoryInbox {
    pub(crate) fn messages(&self) -> Vec<CapturedMessage> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Inbox for MemoryInbox {
    async fn store(&self, message: CapturedMessage) -> Result<(), InboxError> {
        let mut messages = self.0.lock().unwrap();
        if !messages
            .iter()
            .any(|kept| kept.idempotency_key == message.idempotency_key)
        {
            messages.push(message);
        }
        Ok(())
    }
}

struct FullInbox;

#[async_trait]
impl Inbox for FullInbox {
    async fn store(&self, _message: CapturedMessage) -> Result<(), InboxError> {
        Err(InboxError("no space left".to_owned()))
    }
}

#[tokio::test]
async fn the_inbox_shows_the_mail_as_its_receiver_would_see_it() {
    let inbox = Arc::new(MemoryInbox::default());
    let channel = SandboxChannel::new(signing_composer(), Arc::clone(&inbox) as _);
    for _ in 0..2 {
        let outcome = send(&channel, message_to(7, "a..b@docomo.ne.jp")).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    }
    let messages = inbox.messages();
    let [kept] = messages.as_slice() else {
        panic!("kept once, not {}", messages.len())
    };
    let email = email();
    assert_eq!(
        (kept.delivery_id, kept.recipient.as_str()),
        (7, "a..b@docomo.ne.jp")
    );
    assert_eq!(
        (&kept.subject, &kept.html, &kept.text),
        (&email.subject, &email.html, &email.text)
    );
    let header = |name: &str| {
        kept.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
            .unwrap()
    };
    assert!(header("To").ends_with("<\"a..b\"@docomo.ne.jp>"));
    assert_eq!(
        header("List-Unsubscribe-Post"),
        "List-Unsubscribe=One-Click"
    );
    assert_eq!(header("Feedback-ID"), "cmp_42:ws_7:campaign:enishi01");
    assert!(header("DKIM-Signature").starts_with("v=1; a=rsa-sha256;"));
}

#[tokio::test]
async fn an_inbox_that_cannot_keep_a_message_asks_for_a_retry() {
    let channel = SandboxChannel::new(Composer::default(), Arc::new(FullInbox));
    let outcome = send(&channel, message_to(1, "hanako@example.jp")).await;
    assert!(outcome.may_send_again(), "{outcome:?}");
    assert_eq!(outcome.reason().unwrap().class, ReasonClass::Busy);
}
