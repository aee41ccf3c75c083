//! `GET` and `PUT /api/v1/line/{account}/menu-plan`.

use std::collections::{BTreeSet, HashMap};

use api_types::line_menus::{
    LineMenuPlanView, LineMenuRule, LineMenuRuleView, LineMenuWhen, SaveLineMenuPlan,
};
use axum::{Json, extract::State};
use friends::{
    book,
    menu::{
        self,
        plan::{self, Kept, MOST_RULES, Plan, Rule, When},
        standing,
    },
};
use kernel::{
    id::{MenuId, SegmentId, SenderId, WorkspaceId},
    invalid::{FieldError, Invalid},
};
use segmentation::store as segments;
use storage::ConnectionTrait;

use super::wire;
use crate::{
    http::{
        audit,
        auth::{
            Operator,
            needs::{CampaignsLaunch, ContentsRead},
        },
        extract::{PathAccount, ValidJson},
        problem::ApiError,
    },
    routes::line,
    state::App,
};

/// Longest key or value of an attribute that a rule may ask for.
const LONGEST: usize = 200;

/// Shows who sees which rich menu, and how far LINE has been told.
#[utoipa::path(get, path = "/api/v1/line/{account}/menu-plan", operation_id = "get_line_menu_plan", tag = "line",
    params(("account" = String, Path, description = "snd_…")),
    responses((status = 200, body = LineMenuPlanView)))]
pub(super) async fn get(
    operator: Operator<ContentsRead>,
    PathAccount(account): PathAccount,
    State(app): State<App>,
) -> Result<Json<LineMenuPlanView>, ApiError> {
    line::account(&app, operator.workspace, account).await?;
    view(&app, (operator.workspace, account)).await.map(Json)
}

/// Saves who sees which rich menu. Everybody is looked at anew, and LINE is told of whom it changes something for.
#[utoipa::path(put, path = "/api/v1/line/{account}/menu-plan", operation_id = "save_line_menu_plan", tag = "line",
    params(("account" = String, Path, description = "snd_…")), request_body = SaveLineMenuPlan,
    responses((status = 200, body = LineMenuPlanView), (status = 409)))]
pub(super) async fn save(
    operator: Operator<CampaignsLaunch>,
    PathAccount(account): PathAccount,
    State(app): State<App>,
    ValidJson(body): ValidJson<SaveLineMenuPlan>,
) -> Result<Json<LineMenuPlanView>, ApiError> {
    line::account(&app, operator.workspace, account).await?;
    let whose = (operator.workspace, account);
    let tx = app.db.begin().await?;
    let wanted = read(&tx, whose, &body).await?;
    let by = (operator.user(), app.now());
    if !plan::save(&tx, whose, &wanted, body.version, by).await? {
        return Err(ApiError::conflict());
    }
    let detail = serde_json::json!({ "rules": wanted.rules.len() });
    let object = ("line_menu_plan", Some(account.raw()));
    audit::log(&app, &tx, &operator, "line_menu.plan", object, detail).await?;
    tx.commit().await?;
    view(&app, whose).await.map(Json)
}

/// Reads the rules; every one that is wrong is told.
async fn read(
    db: &impl ConnectionTrait,
    (workspace, account): (WorkspaceId, SenderId),
    body: &SaveLineMenuPlan,
) -> Result<Plan, ApiError> {
    let mut invalid = Invalid::default();
    if body.rules.len() > MOST_RULES {
        invalid.push(FieldError::new(
            "/rules",
            "too_many",
            "use at most 50 rules",
            "ルールは50個までです",
        ));
    }
    let menus: BTreeSet<MenuId> = menu::list(db, workspace, account)
        .await?
        .into_iter()
        .map(|menu| menu.id)
        .collect();
    let known = |text: &str| text.parse().ok().filter(|id| menus.contains(id));
    let mut rules = Vec::new();
    for (at, rule) in body.rules.iter().enumerate() {
        let when = when(db, workspace, (at, rule), &mut invalid).await?;
        match (when, known(&rule.menu)) {
            (Some(when), Some(menu)) => rules.push(Rule { when, menu }),
            (_, None) => invalid.push(wire::no_menu(format!("/rules/{at}/menu"))),
            (None, Some(_)) => {}
        }
    }
    let default_menu = match body.default_menu.as_deref() {
        None | Some("") => None,
        Some(text) => {
            let found = known(text);
            if found.is_none() {
                invalid.push(wire::no_menu("/default_menu".to_owned()));
            }
            found
        }
    };
    invalid.into_result()?;
    Ok(Plan {
        rules,
        default_menu,
    })
}

