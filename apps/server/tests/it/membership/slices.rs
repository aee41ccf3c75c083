//! The work of a minute is done in slices, and the feed comes in between.

use std::sync::Arc;

use kernel::time::{Clock, Millis};
use segmentation::membership::Cause;
use server::{
    keeping::{Keep, Next},
    membership::{Indexing, Keeper, Means},
};
use testkit::FakeClock;

use super::{
    hands::{Node, is_sound, next_minute, segment},
    story::{did, dormant, has_done, of, say},
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
