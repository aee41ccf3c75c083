//! `GET /api/v1/audience`.

use api_types::audience::{AudienceMemory, AudienceView};
use axum::{Json, extract::State};
use index::Memory;
use kernel::feed::Cursor;

use crate::{
    audience::{self, Begun, Follower, Unavailable},
    http::{
        auth::{Operator, needs::SegmentsRead},
        problem::ApiError,
    },
    routes::asking,
    state::App,
};

/// Tells how the audience index of the workspace stands on this server.
#[utoipa::path(get, path = "/api/v1/audience", operation_id = "get_audience", tag = "segments",
    responses((status = 200, body = AudienceView)))]
pub(super) async fn get(
    operator: Operator<SegmentsRead>,
    State(app): State<App>,
) -> Result<Json<AudienceView>, ApiError> {
    let Some(follower) = app.audience.of(operator.workspace) else {
        let state = match app.audience.absent() {
            Unavailable::Building => "building",
            _ => "off",
        };
        return Ok(Json(absent(state, app.audience.limit())));
    };
    let lag_ms = match follower.phase().state {
        audience::State::Following => {
            let position = follower.phase().position;
            app.audience.lag(operator.workspace, position).await?
        }
        _ => 0,
    };
    Ok(Json(view(&follower, app.audience.limit(), lag_ms)))
}

fn view(follower: &Follower, limit: usize, lag_ms: i64) -> AudienceView {
    let phase = follower.phase();
    let (people, events) = follower.counts();
    let mut memory = memory(follower.memory(), limit);
    let state = match phase.state {
        audience::State::Building => "building",
        audience::State::Following => "following",
        audience::State::TooLarge { used } => {
            memory.total = used as u64;
            "too_large"
        }
        audience::State::Stopped => "stopped",
    };
    let begun_from = phase.begun.map(|begun| match begun {
        Begun::Snapshot => "snapshot",
        Begun::Tables => "tables",
    });
    AudienceView {
        state: state.to_owned(),
        since: Some(phase.since.to_string()),
        begun_from: begun_from.map(str::to_owned),
        people,
        events,
        memory,
        position: asking::position(phase.position),
        lag_ms,
    }
}

fn absent(state: &str, limit: usize) -> AudienceView {
    AudienceView {
        state: state.to_owned(),
        since: None,
        begun_from: None,
        people: 0,
        events: 0,
        memory: memory(Memory::default(), limit),
        position: asking::position(Cursor::default()),
        lag_ms: 0,
    }
}

fn memory(memory: Memory, limit: usize) -> AudienceMemory {
    AudienceMemory {
        people: memory.people as u64,
        columns: memory.columns as u64,
        bitmaps: memory.bitmaps as u64,
        events: memory.events as u64,
        properties: memory.properties as u64,
        customers: memory.customers as u64,
        delta: memory.delta as u64,
        words: memory.words as u64,
        total: memory.total() as u64,
        limit: limit as u64,
    }
}
