//! A small world of customers that is written to a database and looked at by the naive evaluator alike.

use chrono_tz::Tz;
use kernel::{
    id::{ProfileId, WorkspaceId},
    time::Millis,
};
use segmentation::{At, language};
use serde_json::{Map, Value as Json, json};
use storage::{
    Db, Value,
    bulk::{Bulk, ColumnType},
};
use testkit::Kit;

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: i64,
    /// 0 active, 1 merged, 2 erased.
    pub(crate) state: i64,
    /// The customer that a merged one is now.
    pub(crate) merged_into: Option<i64>,
    pub(crate) workspace: WorkspaceId,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) is_anonymous: bool,
    pub(crate) first_seen_at: i64,
    pub(crate) attributes: Map<String, Json>,
    /// Channel, purpose, granted, expires at.
    pub(crate) consents: Vec<(&'static str, &'static str, bool, Option<i64>)>,
    pub(crate) is_suppressed: bool,
    /// How she stands to a LINE account: 0 follows, 1 has blocked, 2 unknown.
    pub(crate) line: Option<i16>,
    /// Whether a device of hers takes pushes.
    pub(crate) has_device: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Happening {
    pub(crate) id: i64,
    pub(crate) profile: i64,
    pub(crate) at: i64,
    pub(crate) name: String,
    pub(crate) product: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) amount: Option<i64>,
    pub(crate) quantity: Option<i64>,
    pub(crate) order: Option<i64>,
    pub(crate) campaign: Option<i64>,
    pub(crate) flags: i64,
    pub(crate) properties: Option<Json>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) people: Vec<Person>,
    pub(crate) events: Vec<Happening>,
    /// Path and number of each category; the parent of a path is the path without its last part.
    pub(crate) categories: Vec<(String, i64)>,
    pub(crate) products: Vec<(String, i64)>,
    /// Stretches of time in a segment.
    pub(crate) stays: Vec<Stay>,
    /// Rows of the uploaded list.
    pub(crate) listed: Vec<Listed>,
    /// Since when they are kept, by segment.
    pub(crate) kept_since: Vec<(i64, i64)>,
}

/// The number of the uploaded list, and the edition that is seen of it.
pub(crate) const LIST: i64 = 6_000;
pub(crate) const EDITION: i64 = 2;

/// A row of the uploaded list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) profile: i64,
    pub(crate) added: i64,
    pub(crate) removed: Option<i64>,
}

/// A stretch of time that somebody was in a segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stay {
    pub(crate) segment: i64,
    pub(crate) profile: i64,
    pub(crate) from: i64,
    pub(crate) left: Option<i64>,
}

pub(crate) const WORKSPACE: WorkspaceId = WorkspaceId::from_raw(700_000_000_000_000_001);

pub(crate) const fn at(now: Millis) -> At {
    At {
        workspace: WORKSPACE,
        now,
        zone: Tz::Asia__Tokyo,
    }
}

const PROFILE: Bulk = Bulk {
    table: "profile",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("id", ColumnType::Int),
        ("state", ColumnType::Int),
        ("merged_into", ColumnType::Int),
        ("email", ColumnType::Text),
        ("full_name", ColumnType::Text),
        ("is_anonymous", ColumnType::Bool),
        ("attributes", ColumnType::Json),
        ("search_text", ColumnType::Text),
        ("first_seen_at", ColumnType::Int),
        ("last_seen_at", ColumnType::Int),
        ("created_at", ColumnType::Int),
        ("updated_at", ColumnType::Int),
    ],
    suffix: "",
};

const EVENT: Bulk = Bulk {
    table: "event",
    columns: &[
        ("workspace_id", ColumnType::Int),
        ("profile_id", ColumnType::Int),
        ("occurred_at", ColumnType::Int),
        ("id", ColumnType::Int),
        ("name_id", ColumnType::Int),
        ("product_id", ColumnType::Int),
        ("category_id", ColumnType::Int),
        ("amount", ColumnType::Int),
        ("quantity", ColumnType::Int),
        ("order_id", ColumnType::Int),
        ("campaign_id", ColumnType::Int),
        ("flags", ColumnType::Int),
        ("received_at", ColumnType::Int),
        ("properties", ColumnType::Json),
    ],
    suffix: "",
};

impl World {
    /// Adds a person; attributes that are no object are none.
    pub(crate) fn person(&mut self, attributes: Json) -> &mut Person {
        let attributes = match attributes {
            Json::Object(attributes) => attributes,
            _ => serde_json::Map::new(),
        };
        let id = 1_000 + i64::try_from(self.people.len()).unwrap();
        self.people.push(Person {
            id,
            state: 0,
            merged_into: None,
            workspace: WORKSPACE,
            email: None,
            name: None,
            is_anonymous: false,
            first_seen_at: 0,
            attributes,
            consents: Vec::new(),
            is_suppressed: false,
            line: None,
            has_device: false,
        });
        self.people.last_mut().unwrap()
    }

