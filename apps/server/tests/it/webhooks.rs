//! Outgoing webhooks: the REST interface, the way from the feed to the receiver, and kills in between.

mod kill;
mod rest;
mod story;
