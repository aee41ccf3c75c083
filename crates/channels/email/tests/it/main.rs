//! The email channel against real and scripted mail servers and independent judges.

#[cfg(test)]
mod contract;
#[cfg(test)]
mod domain;
#[cfg(test)]
mod judges;
#[cfg(test)]
mod names;
#[cfg(test)]
mod providers;
#[cfg(test)]
mod returned;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod server;
#[cfg(test)]
mod sink;
#[cfg(test)]
mod smtp;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tls;
