//! The ledger against a model: whatever happens in whatever order, nobody gets a message twice unless
//! the provider has said that it did not take the first.

use std::collections::HashMap;

use campaigns::{
    ledger::{self, DeliveryState, HandOver, Release, Reserved, Settle, Settlement, Whose},
    lifecycle,
};
use channel_core::{Reason, ReasonClass};
use kernel::{id::CampaignId, time::MINUTE};
use proptest::{prelude::*, test_runner::TestRunner};
use testkit::TestDb;

use crate::world::World;

#[derive(Debug, Clone, Copy)]
enum Step {
    Reserve(i64, u32),
    HandOver(i64),
    Accept(i64),
    Refuse(i64),
    Silent(i64),
    Release(i64),
    Die(i64),
    Pause,
    Resume,
    Cancel,
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    let worker = 1i64..4;
    prop_oneof![
        4 => (worker.clone(), 1u32..5).prop_map(|(w, n)| Step::Reserve(w, n)),
        4 => worker.clone().prop_map(Step::HandOver),
        4 => worker.clone().prop_map(Step::Accept),
        2 => worker.clone().prop_map(Step::Refuse),
        1 => worker.clone().prop_map(Step::Silent),
        1 => worker.clone().prop_map(Step::Release),
        1 => worker.prop_map(Step::Die),
        1 => Just(Step::Pause),
        2 => Just(Step::Resume),
        1 => Just(Step::Wait),
        1 => Just(Step::Cancel),
    ]
}

/// What the provider has in the model: how often it took each row, and what each worker believes.
#[derive(Default)]
struct Model {
    taken: HashMap<i64, u32>,
    held: HashMap<i64, Vec<Reserved>>,
    flying: HashMap<i64, Vec<Reserved>>,
}

async fn play(world: &World, id: CampaignId, steps: &[Step]) -> Model {
    let mut model = Model::default();
    for step in steps {
        apply(world, id, &mut model, *step).await;
        let states = states(world).await;
        for (row, taken) in &model.taken {
            assert!(*taken <= 1, "row {row} was taken twice");
            let state = states[row];
            assert!(
                matches!(
                    state,
                    DeliveryState::HandedOver | DeliveryState::Accepted | DeliveryState::Unknown
                ),
                "row {row} was taken but is {state:?} after {step:?}"
            );
        }
    }
    model
}

async fn states(world: &World) -> HashMap<i64, DeliveryState> {
    let rows = storage::sql::rows(world.db.reader(), "SELECT id, state FROM delivery", [])
        .await
        .unwrap();
    let read = |row: &sea_orm::QueryResult| {
        let id: i64 = row.try_get_by_index(0).unwrap();
        let state: i16 = row.try_get_by_index(1).unwrap();
        (id, DeliveryState::from_code(state).unwrap())
    };
    rows.iter().map(read).collect()
}

async fn apply(world: &World, id: CampaignId, model: &mut Model, step: Step) {
    let now = world.now();
    let tx = world.db.begin().await.unwrap();
    match step {
        Step::Reserve(worker, n) => {
            let active = ledger::active_campaigns(&tx).await.unwrap();
            if let Some(campaign) = active.into_iter().find(|campaign| campaign.id == id) {
                let rows = ledger::reserve(&tx, &campaign, Whose::Everybodys, worker, now, n)
                    .await
                    .unwrap();
                model.held.entry(worker).or_default().extend(rows);
            }
        }
        Step::HandOver(worker) => {
            let rows = std::mem::take(model.held.entry(worker).or_default());
            let wanted: Vec<HandOver> = rows
                .iter()
                .map(|row| HandOver {
                    channel: channel_core::ChannelKind::Email,
                    key: row.key,
                    campaign: row.campaign,
                    address: row.address.clone(),
                    is_test: row.is_test,
                    attempts: row.attempts,
                    message_id: String::new(),
                })
                .collect();
            let granted = ledger::hand_over(&tx, world.workspace, worker, now, &wanted)
                .await
                .unwrap();
            let tries = wanted.iter().map(HandOver::this_try);
            let flying = rows
                .into_iter()
                .zip(tries)
                .filter(|(_, this_try)| granted.contains(this_try))
                .map(|(row, _)| row);
            model.flying.entry(worker).or_default().extend(flying);
        }
        Step::Accept(worker) | Step::Refuse(worker) | Step::Silent(worker) => {
            let rows = std::mem::take(model.flying.entry(worker).or_default());
            let reason = Reason::new(ReasonClass::Busy, None, "");
            for row in rows {
                let result = match step {
                    Step::Accept(_) => Settlement::Accepted,
                    Step::Silent(_) => Settlement::Unknown(reason.clone()),
                    _ => Settlement::Again(reason.clone(), now.plus(MINUTE)),
                };
                if !matches!(step, Step::Refuse(_)) {
                    *model.taken.entry(row.key.id.raw()).or_default() += 1;
                }
                let settle = Settle {
                    channel: channel_core::ChannelKind::Email,
                    key: row.key,
                    campaign: id,
                    is_test: false,
                    attempts: row.attempts + 1,
                    address: row.address,
                    result,
                };
                ledger::settle(&tx, worker, now, &[settle]).await.unwrap();
            }
        }
        Step::Release(worker) => {
            for row in std::mem::take(model.held.entry(worker).or_default()) {
                let release = Release {
                    key: row.key,
                    attempts: row.attempts,
                    due_at: now,
                    deferred: true,
                };
                ledger::release(&tx, worker, &[release]).await.unwrap();
            }
        }
        // It only seems dead: it goes on with what it believes it holds.
        Step::Die(worker) => {
            ledger::recover(&tx, worker, now).await.unwrap();
        }
        Step::Pause => {
            let _ = lifecycle::pause(&tx, world.author(), id).await;
        }
        Step::Resume => {
            let _ = lifecycle::resume(&tx, world.author(), id).await;
        }
        Step::Cancel => {
            let _ = lifecycle::cancel(&tx, world.author(), id).await;
        }
        Step::Wait => world.clock.advance(2 * MINUTE),
    }
    tx.commit().await.unwrap();
}

async fn round(test: &TestDb, steps: &[Step]) {
    let world = World::new(test).await;
    world.customers(6).await;
    let id = world.planned().await;
    play(&world, id, steps).await;
}

fn run_on(cases: u32, database: impl Fn() -> TestDb) {
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 40,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new(config);
    let strategy = proptest::collection::vec(step(), 1..40);
    let outcome = runner.run(&strategy, |steps| {
        let test = database();
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(round(&test, &steps));
        });
        Ok(())
    });
    outcome.unwrap();
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_a_message_twice_whatever_happens_on_sqlite() {
    run_on(24, || wait(testkit::sqlite()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_a_message_twice_whatever_happens_on_postgres() {
    run_on(12, || wait(testkit::postgres()));
}

#[test]
fn the_picture_of_the_states_leads_nowhere_back_from_a_provider_but_by_its_own_word() {
    use DeliveryState as S;
    for from in S::ALL {
        for to in S::ALL {
            if from.may_become(to) && matches!(from, S::HandedOver | S::Unknown | S::Accepted) {
                assert!(
                    !matches!(to, S::Planned | S::Deferred | S::Reserved | S::Cancelled),
                    "{from:?} to {to:?}"
                );
            }
        }
        assert_eq!(S::parse(from.as_str()), Some(from));
        assert_eq!(S::from_code(from.code()), Some(from));
    }
}
