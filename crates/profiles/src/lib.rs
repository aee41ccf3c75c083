//! Customers: identities and merges, events, consent, import.
