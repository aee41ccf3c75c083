//! Outside the gate: signing in, and one-time links.

pub mod frame;
pub mod sign_in;
pub mod welcome;

pub use sign_in::SignIn;
pub use welcome::Welcome;
