//! The LINE channel against a platform with a memory, and against independent judges.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod judges;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod network;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod sending;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod tools;
