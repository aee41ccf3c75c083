//! The dependency rule: which crate may use which.
//!
//! The table is the rule; `docs/architecture.md` gives its reasons. A new crate or edge is a decision
//! and starts here.

use crate::workspace::{Dependency, Package};

/// What one crate may use of the workspace.
struct Rule {
    name: &'static str,
    may_use: &'static [&'static str],
}

/// The crates, from the bottom up, with the edges each may have.
const RULES: &[Rule] = &[
    Rule {
        name: "kernel",
        may_use: &[],
    },
    Rule {
        name: "api-types",
        may_use: &["kernel"],
    },
    Rule {
        name: "storage",
        may_use: &["kernel"],
    },
    Rule {
        name: "migrations",
        may_use: &["kernel"],
    },
    Rule {
        name: "jobs",
        may_use: &["kernel", "storage"],
    },
    Rule {
        name: "access",
        may_use: &["kernel", "storage", "jobs"],
    },
    Rule {
        name: "profiles",
        may_use: &["kernel", "storage", "jobs"],
    },
    Rule {
        name: "computed",
        may_use: &["kernel", "storage", "jobs", "profiles"],
    },
    Rule {
        name: "index",
        may_use: &["kernel"],
    },
    Rule {
        name: "segmentation",
        may_use: &["kernel", "storage", "jobs", "profiles", "index"],
    },
    Rule {
        name: "offers",
        may_use: &[
            "kernel",
            "storage",
            "jobs",
            "profiles",
            "index",
            "segmentation",
        ],
    },
    Rule {
        name: "channel-core",
        may_use: &["kernel"],
    },
    Rule {
        name: "contents",
        may_use: &["kernel", "storage", "jobs", "channel-core"],
    },
    Rule {
        name: "campaigns",
        may_use: &[
            "kernel",
            "storage",
            "jobs",
            "profiles",
            "index",
            "segmentation",
            "offers",
            "contents",
            "channel-core",
        ],
    },
    Rule {
        name: "analytics",
        may_use: &[
            "kernel",
            "storage",
            "jobs",
            "profiles",
            "computed",
            "index",
            "segmentation",
            "offers",
            "campaigns",
        ],
    },
    Rule {
        name: "webhooks",
        may_use: &[
            "kernel",
            "storage",
            "profiles",
            "segmentation",
            "channel-core",
        ],
    },
    Rule {
        name: "friends",
        may_use: &["kernel", "storage", "profiles", "channel-core"],
    },
    Rule {
        name: "devices",
        may_use: &["kernel", "storage", "profiles"],
    },
    Rule {
        name: "demo",
        may_use: &["kernel", "storage"],
    },
    Rule {
        name: "testkit",
        may_use: &["kernel", "storage", "migrations"],
    },
    Rule {
        name: "line-fake",
        may_use: &["kernel"],
    },
    Rule {
        name: "admin",
        may_use: &["kernel", "api-types"],
    },
    Rule {
        name: "xtask",
        may_use: &[],
    },
];

/// Crates that only tests link.
const HARNESSES: &[&str] = &["testkit", "line-fake"];

/// Crates whose own checks judge what the named ones make; in tests alone.
const JUDGES: &[(&str, &[&str])] = &[("channel-line", &["contents", "campaigns"])];

/// What every `channels/*` crate may use: never `profiles` or `campaigns`.
const CHANNEL: &[&str] = &["kernel", "jobs", "channel-core"];

/// The crates that put the others together, and what even they may not use.
const ROOTS: &[(&str, &[&str])] = &[
    ("server", &["admin", "testkit", "line-fake", "xtask"]),
    ("load", &["admin", "xtask"]),
];

/// Libraries that only the named crates may use.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("axum", &["server"]),
    ("utoipa-axum", &["server"]),
    ("utoipa-swagger-ui", &["server"]),
    ("rust-embed", &["server"]),
    (
        "sea-orm",
        &[
            "storage",
            "access",
            "jobs",
            "profiles",
            "computed",
            "index",
            "segmentation",
            "offers",
            "contents",
            "campaigns",
            "analytics",
            "webhooks",
            "friends",
            "devices",
            "demo",
            "testkit",
            "server",
            "load",
        ],
    ),
    (
        "sea-orm-migration",
        &["migrations", "storage", "testkit", "server"],
    ),
    ("leptos", &["admin"]),
    ("lettre", &["channel-email", "campaigns", "testkit", "load"]),
    ("wasm-bindgen-cli-support", &["xtask"]),
];

/// Crates that also run in the browser and so do no input or output of their own.
const WASM_SAFE: &[&str] = &["kernel", "api-types"];
const INPUT_OUTPUT: &[&str] = &[
    "tokio", "sqlx", "sea-orm", "ring", "rustls", "reqwest", "lettre",
];

/// Crates that must not appear in the lock file: they bring OpenSSL, cmake or a second TLS provider.
const BANNED: &[&str] = &[
    "openssl",
    "openssl-sys",
    "native-tls",
    "aws-lc-rs",
    "aws-lc-sys",
    "cmake",
    "bindgen",
];

/// Checks every declared dependency of every crate.
pub(super) fn check(packages: &[Package]) -> Vec<String> {
    let own: Vec<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut complaints = Vec::new();
    for package in packages {
        for dependency in &package.dependencies {
            let fault = if own.contains(&dependency.name.as_str()) {
                check_own(&package.name, dependency)
            } else {
                check_library(&package.name, dependency)
            };
            complaints
                .extend(fault.map(|why| {
                    format!("{} must not use {}: {why}", package.name, dependency.name)
                }));
        }
        if allowed(&package.name).is_none() && root(&package.name).is_none() {
            complaints.push(format!(
                "{}: the dependency rule does not know this crate",
                package.name
            ));
        }
    }
    complaints
}

