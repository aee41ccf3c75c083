//! `GET /api/v1/campaigns/{id}/report/people`.

use std::collections::HashMap;

use access::Permission;
use analytics::people::{self, Group, Member};
use api_types::{PageOf, reports::PersonView};
use axum::{Json, extract::State};
use kernel::{id::kind, invalid::Invalid, page::PageRequest};
use profiles::customers::masked_email;
use sea_orm::FromQueryResult;
use serde::Deserialize;
use storage::sql;

use crate::{
    http::{
        auth::{Caller, Operator, needs::ReportsRead},
        extract::{self, PathId, ValidQuery},
        problem::ApiError,
    },
    state::App,
};

/// Which people are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PeopleQuery {
    /// A metric of the report, `matched`, `step:<key>` or `link:<position>`.
    metric: String,
    /// The `next` value of the page before.
    after: Option<String>,
    /// Rows a page, at most 100.
    #[serde(default, deserialize_with = "extract::limit")]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Lists the people behind a number, each once. Seeing people needs `profiles:read` besides.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/report/people", operation_id = "list_report_people", tag = "reports",
    params(("id" = String, Path, description = "cmp_…"), PeopleQuery),
    responses((status = 200, body = PageOf<PersonView>)))]
pub(super) async fn people(
    operator: Operator<ReportsRead>,
    PathId(id): PathId<kind::Campaign>,
    ValidQuery(query): ValidQuery<PeopleQuery>,
    State(app): State<App>,
) -> Result<Json<PageOf<PersonView>>, ApiError> {
    if !operator.may(Permission::ProfilesRead) {
        return Err(ApiError::forbidden(Permission::ProfilesRead));
    }
    let group = Group::parse(&query.metric).ok_or_else(unknown)?;
    let page = PageRequest {
        after: query.after,
        limit: query.limit,
    };
    let page = people::list(app.db.reader(), operator.workspace, id, &group, &page).await?;
    let items = named(&app, &operator, &page.items).await?;
    Ok(Json(PageOf {
        items,
        next: page.next,
    }))
}

fn unknown() -> Invalid {
    Invalid::one(
        "/metric",
        "unknown",
        "use a metric of the report, matched, step:<key> or link:<position>",
        "レポートの指標、matched、step:<key>、link:<position> のどれかを指定してください",
    )
}

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    full_name: Option<String>,
    family_name: Option<String>,
    given_name: Option<String>,
    external_id: Option<String>,
    email: Option<String>,
}

/// Reads names in one go; whoever was erased since stays without one.
async fn named(
    app: &App,
    caller: &Caller,
    members: &[Member],
) -> Result<Vec<PersonView>, ApiError> {
    let ids: Vec<String> = members
        .iter()
        .map(|member| member.profile.raw().to_string())
        .collect();
    let text = format!(
        "SELECT id, full_name, family_name, given_name, external_id, email FROM profile
         WHERE workspace_id = $1 AND id IN ({}) AND state = 0",
        if ids.is_empty() {
            "0".to_owned()
        } else {
            ids.join(", ")
        }
    );
    let rows: Vec<Row> = sql::all(app.db.reader(), text, [caller.workspace.raw().into()]).await?;
    let mut rows: HashMap<i64, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
    let shows = caller.may(Permission::PiiRead);
    let view = |member: &Member| {
        let row = rows.remove(&member.profile.raw());
        let (name, external_id, email) = row.map_or((None, None, None), |row| {
            let parts: Vec<String> = [row.family_name, row.given_name]
                .into_iter()
                .flatten()
                .collect();
            let joined = (!parts.is_empty()).then(|| parts.join(" "));
            let email = row
                .email
                .map(|email| if shows { email } else { masked_email(&email) });
            (row.full_name.or(joined), row.external_id, email)
        });
        PersonView {
            id: member.profile.to_string(),
            name,
            external_id,
            email,
            at: member.at.map(|at| at.to_string()),
        }
    };
    Ok(members.iter().map(view).collect())
}