    pub(crate) fn event(&mut self, profile: i64, name: &str, at: Millis) -> &mut Happening {
        let id = 50_000 + i64::try_from(self.events.len()).unwrap();
        self.events.push(Happening {
            id,
            profile,
            at: at.0,
            name: name.to_owned(),
            ..Happening::default()
        });
        self.events.last_mut().unwrap()
    }

    pub(crate) fn category(&mut self, path: &str) {
        let mut whole = String::new();
        for part in path.split(" > ") {
            whole = if whole.is_empty() {
                part.to_owned()
            } else {
                format!("{whole} > {part}")
            };
            if !self.categories.iter().any(|(known, _)| *known == whole) {
                self.categories.push((
                    whole.clone(),
                    9_000 + i64::try_from(self.categories.len()).unwrap(),
                ));
            }
        }
    }

    pub(crate) fn name_id(name: &str) -> i64 {
        profiles::names::fixed_id(name)
            .map_or(1_000 + i64::try_from(name.len()).unwrap(), i64::from)
    }

    fn category_id(&self, path: &str) -> Option<i64> {
        self.categories
            .iter()
            .find(|(known, _)| known == path)
            .map(|(_, id)| *id)
    }

    pub(crate) async fn load(&self, kit: &Kit) {
        self.load_people(&kit.db).await;
        self.load_terms(&kit.db).await;
        self.load_events(&kit.db).await;
        self.load_stays(&kit.db).await;
        self.load_list(&kit.db).await;
    }

    async fn load_people(&self, db: &Db) {
        let rows = self.people.iter().map(|person| {
            vec![
                person.workspace.raw().into(),
                person.id.into(),
                person.state.into(),
                person.merged_into.into(),
                person.email.clone().into(),
                person.name.clone().into(),
                person.is_anonymous.into(),
                Json::Object(person.attributes.clone()).to_string().into(),
                "".into(),
                person.first_seen_at.into(),
                0i64.into(),
                0i64.into(),
                0i64.into(),
            ]
        });
        PROFILE.insert(db.writer(), rows.collect()).await.unwrap();
        for person in &self.people {
            for (channel, purpose, granted, expires_at) in &person.consents {
                run(
                    db,
                    "INSERT INTO consent (workspace_id, profile_id, channel, purpose, granted, source, occurred_at, expires_at)
                     VALUES ($1, $2, $3, $4, $5, 'server', 0, $6)",
                    vec![
                        person.workspace.raw().into(),
                        person.id.into(),
                        (*channel).into(),
                        (*purpose).into(),
                        (*granted).into(),
                        (*expires_at).into(),
                    ],
                )
                .await;
            }
            load_line(db, person).await;
            if person.has_device {
                let (workspace, id) = (person.workspace.raw(), person.id);
                run(
                    db,
                    "INSERT INTO device (workspace_id, id, sender_id, kind, fingerprint, token, name, profile_id,
                       origin_profile_id, registered_at, last_seen_at)
                     VALUES ($1, $2, 1, 1, $3, 't', '', $2, $2, 0, 0)",
                    vec![workspace.into(), id.into(), format!("f{id}").into()],
                )
                .await;
            }
            if let (true, Some(email)) = (person.is_suppressed, &person.email) {
                run(
                    db,
                    "INSERT INTO suppression (workspace_id, channel, address, reason, created_at)
                     VALUES ($1, 'email', $2, 'complaint', 0) ON CONFLICT DO NOTHING",
                    vec![person.workspace.raw().into(), email.clone().into()],
                )
                .await;
            }
        }
    }

    async fn load_list(&self, db: &Db) {
        let insert = "INSERT INTO people_list (workspace_id, id, name, description, edition, created_at, updated_at)
                      VALUES ($1, $2, '名簿', '', $3, 0, 0)";
        let values = vec![WORKSPACE.raw().into(), LIST.into(), EDITION.into()];
        run(db, insert, values).await;
        for listed in &self.listed {
            run(
                db,
                "INSERT INTO people_list_member (workspace_id, list_id, profile_id, added, removed, added_at)
                 VALUES ($1, $2, $3, $4, $5, 7)",
                vec![
                    WORKSPACE.raw().into(),
                    LIST.into(),
                    listed.profile.into(),
                    listed.added.into(),
                    listed.removed.into(),
                ],
            )
            .await;
        }
    }

    async fn load_stays(&self, db: &Db) {
        for (id, stay) in (1i64..).zip(&self.stays) {
            let left_by = stay.left.map(|_| 2i64);
            run(
                db,
                "INSERT INTO membership (workspace_id, segment_id, profile_id, id, entered_at, entered_by, left_at, left_by)
                 VALUES ($1, $2, $3, $4, $5, 2, $6, $7)",
                vec![
                    WORKSPACE.raw().into(),
                    stay.segment.into(),
                    stay.profile.into(),
                    id.into(),
                    stay.from.into(),
                    stay.left.into(),
                    left_by.into(),
                ],
            )
            .await;
        }
        for (segment, since) in &self.kept_since {
            let insert = "INSERT INTO membership_filled (workspace_id, segment_id, rule, kept_since) VALUES ($1, $2, 'x', $3)";
            let values = vec![WORKSPACE.raw().into(), (*segment).into(), (*since).into()];
            run(db, insert, values).await;
        }
    }

    async fn load_terms(&self, db: &Db) {
        let insert = "INSERT INTO term (workspace_id, id, kind, value, parent_id) VALUES ($1, $2, $3, $4, $5)";
        for (path, id) in &self.categories {
            let parent = path
                .rsplit_once(" > ")
                .and_then(|(parent, _)| self.category_id(parent));
            let values = vec![
                WORKSPACE.raw().into(),
                (*id).into(),
                2i64.into(),
                path.clone().into(),
                parent.into(),
            ];
            run(db, insert, values).await;
        }
        for (sku, id) in &self.products {
            let parent: Option<i64> = None;
            let values = vec![
                WORKSPACE.raw().into(),
                (*id).into(),
                1i64.into(),
                sku.clone().into(),
                parent.into(),
            ];
            run(db, insert, values).await;
        }
    }

    async fn load_events(&self, db: &Db) {
        for event in self
            .events
            .iter()
            .filter(|event| profiles::names::fixed_id(&event.name).is_none())
        {
            run(
                db,
                "INSERT INTO event_name (workspace_id, id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                vec![WORKSPACE.raw().into(), Self::name_id(&event.name).into(), event.name.clone().into()],
            )
            .await;
        }
        let rows = self.events.iter().map(|event| {
            let product = event
                .product
                .as_ref()
                .and_then(|sku| self.products.iter().find(|(known, _)| known == sku));
            vec![
                WORKSPACE.raw().into(),
                event.profile.into(),
                event.at.into(),
                event.id.into(),
                Self::name_id(&event.name).into(),
                product.map(|(_, id)| *id).into(),
                event
                    .category
                    .as_ref()
                    .and_then(|path| self.category_id(path))
                    .into(),
                event.amount.into(),
                event.quantity.into(),
                event.order.into(),
                event.campaign.into(),
                event.flags.into(),
                event.at.into(),
                event.properties.as_ref().map(Json::to_string).into(),
            ]
        });
        EVENT.insert(db.writer(), rows.collect()).await.unwrap();
    }
}

