//! A process that is killed between the hand-over and its record.

use std::{
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use channel_core::Channel as _;
use kernel::time::{Clock as _, SystemClock};
use line_fake::{LineFake, Options, Trick};

use crate::support::{accepted, channel, message, send, stateless, user};

/// Where the platform of the parent is; only the child has it.
const PLATFORM: &str = "ENISHI_TEST_LINE_PLATFORM";

#[expect(
    clippy::disallowed_methods,
    reason = "the parent tells the child by environment where its platform is"
)]
fn platform() -> Option<String> {
    std::env::var(PLATFORM).ok()
}

/// The child: hands a message over and waits for an answer that never comes. In an ordinary run there is no
/// parent, and it has nothing to do.
#[tokio::test]
async fn child() {
    if let Some(base) = platform() {
        let credentials = stateless(&Options::default());
        send(
            &channel(&base, credentials, Arc::new(SystemClock)),
            message(1),
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_kill_the_person_has_one_message() {
    let fake = LineFake::start(Options::default(), Arc::new(SystemClock)).await;
    fake.befriend(&user(1));
    fake.play([Trick::TakeAndStaySilent]);
    let first_at = SystemClock.now();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child"])
        .env(PLATFORM, fake.base_url())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let patience = Duration::from_secs(30);
    tokio::time::timeout(patience, fake.wait_for(1))
        .await
        .expect("the child hands its message over");
    child.kill().unwrap();
    child.wait().unwrap();
    let channel = channel(
        &fake.base_url(),
        stateless(&Options::default()),
        Arc::new(SystemClock),
    );
    let prepared = channel.prepare(message(1)).unwrap();
    let mut lane = channel.open();
    lane.ready(&prepared).await.unwrap();
    let outcome = lane.redeliver(&prepared, first_at).await;
    let [got] = &fake.received(&user(1))[..] else {
        panic!("exactly one")
    };
    assert_eq!(accepted(&outcome), got.request_id);
    assert_eq!(got.retry_key, prepared.wire_id);
    assert_eq!(fake.misuses(), Vec::<String>::new());
}