async fn when(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    (at, rule): (usize, &LineMenuRule),
    invalid: &mut Invalid,
) -> Result<Option<When>, ApiError> {
    match &rule.when {
        LineMenuWhen::Segment { segment } => {
            let found = match segment.parse::<SegmentId>() {
                Ok(id) => segments::find(db, workspace, id).await?,
                Err(_) => None,
            };
            let found = found.filter(|segment| segment.archived_at.is_none());
            if found.is_none() {
                invalid.push(FieldError::new(
                    format!("/rules/{at}/when/segment"),
                    "unknown",
                    "choose a segment",
                    "セグメントを選んでください",
                ));
            }
            Ok(found.map(|segment| When::Segment {
                segment: segment.id,
            }))
        }
        LineMenuWhen::Attribute { key, value } => {
            let (key, value) = (key.trim(), value.trim());
            for (name, text) in [("key", key), ("value", value)] {
                if text.is_empty() || text.chars().count() > LONGEST {
                    invalid.push(FieldError::new(
                        format!("/rules/{at}/when/{name}"),
                        "required",
                        "give an attribute and the value that it has",
                        "属性とその値を入れてください",
                    ));
                }
            }
            Ok(Some(When::Attribute {
                key: key.to_owned(),
                value: value.to_owned(),
            }))
        }
    }
}

async fn view(
    app: &App,
    (workspace, account): (WorkspaceId, SenderId),
) -> Result<LineMenuPlanView, ApiError> {
    let db = app.db.reader();
    let Some(kept) = plan::find(db, workspace, account).await? else {
        return Ok(LineMenuPlanView {
            account: account.to_string(),
            n_default: book::counts(db, workspace, account).await?.following,
            ..LineMenuPlanView::default()
        });
    };
    let rules = rules(db, (workspace, account), &kept.plan).await?;
    let counts = book::counts(db, workspace, account).await?;
    let of_rules: i64 = rules.iter().map(|rule| rule.n_friends).sum();
    let whole = standing::whole(db, (workspace, account)).await?;
    let basis = standing::basis(db, workspace, (&kept.plan, kept.version)).await?;
    let default = match kept.plan.default_menu {
        Some(id) => menu::find(db, workspace, id).await?,
        None => None,
    };
    let now = app.now();
    Ok(LineMenuPlanView {
        account: account.to_string(),
        version: kept.version,
        rules,
        default_menu: kept.plan.default_menu.map(|id| id.to_string()),
        is_default_told: kept.told_default == default.and_then(|menu| menu.live),
        n_default: (counts.following + counts.unknown - of_rules).max(0),
        n_friends: whole.n,
        n_due: whole.due,
        is_judging: is_judging(&kept, basis.as_deref()),
        next_at: (kept.paused_until > now).then(|| kept.paused_until.to_string()),
        fault: kept.fault,
    })
}

fn is_judging(kept: &Kept, basis: Option<&str>) -> bool {
    kept.sweep_after.is_some() || basis != Some(kept.basis.as_str())
}

async fn rules(
    db: &impl ConnectionTrait,
    whose: (WorkspaceId, SenderId),
    plan: &Plan,
) -> Result<Vec<LineMenuRuleView>, ApiError> {
    let ids: Vec<SegmentId> = plan.segments().into_iter().collect();
    let names: HashMap<SegmentId, String> = segments::names(db, whose.0, &ids)
        .await?
        .into_iter()
        .collect();
    let counts: HashMap<usize, standing::RuleCount> = standing::by_rule(db, whose)
        .await?
        .into_iter()
        .filter_map(|count| Some((usize::try_from(count.rule?).ok()?, count)))
        .collect();
    let view = |(at, rule): (usize, &Rule)| {
        let (when, label) = match &rule.when {
            When::Segment { segment } => (
                LineMenuWhen::Segment {
                    segment: segment.to_string(),
                },
                names.get(segment).cloned().unwrap_or_default(),
            ),
            When::Attribute { key, value } => (
                LineMenuWhen::Attribute {
                    key: key.clone(),
                    value: value.clone(),
                },
                value.clone(),
            ),
        };
        let count = counts.get(&at);
        LineMenuRuleView {
            when,
            menu: rule.menu.to_string(),
            label,
            n_friends: count.map_or(0, |count| count.n),
            n_told: count.map_or(0, |count| count.told),
            n_refused: count.map_or(0, |count| count.refused),
        }
    };
    Ok(plan.rules.iter().enumerate().map(view).collect())
}
