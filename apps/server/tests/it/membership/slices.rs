//! Much at once: the work of a minute is done in slices with the feed in between, and crowds are judged together.

use std::sync::Arc;

use kernel::time::{Clock, Millis};
use segmentation::membership::Cause;
use serde_json::json;
use server::{
    keeping::{Keep, Next},
    membership::{Indexing, Keeper, Means},
};
use testkit::FakeClock;

use super::{
    hands::{Node, is_sound, next_minute, open, segment},
    story::{did, dormant, has_done, of, say, say_all},
};
use crate::app::TestApp;

/// A clock that every look moves on, so that each slice of work is over at once.
#[derive(Debug)]
struct Hurried(FakeClock);

impl Clock for Hurried {
    fn now(&self) -> Millis {
        self.0.advance(30);
        self.0.now()
    }
}

#[tokio::test]
async fn who_does_something_does_not_wait_for_the_work_of_a_whole_minute() {
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        for _ in 0..5 {
            segment(&app, &dormant()).await;
        }
        let bought = segment(&app, &has_done("Bought")).await;
        let node = Node::start(&app, Indexing::On);
        let clock = Arc::new(Hurried(app.kit.clock.clone()));
        let means = Means {
            clock,
            ..node.means.clone()
        };
        let workspace = app.kit.workspace;
        let mut keeper = Keeper::claim(&means, workspace).await.unwrap().unwrap();
        say(&app, did("u1", "Other")).await;
        node.settle(&app, &mut keeper).await;
        next_minute(&app);
        assert_eq!(keeper.round().await.unwrap(), Next::AtOnce, "one of five");
        say(&app, did("u1", "Bought")).await;
        app.kit.clock.advance(10);
        node.caught_up(&app).await;
        assert_eq!(
            keeper.round().await.unwrap(),
            Next::AtOnce,
            "three are left"
        );
        let entered = of(&app, bought).await;
        assert_eq!(entered, [(true, Cause::Event)], "{}", test.name());
        node.settle(&app, &mut keeper).await;
        is_sound(&app, test.name()).await;
    }
}

#[tokio::test]
async fn a_crowd_is_judged_as_each_of_it_would_be() {
    const CROWD: usize = 600;
    for test in testkit::both().await {
        let app = TestApp::new(&test).await;
        let bought = segment(&app, &has_done("Bought")).await;
        let viewed = segment(&app, &has_done("Viewed")).await;
        let everybody = segment(&app, &json!({"all": []})).await;
        let node = Node::start(&app, Indexing::On);
        let mut keeper = node.claim(app.kit.workspace).await;
        say(&app, did("u0", "Bought")).await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        let crowd: Vec<_> = (0..CROWD)
            .map(|n| did(&format!("u{n}"), "Bought"))
            .collect();
        for some in crowd.chunks(300) {
            say_all(&app, some).await;
        }
        say(&app, did("u7", "Viewed")).await;
        app.kit.clock.advance(1_000);
        node.settle(&app, &mut keeper).await;
        // The first was in before: nothing is told of her again.
        let told = of(&app, bought).await;
        assert_eq!(
            told,
            vec![(true, Cause::Event); CROWD - 1],
            "{}",
            test.name()
        );
        assert_eq!(of(&app, viewed).await, [(true, Cause::Event)]);
        assert_eq!(open(&app, everybody).await.len(), CROWD);
        is_sound(&app, test.name()).await;
    }
}
