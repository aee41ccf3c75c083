//! The sample company: a supermarket made of The Complete Journey.
