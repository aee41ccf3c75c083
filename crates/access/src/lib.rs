//! Users, workspaces, sessions, API keys, roles and the audit log.