async fn run(db: &Db, text: &str, values: Vec<Value>) {
    storage::sql::exec(db.writer(), text, values).await.unwrap();
}

/// Reads a rule whose root is given.
#[expect(
    clippy::needless_pass_by_value,
    reason = "its callers write the root in place"
)]
pub(crate) fn rule(root: Json) -> language::Document {
    let document = json!({"version": 1, "root": root});
    language::read(&document).unwrap_or_else(|invalid| panic!("{document}: {invalid:?}"))
}

/// Stores a rule under a number of the test's choosing.
pub(crate) async fn save_as(kit: &Kit, id: i64, document: &language::Document) {
    run(
        &kit.db,
        "INSERT INTO segment (workspace_id, id, name, description, document, created_at, updated_at)
         VALUES ($1, $2, 'x', '', $3, 0, 0)",
        vec![WORKSPACE.raw().into(), id.into(), Value::Json(Some(Box::new(document.to_json())))],
    )
    .await;
}

/// Returns the numbers of those whom a rule selects.
pub(crate) async fn selected(db: &Db, at: &At, document: &language::Document) -> Vec<i64> {
    let members = segmentation::all_members(db.reader(), at, document).await;
    let members = members.unwrap_or_else(|error| panic!("{error:?}: {}", document.to_json()));
    members.into_iter().map(ProfileId::raw).collect()
}

/// Writes how somebody stands to a LINE account.
async fn load_line(db: &Db, person: &Person) {
    let Some(state) = person.line else {
        return;
    };
    let user = format!("U{:032x}", person.id);
    let workspace = person.workspace.raw();
    run(
        db,
        "INSERT INTO identity (workspace_id, kind, value, profile_id, origin_profile_id, source, created_at)
         VALUES ($1, 5, $2, $3, $3, 1, 0)",
        vec![workspace.into(), user.clone().into(), person.id.into()],
    )
    .await;
    run(
        db,
        "INSERT INTO line_friend (workspace_id, account_id, user_id, state, state_at) VALUES ($1, 1, $2, $3, 0)",
        vec![workspace.into(), user.into(), i64::from(state).into()],
    )
    .await;
}
