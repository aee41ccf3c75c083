//! `GET /api/v1/campaigns/{id}/report/people`.

use std::collections::HashMap;

use access::Permission;
use analytics::people::{self, Group, Member};
use api_types::{PageOf, reports::PersonView};
use axum::{Json, extract::State};
use kernel::{
    id::{ProfileId, kind},
    invalid::Invalid,
    page::PageRequest,
};
use profiles::customers::{self, CustomerSummary, masked_email};
use serde::Deserialize;

use crate::{
    http::{
        audit::{self, Look},
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

/// Lists the people behind a number, each once. Seeing people needs `profiles:read` besides and is logged.
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

/// Names the people in the order given and logs that they were looked at. Whoever was merged away or erased
/// since stays without a name, so that the list is as long as its number says.
async fn named(
    app: &App,
    caller: &Caller,
    members: &[Member],
) -> Result<Vec<PersonView>, ApiError> {
    let ids: Vec<ProfileId> = members.iter().map(|member| member.profile).collect();
    let found = customers::several(app.db.reader(), caller.workspace, &ids).await?;
    let shows = caller.may(Permission::PiiRead);
    let look = Look {
        action: "report.people",
        profile: None,
        n_people: i64::try_from(found.len()).unwrap_or(i64::MAX),
        fields: if shows { "name email" } else { "name" },
    };
    audit::look(app, caller, look).await?;
    let mut found: HashMap<ProfileId, CustomerSummary> = found
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    let view = |member: &Member| {
        let person = found.remove(&member.profile);
        let (name, external_id, email) = person.map_or((None, None, None), |person| {
            (person.full_name, person.external_id, person.email)
        });
        PersonView {
            id: member.profile.to_string(),
            name,
            external_id,
            email: email.map(|email| if shows { email } else { masked_email(&email) }),
            at: member.at.map(|at| at.to_string()),
        }
    };
    Ok(members.iter().map(view).collect())
}