/// Checks that nothing unwanted came in through a library.
pub(super) fn check_lock(lock: &str) -> Vec<String> {
    lock.lines()
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .filter(|name| BANNED.contains(name))
        .map(|name| {
            format!(
                "Cargo.lock: {name} is in the tree; a build needs a C compiler and nothing more"
            )
        })
        .collect()
}

fn check_own(consumer: &str, dependency: &Dependency) -> Option<String> {
    let used = dependency.name.as_str();
    if HARNESSES.contains(&used) {
        let harness = dependency.kind.as_deref() == Some("dev") || consumer == "load";
        return (!harness).then(|| "it is a dev-dependency only".to_owned());
    }
    let is_judge = JUDGES
        .iter()
        .any(|(judge, users)| *judge == used && users.contains(&consumer));
    if is_judge && dependency.kind.as_deref() == Some("dev") {
        return None;
    }
    if let Some(forbidden) = root(consumer) {
        return forbidden
            .contains(&used)
            .then(|| "nothing links it".to_owned());
    }
    let allowed = allowed(consumer)?;
    (!allowed.contains(&used))
        .then(|| format!("the dependency rule allows it {}", allowed.join(", ")))
}

fn check_library(consumer: &str, dependency: &Dependency) -> Option<String> {
    let used = dependency.name.as_str();
    if WASM_SAFE.contains(&consumer) && dependency.kind.is_none() && INPUT_OUTPUT.contains(&used) {
        return Some("it also runs in the browser and does no input or output".to_owned());
    }
    let (_, users) = LIBRARIES.iter().find(|(library, _)| *library == used)?;
    (!users.contains(&consumer)).then(|| format!("only {} may", users.join(", ")))
}

fn allowed(name: &str) -> Option<&'static [&'static str]> {
    if name != "channel-core" && name.starts_with("channel-") {
        return Some(CHANNEL);
    }
    RULES
        .iter()
        .find(|rule| rule.name == name)
        .map(|rule| rule.may_use)
}

fn root(name: &str) -> Option<&'static [&'static str]> {
    ROOTS
        .iter()
        .find(|(root, _)| *root == name)
        .map(|(_, forbidden)| *forbidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Builds a workspace of the named crates, of which the first uses the second.
    fn complaints(consumer: &str, used: &str, kind: Option<&str>, own: &[&str]) -> Vec<String> {
        let package = |name: &str, dependencies| Package {
            name: name.to_owned(),
            manifest_path: "Cargo.toml".into(),
            dependencies,
        };
        let edge = Dependency {
            name: used.to_owned(),
            kind: kind.map(str::to_owned),
        };
        let mut packages = vec![package(consumer, vec![edge])];
        packages.extend(own.iter().map(|name| package(name, Vec::new())));
        check(&packages)
    }

    #[test]
    fn edges_of_the_rule_pass() {
        for (consumer, used, kind) in [
            ("campaigns", "segmentation", None),
            ("jobs", "storage", None),
            ("channel-email", "channel-core", None),
            ("contents", "channel-core", None),
            ("profiles", "testkit", Some("dev")),
            ("channel-line", "line-fake", Some("dev")),
            ("contents", "channel-line", Some("dev")),
            ("server", "campaigns", None),
            ("testkit", "migrations", None),
        ] {
            assert_eq!(
                complaints(consumer, used, kind, &[used]),
                Vec::<String>::new(),
                "{consumer} -> {used}"
            );
        }
    }

    #[test]
    fn every_other_edge_is_found() {
        for (consumer, used, kind) in [
            ("kernel", "storage", None),
            ("segmentation", "campaigns", None),
            ("profiles", "segmentation", None),
            ("channel-email", "profiles", None),
            ("contents", "channel-line", None),
            ("channel-line", "campaigns", None),
            ("campaigns", "channel-email", None),
            ("analytics", "contents", None),
            ("admin", "segmentation", None),
            ("profiles", "testkit", None),
            ("channel-line", "line-fake", None),
            ("server", "testkit", None),
            ("server", "admin", None),
            ("profiles", "campaigns", Some("dev")),
            ("profiles", "campaigns", Some("build")),
        ] {
            let found = complaints(consumer, used, kind, &[used]);
            assert!(
                found
                    .iter()
                    .any(|text| text.starts_with(&format!("{consumer} must not use {used}"))),
                "{consumer} -> {used}"
            );
        }
    }

    #[test]
    fn libraries_stay_in_their_rooms() {
        assert_eq!(
            complaints("server", "axum", None, &[]),
            Vec::<String>::new()
        );
        assert_eq!(
            complaints("campaigns", "serde", None, &[]),
            Vec::<String>::new()
        );
        for (consumer, used) in [
            ("campaigns", "axum"),
            ("contents", "axum"),
            ("channel-email", "sea-orm"),
            ("kernel", "tokio"),
        ] {
            assert_eq!(
                complaints(consumer, used, None, &[]).len(),
                1,
                "{consumer} -> {used}"
            );
        }
    }

    #[test]
    fn an_unknown_crate_is_a_decision() {
        let found = complaints("newcomer", "serde", None, &[]);
        assert_eq!(
            found,
            ["newcomer: the dependency rule does not know this crate"]
        );
    }

    #[test]
    fn a_second_tls_stack_is_found_in_the_lock_file() {
        assert!(check_lock("[[package]]\nname = \"ring\"\n").is_empty());
        assert_eq!(
            check_lock("[[package]]\nname = \"openssl-sys\"\nversion = \"0.9\"\n").len(),
            1
        );
    }
}
